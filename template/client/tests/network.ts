// A network and a Better Auth that do what a test says.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { ApiError, createApi, type SessionListener } from "api-client";

/** A token as Better Auth makes them, whose clock is so many seconds ahead of ours. */
export function jwt(sub: string, lifetime: number, clock: number): string {
  const iat = Math.floor(Date.now() / 1000) + clock;
  const payload = Buffer.from(JSON.stringify({ sub, iat, exp: iat + lifetime, name: "Zoë" })).toString("base64url");
  return `header.${payload}.signature${issued++}`;
}
let issued = 0;

/** A client whose network is `answer`, and whose Better Auth gives the tokens of `user`. */
export function client(answer: (request: Request) => Response | Promise<Response>) {
  const requests: Request[] = [];
  const session = { user: "alice" as string | null, lifetime: 900, clock: 0, tokens: 0 };
  const listeners: SessionListener[] = [];
  const auth = {
    token: async () => {
      session.tokens += 1;
      if (!session.user) return { data: null, error: { status: 401 } };
      return { data: { token: jwt(session.user, session.lifetime, session.clock) }, error: null };
    },
    onSessionEvent: (listener: SessionListener) => void listeners.push(listener),
  };
  const fetch = async (request: Request) => {
    request.signal.throwIfAborted();
    requests.push(request);
    return answer(request);
  };
  const api = createApi({ baseUrl: "http://api.test/", auth, fetch });
  return { api, requests, session, auth, changed: (user?: string | null) => listeners.forEach((listener) => listener(user)) };
}

export const json = (body: unknown, status = 200) => Response.json(body, { status });

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { type: "about:blank", title: "A title", status, code, request_id: "r1" };
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/problem+json", ...headers } });
}

/** The user whose token a request carries. */
export function userOf(request: Request): string | undefined {
  const payload = request.headers.get("Authorization")?.split(".")[1];
  return payload && JSON.parse(Buffer.from(payload, "base64url").toString()).sub;
}

/** Answers in turn, and fails the test when asked once more. */
export function inTurn(...answers: Response[]) {
  return () => answers.shift() ?? assert.fail("one request too many");
}

export function stopClock(t: TestContext) {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: Date.now() });
}

/** Lets everything happen that needs no time. */
export async function settled() {
  for (let turn = 0; turn < 50; turn += 1) await null;
  await new Promise((resolve) => setImmediate(resolve));
}

export const failure = (call: Promise<unknown>): Promise<ApiError> => call.then(() => assert.fail("it succeeded"), (error) => error);

export async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

export const isProblem = (code: ApiError["code"]) => (error: unknown) => error instanceof ApiError && error.code === code;
