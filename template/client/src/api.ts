import createClient from "openapi-fetch";
import type { Call, Input } from "./call.ts";
import { operations } from "./operations.ts";
import { ApiError } from "./problem.ts";
import type { Problem } from "./schema.ts";
import { type Access, retryAfter, send } from "./send.ts";
import { type AuthClient, Tokens } from "./tokens.ts";

export interface ApiOptions {
  /** Where the API is, without a path: `https://api.example.com`. */
  baseUrl: string;
  /** Better Auth's client, with the plugins `jwtClient()` and `sessionEvents()`. */
  auth: AuthClient;
  /** In the place of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
  /** The seconds that a call waits at most, in all, while the API is unavailable: 30. */
  patience?: number;
}

export type Api = ReturnType<typeof createApi>;

/** The API's operations as functions. They act for whoever is signed in at Better Auth. */
export function createApi({ baseUrl, auth, fetch = (request) => globalThis.fetch(request), patience = 30 }: ApiOptions) {
  const sending = { tokens: new Tokens(auth), fetch, patience };
  const client = createClient({ baseUrl }) as unknown as AnyClient;
  const call = (method: string, path: string, access: Access) => {
    const operation = async ({ path: ids, query, header, body, signal, onResponse }: AnyInput = {}) => {
      const { data, error, response } = await client.request(method, path, {
        params: { path: { user_id: "me", ...ids }, query, header },
        body,
        signal,
        parseAs: "text",
        fetch: (request: Request) => send(request, access, sending),
      });
      onResponse?.(response);
      if (!response.ok) throw failure(error, response);
      return isJson(response) && data ? JSON.parse(data) : data;
    };
    return Object.assign(operation, { method });
  };
  return operations(call as Call);
}

/** Any operation's input; what each takes is known to the type of its function. */
type AnyInput = Input<unknown> & Partial<Record<"path" | "query" | "header", object>> & { body?: unknown };

/** openapi-fetch for any operation. */
interface AnyClient {
  request(method: string, path: string, init: object): Promise<{ data?: string; error?: unknown; response: Response }>;
}

function failure(error: unknown, response: Response): ApiError {
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    return new ApiError(error as Problem, retryAfter(response));
  }
  const title = `The answer ${response.status} is not the API's`;
  return new ApiError({ status: response.status, code: "unexpected_answer", title }, retryAfter(response));
}

function isJson(response: Response): boolean {
  return response.headers.get("Content-Type")?.startsWith("application/json") ?? false;
}
