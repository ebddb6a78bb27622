import { createServerApi } from "api-client";
import { headers } from "next/headers";
import { auth } from "./auth";

/** The API, for whoever sent the request that is being answered. */
export async function serverApi() {
  return createServerApi({ baseUrl: process.env.API_URL ?? "http://127.0.0.1:8000", auth, headers: await headers() });
}
