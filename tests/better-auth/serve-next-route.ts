// Serves the Next.js route handler without Next.js, which hands it the same Request.
import { createServer } from "node:http";
import { toNodeHandler } from "better-auth/node";
import { GET, POST } from "./app/api/auth/[...all]/route";

const handle = toNodeHandler((request) => (request.method === "POST" ? POST(request) : GET(request)));
createServer(handle).listen(Number(process.env.PORT), "127.0.0.1");
