// Better Auth for compose: sign-in by e-mail and password, and the tokens that the API verifies. Your own server, which
// knows your sign-in methods and sends mails, takes its place; UUIDs as ids and `definePayload` are what it must share.
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { toNodeHandler } from "better-auth/node";
import { bearer, jwt } from "better-auth/plugins";

async function open(url) {
  if (url.startsWith("sqlite:")) {
    const { default: Database } = await import("better-sqlite3");
    return new Database(url.replace(/^sqlite:(\/\/)?/, "").replace(/\?.*$/, ""));
  }
  const { Pool } = (await import("pg")).default;
  return new Pool({ connectionString: url });
}

const auth = betterAuth({
  database: await open(process.env.DATABASE_URL ?? ""),
  emailAndPassword: { enabled: true },
  advanced: { database: { generateId: "uuid" } },
  user: {
    additionalFields: {
      role: { type: "string", required: false, input: false, defaultValue: "user" },
    },
  },
  plugins: [
    jwt({
      jwks: { keyPairConfig: { alg: "EdDSA", crv: "Ed25519" } },
      jwt: {
        definePayload: ({ user }) => ({
          email: user.email,
          name: user.name,
          role: user.role ?? "user",
          permissions: [],
        }),
      },
    }),
    bearer(),
  ],
});

const handle = toNodeHandler(auth);
const server = createServer((request, response) => {
  if (!request.url?.startsWith("/api/auth/")) {
    response.writeHead(404).end();
    return;
  }
  handle(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
server.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1");
process.once("SIGTERM", () => server.close(() => process.exit(0)));
