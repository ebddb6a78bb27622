// Signs a user up with lib/auth-client.ts and calls the API, as a page would: BETTER_AUTH_URL, NEXT_PUBLIC_API_URL.
import assert from "node:assert/strict";

const cookies = new Map<string, string>();
const tokens: string[] = [];
let refuseNext = false;
const network = globalThis.fetch;

// A browser keeps cookies and names its page's origin; Node does neither.
globalThis.fetch = async (input, init = {}) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = new Headers(init.headers);
  if (url.origin === process.env.BETTER_AUTH_URL) {
    headers.set("Cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    headers.set("Origin", url.origin);
  } else {
    tokens.push(headers.get("Authorization") ?? "");
    if (refuseNext) headers.set("Authorization", "Bearer refused");
    refuseNext = false;
  }
  const response = await network(url, { ...init, headers });
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    cookies.set(name, value);
  }
  return response;
};

const { apiFetch, authClient } = await import("./lib/auth-client");
const me = async () => (await apiFetch("/api/me")).json();
const signUp = (name: string) =>
  authClient.signUp.email({ name, email: `${name}@client.test`, password: "correct horse battery" });

await assert.rejects(me, /Not signed in/);

assert.equal((await signUp("carol")).error, null);
assert.equal((await me()).name, "carol");
await me();
assert.equal(new Set(tokens).size, 1, "one token serves many calls");

tokens.length = 0;
refuseNext = true;
assert.equal((await me()).name, "carol", "a refused token is renewed once");
assert.equal(tokens.length, 2);

await authClient.signOut();
await assert.rejects(me, /Not signed in/);
assert.equal((await signUp("dave")).error, null);
assert.equal((await me()).name, "dave", "the next user does not act as the last");
await authClient.signIn.email({ email: "carol@client.test", password: "correct horse battery" });
assert.equal((await me()).name, "carol", "nor without a sign-out between them");
process.exit(0);
