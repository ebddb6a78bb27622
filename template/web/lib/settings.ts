/** Where this server reaches the API. Read at each request, so that one build runs everywhere. */
export const apiUrl = () => (process.env.API_URL || "http://127.0.0.1:8000").replace(/\/+$/, "");

/** What is wrong with the settings, one line for each. */
export function wrongSettings(env: NodeJS.ProcessEnv): string[] {
  const isUrl = (text: string | undefined) => /^https?:/.test(text ?? "") && URL.canParse(text ?? "");
  // 2:new,1:old, or else a single one.
  const secrets = env.BETTER_AUTH_SECRETS
    ? env.BETTER_AUTH_SECRETS.split(",").map((entry) => /^\s*\d+:(.*)$/.exec(entry)?.[1]?.trim() ?? "")
    : [env.BETTER_AUTH_SECRET || env.AUTH_SECRET || ""];
  const rules: [ok: boolean, text: string][] = [
    [/^(sqlite|postgres|postgresql):/.test(env.DATABASE_URL ?? ""), "DATABASE_URL must be the API's: a sqlite:, postgres: or postgresql: URL"],
    [isUrl(env.BETTER_AUTH_URL), "BETTER_AUTH_URL must be this application's address in browsers, such as http://localhost:3000"],
    [
      secrets.every(({ length }) => length >= 32),
      "BETTER_AUTH_SECRET must have at least 32 characters, as each secret in BETTER_AUTH_SECRETS (2:new,1:old): openssl rand -base64 32",
    ],
    [!env.API_URL || isUrl(env.API_URL), "API_URL must be the API's address, such as http://127.0.0.1:8000"],
    [!env.PUBLIC_API_URL || isUrl(env.PUBLIC_API_URL), "PUBLIC_API_URL must be the API's address in browsers, or unset"],
  ];
  return rules.filter(([ok]) => !ok).map(([, text]) => text);
}
