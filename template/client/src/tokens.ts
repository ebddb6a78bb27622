import { ApiError } from "./problem.ts";

/** Better Auth's client, as far as it is needed: with the plugins `jwtClient()` and `sessionEvents()`. */
export interface AuthClient {
  token(): Promise<{ data: { token: string } | null; error: { status: number } | null }>;
  onSessionEvent(listener: SessionListener): void;
}

/** Hears who is signed in: a user's id or null, and undefined where that may just have changed. */
export type SessionListener = (userId: string | null | undefined) => void;

/** The token of the API as Better Auth signed it. */
export interface Token {
  readonly text: string;
  /** Better Auth's id of the user it speaks for. */
  readonly userId: string | undefined;
  /** When to ask for the next one, in milliseconds of this machine's clock. */
  readonly renewAt: number;
}

/** So long before its end is a token renewed, in seconds. */
const MARGIN = 30;

/** Keeps the token in memory only: what is in local storage, any script on the page can read. */
export class Tokens {
  readonly #auth: AuthClient;
  #token: Token | undefined;
  #pending: Promise<Token> | undefined;

  constructor(auth: AuthClient) {
    this.#auth = auth;
    auth.onSessionEvent((userId) => {
      if (userId === undefined || userId !== this.#token?.userId) this.#forget();
    });
  }

  /** The token, a new one where the last is about to expire. Calls at the same time share one request. */
  get(): Promise<Token> {
    if (this.#token && Date.now() < this.#token.renewAt) return Promise.resolve(this.#token);
    this.#pending ??= this.#request();
    return this.#pending;
  }

  /** The token after one that was refused. */
  after(refused: Token): Promise<Token> {
    if (this.#token === refused) this.#token = undefined;
    return this.get();
  }

  #forget() {
    this.#token = undefined;
    this.#pending = undefined;
  }

  #request(): Promise<Token> {
    const request = requestToken(this.#auth);
    const settle = (token?: Token) => {
      // Else the session changed meanwhile: the token serves those who waited for it, and nobody after them.
      if (this.#pending === request) {
        this.#token = token;
        this.#pending = undefined;
      }
    };
    request.then(settle, () => settle());
    return request;
  }
}

async function requestToken(auth: AuthClient): Promise<Token> {
  const { data, error } = await auth.token();
  if (data) return parse(data.token);
  if (error?.status === 401) throw new ApiError({ status: 401, code: "token_missing", title: "Not signed in" });
  throw new ApiError({ status: 503, code: "auth_unavailable", title: "Better Auth gave no token" });
}

function parse(text: string): Token {
  const payload = text.split(".")[1] ?? "";
  const { sub, iat, exp } = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/")));
  // By its lifetime, not by its end: this machine's clock may be wrong.
  const lifetime = exp - iat;
  return { text, userId: sub, renewAt: Date.now() + 1000 * (lifetime - Math.min(MARGIN, lifetime / 2)) };
}
