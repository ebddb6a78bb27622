import { toNextJsHandler } from "better-auth/next-js";

// Loaded at the first request: `next build` imports this file too, without a database.
const handle = async (request: Request) => (await import("@/lib/auth")).auth.handler(request);

export const { GET, POST } = toNextJsHandler(handle);
