import { createServerApi } from "api-client";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { apiUrl } from "./settings";

/** Better Auth, loaded when it is needed: `next build` imports the pages too, without a database. */
const betterAuth = async () => (await import("./auth")).auth;

/** Who sent the request, or null. */
export async function session() {
  // First of all, so that `next build` sees that the page depends on its request.
  const request = await headers();
  return (await betterAuth()).api.getSession({ headers: request });
}

/** Who sent the request; all others go to the sign-in page. */
export async function signedIn() {
  return (await session()) ?? redirect("/sign-in");
}

/** The API, for whoever sent the request. It does not wait while the API is unavailable. */
export async function serverApi() {
  return createServerApi({ baseUrl: apiUrl(), auth: await betterAuth(), headers: await headers(), patience: 0 });
}
