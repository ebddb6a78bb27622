import type { Token, Tokens } from "./tokens.ts";
import type { Problem } from "./schema.ts";

/** Whether an operation needs a token, takes one, or is open to everybody. */
export type Access = "closed" | "optional" | "open";

/** How requests are sent. */
export interface Sending {
  tokens: Tokens;
  fetch: (request: Request) => Promise<Response>;
  /** The seconds that a call waits at most, in all, where the API answers 503 and says when to try again. */
  patience: number;
}

/**
 * Sends a request with the user's token. A refused token is renewed once; a 503 is waited for.
 * The request never goes out again under another user than at first.
 */
export async function send(request: Request, access: Access, { tokens, fetch, patience }: Sending): Promise<Response> {
  const { signal } = request;
  const current = (next: Promise<Token>) => unlessAborted(next, signal);
  let token = access === "open" ? undefined : await current(tokens.get()).catch(unlessNeeded(access));
  let renewed = false;
  let waited = 0;
  for (;;) {
    const response = await fetch(signed(request, token));
    let next = token;
    if (response.status === 401 && token && !renewed) {
      renewed = true;
      next = await current(tokens.after(token));
    } else if (response.status === 503 && (await mayRepeat(request, response))) {
      const seconds = retryAfter(response);
      if (seconds === undefined || waited + seconds > patience) return response;
      waited += seconds;
      await unlessAborted(new Promise((resolve) => setTimeout(resolve, 1000 * seconds)), signal);
      next = token && (await current(tokens.get()));
    } else {
      return response;
    }
    if (next?.userId !== token?.userId) return response;
    await response.body?.cancel();
    token = next;
  }
}

/** The seconds of Retry-After (RFC 9110 section 10.2.3), at least one. */
export function retryAfter(response: Response): number | undefined {
  const value = response.headers.get("Retry-After");
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(1, Math.ceil(seconds));
}

/** Whoever is not signed in may call where a token is optional. */
function unlessNeeded(access: Access) {
  return (error: unknown) => {
    if (access === "optional" && (error as { status?: number }).status === 401) return undefined;
    throw error;
  };
}

/** A copy: a request's body can be sent once only. */
function signed(request: Request, token: Token | undefined): Request {
  const copy = request.clone();
  if (token) copy.headers.set("Authorization", `Bearer ${token.text}`);
  return copy;
}

/** Not where the API may have done what it was asked to, and doing it twice differs from doing it once. */
async function mayRepeat(request: Request, response: Response): Promise<boolean> {
  if (["GET", "HEAD", "PUT", "DELETE"].includes(request.method)) return true;
  if (request.headers.has("Idempotency-Key")) return true;
  const problem: Partial<Problem> = await response.clone().json().catch(() => ({}));
  return problem.code === "jwks_unavailable" || problem.code === "auth_unavailable";
}

/** The promise's outcome, or the signal's reason if that comes first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
