// The server of auth.mjs for compose. Your own server, which knows your sign-in methods and sends mails, takes its place.
import { createServer } from "node:http";
import { toNodeHandler } from "better-auth/node";
import { createAuth } from "./auth.mjs";

async function open(url) {
  if (url.startsWith("sqlite:")) {
    const { default: Database } = await import("better-sqlite3");
    return new Database(url.replace(/^sqlite:(\/\/)?/, "").replace(/\?.*$/, ""));
  }
  const { Pool } = (await import("pg")).default;
  // A connection that breaks while nobody uses it must not end the process.
  return new Pool({ connectionString: url }).on("error", (error) => console.error("PostgreSQL:", error.message));
}

const handle = toNodeHandler(createAuth(await open(process.env.DATABASE_URL ?? "")));
// Better Auth reads the same variable. Pages of these origins may call it with cookies.
const trusted = (process.env.BETTER_AUTH_TRUSTED_ORIGINS ?? "").split(",");
const server = createServer((request, response) => {
  const { origin } = request.headers;
  response.setHeader("Vary", "Origin");
  if (origin && trusted.includes(origin)) {
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Allow-Credentials", "true");
    response.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type");
    response.setHeader("Access-Control-Allow-Methods", "GET, POST");
    response.setHeader("Access-Control-Expose-Headers", "set-auth-jwt, set-auth-token");
  }
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
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
