import type { NextConfig } from "next";

// Nothing is sent while this project is built.
process.env.NEXT_TELEMETRY_DISABLED ??= "1";

const headers = [
  { key: "Content-Security-Policy", value: "frame-ancestors 'none'; base-uri 'self'; form-action 'self'" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "X-Content-Type-Options", value: "nosniff" },
];

const config: NextConfig = {
  poweredByHeader: false,
  headers: async () => [{ source: "/((?!api/).*)", headers }],
};

export default config;
