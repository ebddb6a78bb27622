// What is sent, and sent again, where a call has a body or changes something.
import assert from "node:assert/strict";
import { test } from "node:test";
import { client, inTurn, isProblem, json, problem, settled, stopClock } from "./network.ts";

test("a refused token is renewed once, and the call with its body repeated", async () => {
  const { api, requests, session } = client(inTurn(problem(401, "token_expired"), json({ title: "Buy milk" }, 201)));
  const task = await api.createTask({ body: { title: "Buy milk" } });
  assert.equal(task.title, "Buy milk");
  assert.equal(session.tokens, 2);
  const [first, second] = requests as [Request, Request];
  assert.notEqual(first.headers.get("Authorization"), second.headers.get("Authorization"));
  assert.deepEqual(await second.json(), { title: "Buy milk" });
});

test("what may have been done already is not done again", async () => {
  const { api, requests } = client(() => problem(503, "database_unavailable", { "Retry-After": "1" }));
  await assert.rejects(api.createTask({ body: { title: "Once" } }), isProblem("database_unavailable"));
  await assert.rejects(api.toggleTask({ path: { task_id: "1" } }), isProblem("database_unavailable"));
  assert.equal(requests.length, 2);
});

test("what was not begun, or has an Idempotency-Key, is done again", async (t) => {
  stopClock(t);
  for (const code of ["jwks_unavailable", "database_unavailable"]) {
    const { api, requests } = client(inTurn(problem(503, code, { "Retry-After": "1" }), json({ title: "Once" }, 201)));
    const header = code === "database_unavailable" ? { "Idempotency-Key": "k1" } : {};
    const call = api.createTask({ body: { title: "Once" }, header });
    await settled();
    t.mock.timers.tick(1_000);
    assert.equal((await call).title, "Once");
    assert.equal(requests.length, 2);
  }
});

test("a 204 has no value", async () => {
  const { api } = client(() => new Response(null, { status: 204 }));
  assert.equal(await api.deleteTask({ path: { task_id: "1" } }), undefined);
});

test("parameters are encoded, repeated keys repeated, and user_id is me unless it is said", async () => {
  const { api, requests } = client(() => json({}));
  await api.listTasks({ query: { tag: ["a&b", "ü"], page: 2 } });
  await api.getTask({ path: { user_id: "u/1", task_id: "t 1" } });
  assert.deepEqual(
    requests.map(({ url }) => url),
    ["http://api.test/api/me/tasks?tag=a%26b&tag=%C3%BC&page=2", "http://api.test/api/u%2F1/tasks/t%201"],
  );
});
