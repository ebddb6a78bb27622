// Against the API itself and a real Better Auth server.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { ApiError } from "api-client";
import { credentials, openPage, signUp } from "./browser.ts";
import { startServers } from "./servers.ts";

const servers = await startServers();
after(() => servers.stop());

const alice = openPage(servers);
const { api } = alice;
await signUp(alice, "alice");

const failure = (call: Promise<unknown>): Promise<ApiError> => call.then(() => assert.fail("it succeeded"), (error) => error);

test("signing in opens the API, signing out closes it", async () => {
  const page = openPage(servers);
  assert.equal((await failure(page.api.getMe())).code, "token_missing");
  assert.deepEqual(page.sent, []);
  assert.equal((await page.authClient.signIn.email(credentials("alice"))).error, null);
  assert.equal((await page.api.getMe()).email, credentials("alice").email);
  await page.authClient.signOut();
  assert.equal((await failure(page.api.getMe())).code, "token_missing");
  assert.deepEqual(await page.api.getWhoami(), { authenticated: false, user: null });
});

test("the next user never acts as the last, from the first moment", async () => {
  const page = openPage(servers);
  await signUp(page, "bob");
  for (const _ of [1, 2, 3]) assert.equal((await page.api.getMe()).name, "bob");
  assert.equal(new Set(page.sent).size, 1, "a token is kept");
  await page.authClient.signIn.email(credentials("alice"));
  assert.equal((await page.api.getMe()).name, "alice");
  await page.authClient.signOut();
  await page.authClient.signIn.email(credentials("bob"));
  assert.equal((await page.api.getMe()).name, "bob");
});

test("a session of another user that is read again, as after a sign-in in another tab, ends the token's use", async () => {
  const [page, otherTab] = [openPage(servers), openPage(servers)];
  await page.authClient.signIn.email(credentials("alice"));
  await page.api.getMe();
  otherTab.cookies.clear();
  await otherTab.authClient.signIn.email(credentials("bob"));
  page.cookies.clear();
  for (const [name, value] of otherTab.cookies) page.cookies.set(name, value);
  await page.authClient.getSession();
  assert.equal((await page.api.getMe()).name, "bob");
});

test("a refused token is renewed once", async () => {
  await api.getMe();
  const before = alice.sent.length;
  alice.tampering.push((request) => request.headers.set("Authorization", "Bearer refused"));
  assert.equal((await api.getMe()).name, "alice");
  assert.equal(alice.sent.length, before + 2);
});

test("a refusal has a code and a request id", async () => {
  const error = await failure(api.listUsers());
  assert.deepEqual([error.status, error.code], [403, "forbidden"]);
  assert.ok(error.requestId);
});
