import assert from "node:assert/strict";
import { test } from "node:test";
import { QueryClient } from "@tanstack/react-query";
import { createQueries } from "api-client/react-query";
import { client, failure, json, problem } from "./network.ts";

const cache = () => new QueryClient({ defaultOptions: { queries: { retryDelay: 0 } } });

test("a query calls its operation, and is kept for its user alone", async () => {
  const { api, requests } = client(() => json({ name: "Zoë" }));
  const queries = cache();
  await queries.fetchQuery({ ...createQueries(api, "alice").getProfile(), staleTime: Infinity });
  const alice = createQueries(api, "alice").getProfile();
  await queries.fetchQuery({ ...alice, staleTime: Infinity });
  assert.equal(requests.length, 1);
  assert.equal(queries.getQueryData(alice.queryKey)?.name, "Zoë");
  assert.equal(queries.getQueryData(createQueries(api, "bob").getProfile().queryKey), undefined);
});

test("inputs are told apart, and an operation's queries can be named together", async () => {
  const { api, requests } = client(() => json({ items: [] }));
  const [queries, { listUsers }] = [cache(), createQueries(api, "alice")];
  for (const page of [1, 2]) await queries.fetchQuery(listUsers({ query: { page } }));
  assert.deepEqual(requests.map(({ url }) => new URL(url).search), ["?page=1", "?page=2"]);
  assert.equal(queries.getQueryCache().findAll({ queryKey: ["alice", "listUsers"] }).length, 2);
});

test("what the API rejects is not sent again", async () => {
  const { api, requests } = client(() => problem(403, "forbidden"));
  assert.equal((await failure(cache().fetchQuery(createQueries(api, "alice").listUsers()))).code, "forbidden");
  assert.equal(requests.length, 1);
});

test("an error of the API's own is retried three times", async () => {
  const { api, requests } = client(() => problem(500, "internal_error"));
  assert.equal((await failure(cache().fetchQuery(createQueries(api, "alice").listUsers()))).code, "internal_error");
  assert.equal(requests.length, 4);
});

test("a query that nobody waits for is cancelled", async () => {
  const { api, requests } = client(() => new Promise(() => {}));
  const [queries, { getProfile }] = [cache(), createQueries(api, "alice")];
  const query = queries.fetchQuery(getProfile());
  while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await queries.cancelQueries({ queryKey: ["alice"] });
  await assert.rejects(query);
  assert.ok(requests[0]!.signal.aborted);
});
