import { createAuthClient } from "better-auth/client"; // React's hooks are in "better-auth/react"
import { jwtClient } from "better-auth/client/plugins";

// Without a baseURL the page's own origin is asked.
export const authClient = createAuthClient({ plugins: [jwtClient()], fetchOptions: { onSuccess: forgetToken } });

const API_URL = process.env.NEXT_PUBLIC_API_URL ?? "http://localhost:8000";

// Kept in memory only: what is in local storage, any script on the page can read.
let token: Promise<string> | undefined;

// Signing in or out ends the token's use before its caller goes on, or the next user would act as the last.
function forgetToken({ request }: { request: { url: URL | string } }) {
  if (!String(request.url).endsWith("/token")) token = undefined;
}

/** Calls the API as the signed-in user; a refused token is renewed once. */
export async function apiFetch(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await send(path, init);
  if (response.status !== 401) return response;
  token = undefined;
  return send(path, init);
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${await apiToken()}`);
  return fetch(API_URL + path, { ...init, headers });
}

function apiToken(): Promise<string> {
  token ??= requestToken().catch((error) => {
    token = undefined;
    throw error;
  });
  return token;
}

async function requestToken(): Promise<string> {
  const { data, error } = await authClient.token();
  if (error) throw new Error(error.status === 401 ? "Not signed in" : "Better Auth gave no token");
  return data.token;
}
