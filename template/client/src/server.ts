import { type Api, type ApiOptions, createApi } from "./api.ts";

/** Better Auth itself, on a server, with the plugin `jwt()`. */
export interface AuthServer {
  api: { getToken(input: { headers: Headers }): Promise<{ token: string }> };
}

export interface ServerApiOptions extends Omit<ApiOptions, "auth"> {
  auth: AuthServer;
  /** Those of the visitor's request: their cookie says who is signed in. */
  headers: Headers;
}

/** The API for whoever sent a request to this server. It is made for each request, since it keeps that user's token. */
export function createServerApi({ auth, headers, ...options }: ServerApiOptions): Api {
  const token = () =>
    auth.api.getToken({ headers }).then(
      (data) => ({ data, error: null }),
      ({ statusCode = 503 }) => ({ data: null, error: { status: statusCode } }),
    );
  return createApi({ ...options, auth: { token, onSessionEvent: () => {} } });
}
