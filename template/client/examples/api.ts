import { createApi, sessionEvents } from "api-client";
import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react"; // useSession is in this entry point alone

// Without a baseURL the page's own origin is asked.
export const authClient = createAuthClient({ plugins: [jwtClient(), sessionEvents()] });

export const api = createApi({
  baseUrl: process.env.NEXT_PUBLIC_API_URL ?? "http://localhost:8000",
  auth: authClient,
});
