import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, pages, rows } from "api-client";
import { all, client, failure, inTurn, isProblem, json, problem, settled, stopClock, userOf } from "./network.ts";

test("who is not signed in gets token_missing, and the API is not asked", async () => {
  const { api, requests, session } = client(() => json({}));
  session.user = null;
  await assert.rejects(api.getMe(), isProblem("token_missing"));
  assert.equal(requests.length, 0);
});

test("a failing auth server is auth_unavailable", async () => {
  const { api, auth } = client(() => json({}));
  auth.token = async () => ({ data: null, error: { status: 500 } });
  await assert.rejects(api.getMe(), isProblem("auth_unavailable"));
});

test("calls at once and one after another share a token", async () => {
  const { api, requests, session } = client(() => json({}));
  await Promise.all([api.getMe(), api.getMe(), api.getProfile()]);
  await api.getMe();
  assert.equal(requests.length, 4);
  assert.equal(session.tokens, 1);
});

test("a token is asked for again after a failure", async () => {
  const { api, session } = client(() => json({}));
  session.user = null;
  await assert.rejects(api.getMe());
  session.user = "alice";
  await api.getMe();
});

test("a token is renewed 30 seconds before its end, whatever the clock of this machine says", async (t) => {
  stopClock(t);
  const { api, session } = client(() => json({}));
  session.clock = 86_400;
  await api.getMe();
  t.mock.timers.tick(869_000);
  await api.getMe();
  assert.equal(session.tokens, 1);
  t.mock.timers.tick(1_000);
  await api.getMe();
  assert.equal(session.tokens, 2);
});

test("a token that lives for seconds is used for half of them", async (t) => {
  stopClock(t);
  const { api, session } = client(() => json({}));
  session.lifetime = 20;
  await api.getMe();
  t.mock.timers.tick(9_000);
  await api.getMe();
  assert.equal(session.tokens, 1);
  t.mock.timers.tick(1_000);
  await api.getMe();
  assert.equal(session.tokens, 2);
});

test("a refused token is renewed once, and the call repeated", async () => {
  const { api, requests, session } = client(inTurn(problem(401, "token_expired"), json({ id: "1" })));
  assert.equal((await api.getMe()).id, "1");
  assert.equal(session.tokens, 2);
  const [first, second] = requests as [Request, Request];
  assert.notEqual(first.headers.get("Authorization"), second.headers.get("Authorization"));
});

test("a second refusal is the answer", async () => {
  const { api, requests } = client(inTurn(problem(401, "token_expired"), problem(401, "user_unknown")));
  await assert.rejects(api.getMe(), isProblem("user_unknown"));
  assert.equal(requests.length, 2);
});

test("calls that are refused together renew the token together", async () => {
  const refused = new Set<string | null>();
  const { api, session } = client((request) => {
    const token = request.headers.get("Authorization");
    if (refused.size > 0 && !refused.has(token)) return json({});
    refused.add(token);
    return problem(401, "token_invalid");
  });
  await Promise.all([api.getMe(), api.getMe(), api.getMe()]);
  assert.equal(session.tokens, 2);
});

test("a refusal that comes late uses the token that another call has renewed", async () => {
  let release = () => {};
  const late = new Promise<Response>((resolve) => (release = () => resolve(problem(401, "token_expired"))));
  const answers = [late, problem(401, "token_expired"), json({}), json({})];
  const { api, session } = client(() => answers.shift()!);
  const first = api.getMe();
  await settled();
  await api.getMe();
  release();
  await first;
  assert.equal(session.tokens, 2);
});

test("whatever changes the session ends the token's use", async () => {
  const { api, requests, session, changed } = client(() => json({}));
  await api.getMe();
  session.user = "bob";
  changed();
  await api.getMe();
  assert.deepEqual(requests.map(userOf), ["alice", "bob"]);
});

test("another user or nobody in the session ends the token's use, the same user does not", async () => {
  const { api, session, changed } = client(() => json({}));
  await api.getMe();
  changed("alice");
  await api.getMe();
  assert.equal(session.tokens, 1);
  changed("bob");
  await api.getMe();
  assert.equal(session.tokens, 2);
  changed(null);
  await api.getMe();
  assert.equal(session.tokens, 3);
});

test("a token that was under way when the session changed is not kept", async () => {
  const { api, auth, session, changed } = client(() => json({}));
  const token = auth.token;
  let release = () => {};
  auth.token = () => new Promise((resolve) => (release = () => resolve(token())));
  const early = api.getMe();
  await settled();
  auth.token = token;
  changed();
  release();
  await early;
  await api.getMe();
  assert.equal(session.tokens, 2);
});

test("a call is not repeated as another user", async () => {
  const { api, requests, session } = client(() => {
    session.user = "bob";
    return problem(401, "token_expired");
  });
  await assert.rejects(api.getMe(), isProblem("token_expired"));
  assert.deepEqual(requests.map(userOf), ["alice"]);
});

test("a call that waited for the API is not repeated as another user", async (t) => {
  stopClock(t);
  const { api, requests, session, changed } = client(() => problem(503, "jwks_unavailable", { "Retry-After": "5" }));
  const call = assert.rejects(api.getMe(), isProblem("jwks_unavailable"));
  await settled();
  session.user = "bob";
  changed();
  t.mock.timers.tick(5_000);
  await call;
  assert.deepEqual(requests.map(userOf), ["alice"]);
});

test("a 503 is waited for as long as it says", async (t) => {
  stopClock(t);
  const { api, requests } = client(inTurn(problem(503, "database_unavailable", { "Retry-After": "5" }), json({ id: "1" })));
  const call = api.getMe();
  await settled();
  t.mock.timers.tick(4_999);
  await settled();
  assert.equal(requests.length, 1);
  t.mock.timers.tick(1);
  assert.equal((await call).id, "1");
});

test("the waiting has an end", async (t) => {
  stopClock(t);
  const { api, requests } = client(() => problem(503, "not_ready", { "Retry-After": "0" }));
  const call = assert.rejects(api.ready(), isProblem("not_ready"));
  for (let second = 0; second < 60; second += 1) {
    await settled();
    t.mock.timers.tick(1_000);
  }
  await call;
  assert.equal(requests.length, 31);
});

test("what would take too long, or says no time, is answered at once", async () => {
  for (const headers of [{ "Retry-After": "31" }, { "Retry-After": "soon" }, {}] as Record<string, string>[]) {
    const { api, requests } = client(() => problem(503, "not_ready", headers));
    await assert.rejects(api.getMe(), isProblem("not_ready"));
    assert.equal(requests.length, 1);
  }
});

test("an error says when to try again, by seconds and by date", async (t) => {
  stopClock(t);
  const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 90_000).toUTCString();
  for (const [value, low, high] of [["40", 40, 40], [date, 90, 91]] as const) {
    const { api } = client(() => problem(503, "not_ready", { "Retry-After": value }));
    const error = await failure(api.getMe());
    assert.ok(error.retryAfter! >= low && error.retryAfter! <= high, `${error.retryAfter}`);
  }
});

test("a call is aborted while it waits for the token, for Retry-After and for the answer", async (t) => {
  stopClock(t);
  const never = new Promise<never>(() => {});
  const silent = client(() => never);
  silent.auth.token = () => never;
  const busy = client(() => problem(503, "not_ready", { "Retry-After": "20" }));
  const slow = client((request) => new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason))));
  for (const { api } of [silent, busy, slow]) {
    const leaving = new AbortController();
    const call = assert.rejects(api.getMe({ signal: leaving.signal }), { message: "the page is left" });
    await settled();
    leaving.abort(new Error("the page is left"));
    await call;
  }
  await assert.rejects(slow.api.getMe({ signal: AbortSignal.abort(new Error("before it began")) }), { message: "before it began" });
});

test("an aborted call leaves the shared token request to the others", async () => {
  const { api, auth, session } = client(() => json({ id: "1" }));
  const token = auth.token;
  let release = () => {};
  auth.token = () => new Promise((resolve) => (release = () => resolve(token())));
  const leaving = new AbortController();
  const left = assert.rejects(api.getMe({ signal: leaving.signal }));
  const stays = api.getMe();
  await settled();
  leaving.abort();
  await left;
  release();
  assert.equal((await stays).id, "1");
  assert.equal(session.tokens, 1);
});

test("an open operation needs no token, an optional one takes it where there is one", async () => {
  const { api, requests, session, changed } = client(() => json({}));
  await api.getWhoami();
  await api.live();
  session.user = null;
  changed(null);
  await api.getWhoami();
  assert.deepEqual(requests.map(userOf), ["alice", undefined, undefined]);
});

test("a problem becomes an ApiError with its code, fields and request id", async () => {
  const errors = [{ field: "title", code: "too_long", message: "must be at most 255 characters" }];
  const body = { type: "about:blank", title: "The input is not valid", detail: "One field", status: 422, code: "validation_failed", request_id: "r1", errors };
  const headers = { "Content-Type": "application/problem+json; charset=utf-8" };
  const { api } = client(() => new Response(JSON.stringify(body), { status: 422, headers }));
  const error = await failure(api.getMe());
  assert.ok(error instanceof ApiError);
  const { status, code, message, requestId } = error;
  assert.deepEqual({ status, code, message, requestId }, { status: 422, code: "validation_failed", message: "One field", requestId: "r1" });
  assert.equal(error.messageOf("title"), "must be at most 255 characters");
  assert.equal(error.messageOf("due_date"), undefined);
});

test("an answer that is not the API's is said to be so", async () => {
  const { api } = client(() => new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "Content-Type": "text/html" } }));
  const error = await failure(api.getMe());
  assert.deepEqual([error.status, error.code], [502, "unexpected_answer"]);
});

test("text is text", async () => {
  const { api } = client(() => new Response("up 1\n"));
  assert.equal(await api.getMetrics(), "up 1\n");
});

test("parameters are sent", async () => {
  const { api, requests } = client(() => json({}));
  await api.listUsers({ query: { page: 2, page_size: 5 } });
  assert.deepEqual(requests.map(({ url }) => url), ["http://api.test/api/admin/users?page=2&page_size=5"]);
});

test("the head of an answer can be read", async () => {
  const { api } = client(() => Response.json({}, { headers: { ETag: '"3"' } }));
  let etag: string | null = null;
  await api.getMe({ onResponse: ({ headers }) => (etag = headers.get("ETag")) });
  assert.equal(etag, '"3"');
});

test("a list with cursors is walked by cursor, one without by number", async () => {
  const asked: object[] = [];
  const byCursor = async ({ query = {} }: { query?: { cursor?: string; page_size?: number } } = {}) => {
    asked.push(query);
    return query.cursor ? { items: [3], next_cursor: null, page: 2, total_pages: null } : { items: [1, 2], next_cursor: "c1", page: 1, total_pages: 9 };
  };
  const byNumber = async ({ query = {} }: { query?: { page?: number } } = {}) => ({ items: [query.page ?? 1], next_cursor: null, page: query.page ?? 1, total_pages: 3 });
  assert.deepEqual(await all(rows(byCursor, { query: { page_size: 2 } })), [1, 2, 3]);
  assert.deepEqual(asked, [{ page_size: 2 }, { page_size: 2, cursor: "c1", page: undefined }]);
  assert.deepEqual(await all(rows(byNumber)), [1, 2, 3]);
  assert.equal((await all(pages(byNumber, { query: { page: 2 } }))).length, 2);
  const uncounted = async ({ query = {} }: { query?: { page?: number } } = {}) => ({ items: query.page === 2 ? [3] : [1, 2], next_cursor: null, page: query.page ?? 1, page_size: 2, total_pages: null });
  assert.deepEqual(await all(rows(uncounted)), [1, 2, 3]);
});
