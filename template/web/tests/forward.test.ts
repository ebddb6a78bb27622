// What app/api/[...path] hands on, to a server that answers with what it was asked.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { GET as GET_METADATA } from "../app/.well-known/oauth-protected-resource/[[...path]]/route.ts";
import { GET, HEAD, POST } from "../app/api/[...path]/route.ts";
import { wrongSettings } from "../lib/settings.ts";

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const api = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
await once(api, "listening");
const { port } = api.address() as AddressInfo;
process.env.API_URL = `http://127.0.0.1:${port}/`;
after(() => api.close().closeAllConnections());

const page = "http://localhost:3000";

test("method, path, query, body and headers reach the API as they were sent", async () => {
  answer = async (request, response) => {
    const chunks = await request.toArray();
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }));
  };
  const headers = { Authorization: "Bearer token", "X-Forwarded-For": "203.0.113.7", "If-Match": '"3"', Connection: "close", Host: "localhost:3000" };
  const sent = new Request(`${page}/api/me/labels%2F?q=a%20b&q=c`, { method: "POST", headers, body: "{}" });
  const asked = await (await POST(sent)).json();
  assert.equal(asked.method, "POST");
  assert.equal(asked.url, "/api/me/labels%2F?q=a%20b&q=c");
  assert.equal(asked.body, "{}");
  assert.equal(asked.headers.authorization, "Bearer token");
  assert.equal(asked.headers["x-forwarded-for"], "203.0.113.7");
  assert.equal(asked.headers["if-match"], '"3"');
  assert.equal(asked.headers.host, `127.0.0.1:${port}`);
});

test("status and headers of the answer are the API's, redirects included", async () => {
  for (const [status, headers] of [[412, { ETag: '"4"' }], [429, { "Retry-After": "7" }], [304, { ETag: '"4"' }], [307, { Location: "/elsewhere" }]] as const) {
    answer = (_, response) => response.writeHead(status, headers).end();
    const answered = await GET(new Request(`${page}/api/me`));
    assert.equal(answered.status, status);
    for (const [name, value] of Object.entries(headers)) assert.equal(answered.headers.get(name), value);
  }
  answer = (_, response) => response.writeHead(200, { "Content-Length": "9" }).end();
  assert.equal((await HEAD(new Request(`${page}/api/me`, { method: "HEAD" }))).headers.get("Content-Length"), "9");
});

test("an answer is handed on while it is still being written", async () => {
  let finish = () => {};
  answer = (_, response) => {
    response.write("first");
    finish = () => response.end("last");
  };
  const reader = (await GET(new Request(`${page}/api/me/events`))).body!.getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  assert.equal(await read(), "first");
  finish();
  assert.equal(await read(), "last");
});

test("the metadata for OAuth clients is the API's", async () => {
  answer = (request, response) => response.end(request.url);
  for (const path of ["", "/v1"]) {
    const asked = `/.well-known/oauth-protected-resource${path}`;
    assert.equal(await (await GET_METADATA(new Request(page + asked))).text(), asked);
  }
});

test("an API that is down is a problem document", async () => {
  process.env.API_URL = "http://127.0.0.1:1";
  const answered = await GET(new Request(`${page}/api/me`));
  assert.equal(answered.status, 502);
  assert.equal(answered.headers.get("Content-Type"), "application/problem+json");
  assert.equal((await answered.json()).code, "api_unreachable");
});

test("all wrong settings are named at once", () => {
  const right = { DATABASE_URL: "sqlite://app.db", BETTER_AUTH_URL: page, BETTER_AUTH_SECRET: "x".repeat(32) };
  const wrong = { DATABASE_URL: "mysql://app", BETTER_AUTH_URL: "localhost:3000", BETTER_AUTH_SECRET: "short", API_URL: "8000", PUBLIC_API_URL: "/api" };
  const named = (env: Record<string, string>) => wrongSettings(env as unknown as NodeJS.ProcessEnv).map((text) => text.split(" ")[0]);
  assert.deepEqual(named(right), []);
  assert.deepEqual(named({}), ["DATABASE_URL", "BETTER_AUTH_URL", "BETTER_AUTH_SECRET"]);
  assert.deepEqual(named(wrong), Object.keys(wrong));
  const [long, short] = ["x".repeat(32), "x".repeat(31)];
  for (const secrets of [`2:${short}`, `2:${long},1:${short}`, long + long, `2:${long},`]) {
    assert.deepEqual(named({ ...right, BETTER_AUTH_SECRETS: secrets }), ["BETTER_AUTH_SECRET"], secrets);
  }
  assert.deepEqual(named({ ...right, BETTER_AUTH_SECRET: "", BETTER_AUTH_SECRETS: `2:${long}, 1:${long}` }), []);
});
