import { createApi, sessionEvents } from "api-client";
import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react"; // the only entry point that has useSession

// Without a baseURL, requests go to the page's own origin.
export const authClient = createAuthClient({ plugins: [jwtClient(), sessionEvents()] });

export const api = createApi({
  baseUrl: process.env.NEXT_PUBLIC_API_URL ?? "",
  auth: authClient,
});
