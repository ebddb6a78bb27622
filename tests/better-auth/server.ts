import { createServer } from "node:http";
import { toNodeHandler } from "better-auth/node";
import { auth } from "./lib/auth";

const handle = toNodeHandler(auth);
// Better Auth reads the same variable. Pages of these origins may call it with cookies.
const trusted = (process.env.BETTER_AUTH_TRUSTED_ORIGINS ?? "").split(",");

createServer((request, response) => {
  const { origin } = request.headers;
  response.setHeader("Vary", "Origin");
  if (origin && trusted.includes(origin)) {
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Allow-Credentials", "true");
    response.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type");
    response.setHeader("Access-Control-Allow-Methods", "GET, POST");
  }
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
  } else if (!request.url?.startsWith("/api/auth/")) {
    response.writeHead(404).end();
  } else {
    handle(request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  }
}).listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1");
