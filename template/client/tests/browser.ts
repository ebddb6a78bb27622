// A page in a browser: its own cookies, Better Auth's client, and the API's.
import { createApi, sessionEvents } from "api-client";
import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import type { Servers } from "./servers.ts";

export type Page = ReturnType<typeof openPage>;

export function openPage({ auth, api: baseUrl }: Servers) {
  const cookies = new Map<string, string>();
  const authClient = createAuthClient({
    baseURL: auth,
    fetchOptions: { customFetchImpl: withCookies(cookies) },
    plugins: [jwtClient(), sessionEvents()],
  });
  /** The Authorization of each request that reached the API. */
  const sent: (string | null)[] = [];
  /** Changes the next request to the API on its way. */
  const tampering: ((request: Request) => void)[] = [];
  const fetch = (request: Request) => {
    tampering.pop()?.(request);
    sent.push(request.headers.get("Authorization"));
    return globalThis.fetch(request);
  };
  return { authClient, api: createApi({ baseUrl, auth: authClient, fetch }), cookies, sent, tampering };
}

/** Signs a new user up, and so in. */
export async function signUp({ authClient }: Page, name: string): Promise<void> {
  const { error } = await authClient.signUp.email({ name, ...credentials(name) });
  if (error) throw new Error(`${name} cannot sign up: ${error.message}`);
}

export const credentials = (name: string) => ({ email: `${name}@example.test`, password: "correct horse battery staple" });

/** A browser keeps cookies and names its page's origin; Node does neither. */
function withCookies(cookies: Map<string, string>): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.headers.set("Cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    request.headers.set("Origin", new URL(request.url).origin);
    const response = await fetch(request);
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
}
