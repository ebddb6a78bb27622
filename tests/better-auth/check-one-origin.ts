// Signs a user up and calls the API at BETTER_AUTH_URL alone, behind the proxy of compose.
import assert from "node:assert/strict";
import { request } from "node:https";
import { rootCertificates } from "node:tls";
import { readFileSync } from "node:fs";

const origin = process.env.BETTER_AUTH_URL ?? "";
const forged = "203.0.113.66";
// Each client says that it is somebody else.
const headers = { Origin: origin, "Content-Type": "application/json", "X-Forwarded-For": forged };

const signUp = await fetch(`${origin}/api/auth/sign-up/email`, {
  method: "POST",
  headers,
  body: JSON.stringify({ name: "erin", email: "erin@proxy.test", password: "correct horse battery" }),
});
assert.equal(signUp.status, 200);
const [cookie] = signUp.headers.getSetCookie();
assert.match(cookie, /^__Secure-.*; HttpOnly; Secure/, "the cookie is for this origin over TLS alone");

const Cookie = cookie.split(";")[0];
const ask = async (path: string) => (await fetch(origin + path, { headers: { ...headers, Cookie } })).json();
const { session, user } = await ask("/api/auth/get-session");
assert.ok(session.ipAddress && session.ipAddress !== forged, `Better Auth believes ${session.ipAddress}`);

const { token } = await ask("/api/auth/token");
const me = await fetch(`${origin}/api/me`, { headers: { Authorization: `Bearer ${token}` } });
assert.equal(me.status, 200);
assert.equal((await me.json()).uuid, user.uuid, "the token of this origin opens the API of this origin");

// `fetch` would resolve the dots itself.
const ca = [...rootCertificates, readFileSync(process.env.NODE_EXTRA_CA_CERTS ?? "", "utf8")];
const status = (path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const asking = request({ hostname, port, path, ca }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on("error", reject);
    asking.end();
  });
for (const path of ["/docs/", "/openapi.json", "/health/live", "/health/ready", "/api/auth/ok", "/.well-known/oauth-protected-resource"]) {
  assert.equal(await status(path), 200, path);
}
for (const path of ["/metrics", "//metrics", "/METRICS", "/%6detrics", "/metrics/", "/metrics?x=1"]) {
  assert.equal(await status(path), 404, path);
}
for (const folder of ["/api", "/api/auth", "/docs", "/health", "/x"]) {
  for (const way of ["/../metrics", "/..%2fmetrics", "/%2e%2e/metrics", "/../../metrics", "//../metrics"]) {
    assert.notEqual(await status(folder + way), 200, folder + way);
  }
}
