// Calls the API with keys of the apiKey plugin: BETTER_AUTH_URL, NEXT_PUBLIC_API_URL.
import assert from "node:assert/strict";
import { auth } from "./lib/auth";

const server = auth.api as unknown as Record<string, (given: object) => Promise<any>>;

async function call(key: string, method: string, path: string, headers = {}) {
  const response = await fetch(`${process.env.NEXT_PUBLIC_API_URL}${path}`, {
    method,
    headers: { "x-api-key": key, "Content-Type": "application/json", ...headers },
    body: method === "POST" ? JSON.stringify({ title: "By a script" }) : undefined,
  });
  return { status: response.status, body: response.status === 204 ? null : await response.json() };
}

async function signUp(name: string) {
  const body = { name, email: `${name}@client.test`, password: "correct horse battery" };
  return (await server.signUpEmail({ body })).user;
}

const [frank, grace] = [await signUp("frank"), await signUp("grace")];
const create = (given: object) => server.createApiKey({ body: given });
const key = (await create({ userId: frank.id })).key;
const cleaner = (await create({ userId: grace.id, permissions: { tasks: ["delete"] } })).key;

// A key acts as its user, with its own permissions and no roles.
const me = (await call(key, "GET", "/api/me")).body;
assert.deepEqual([me.uuid, me.roles, me.permissions], [frank.uuid, [], []]);
assert.deepEqual((await call(cleaner, "GET", "/api/me")).body.permissions, ["tasks:delete"]);
assert.equal((await call(key, "GET", `/api/${grace.uuid}/tasks`)).status, 403);
const task = await call(key, "POST", "/api/me/tasks");
assert.equal(task.status, 201);
const path = `/api/admin/tasks/${task.body.id}`;
assert.equal((await call(key, "DELETE", path)).status, 403);
assert.equal((await call(cleaner, "DELETE", path)).status, 204);

// Junk, a disabled key, an organization's key, and a second credential.
assert.equal((await call("junk", "GET", "/api/me")).status, 401);
const disabled = await create({ userId: frank.id });
await server.updateApiKey({ body: { keyId: disabled.id, userId: frank.id, enabled: false } });
assert.equal((await call(disabled.key, "GET", "/api/me")).status, 401);
const { id: organizationId } = await server.createOrganization({ body: { name: "Acme", slug: "acme", userId: frank.id } });
const shared = await create({ configId: "organizations", organizationId, userId: frank.id });
assert.equal((await call(shared.key, "GET", "/api/me")).status, 401);
const twice = await call(key, "GET", "/api/me", { Authorization: "Bearer x" });
assert.deepEqual([twice.status, twice.body.code], [400, "invalid_request"]);
process.exit(0);
