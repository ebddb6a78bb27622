import { createApi, sessionEvents } from "api-client";
import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react";

export const authClient = createAuthClient({ plugins: [jwtClient(), sessionEvents()] });

/** This page's own origin hands requests on to the API, unless PUBLIC_API_URL is set: app/layout.tsx writes it here. */
const baseUrl = typeof document === "undefined" ? "" : (document.documentElement.dataset.api ?? "");

/** The API, for whoever is signed in. For browsers: on a server, all visitors would share the token. */
export const api = createApi({ baseUrl, auth: authClient });
