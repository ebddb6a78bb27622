// Calls the API as members of organizations and teams: BETTER_AUTH_URL, NEXT_PUBLIC_API_URL. It remembers look-ups for a second.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { tables } from "./query";

class User {
  cookie = "";

  /** One of Better Auth's own routes, with the cookies of the browser. */
  async auth(path: string, body?: object): Promise<any> {
    const response = await fetch(`${process.env.BETTER_AUTH_URL}/api/auth${path}`, {
      method: body ? "POST" : "GET",
      headers: { "Content-Type": "application/json", Origin: process.env.BETTER_AUTH_URL!, Cookie: this.cookie },
      body: body && JSON.stringify(body),
    });
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    if (cookies.length) this.cookie = cookies.join("; ");
    const text = await response.text();
    assert.equal(response.status, 200, `${path}: ${text}`);
    return JSON.parse(text);
  }

  /** The API, with a new token. */
  async api(method: string, path: string) {
    const { token } = await this.auth("/token");
    const response = await fetch(`${process.env.NEXT_PUBLIC_API_URL}/api${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: method === "POST" ? "{}" : undefined,
    });
    return { status: response.status, text: await response.text() };
  }

  async sees(path: string, status: number) {
    assert.equal((await this.api("GET", path)).status, status, path);
  }

  /** Whether an empty row is looked at: it is 422, and 403 for those who may not write. */
  async writes(path: string, status: number) {
    assert.equal((await this.api("POST", path)).status, status, path);
  }
}

async function signUp(name: string) {
  const user = new User();
  const email = `${name}@organization.test`;
  const { id } = (await user.auth("/sign-up/email", { name, email, password: "correct horse battery" })).user;
  return Object.assign(user, { id: id as string, email });
}

const remembered = () => setTimeout(1100);

const [alice, bob, carol] = [await signUp("alice"), await signUp("bob"), await signUp("carol")];
const found = async (user: User, slug: string) => (await user.auth("/organization/create", { name: slug, slug })).id;
const [acme, globex] = [await found(alice, "acme"), await found(carol, "globex")];
const projects = `/organizations/${acme}/projects`;

async function invite(host: User, guest: User & { email: string }, organizationId: string) {
  const { id } = await host.auth("/organization/invite-member", { email: guest.email, role: "member", organizationId });
  return (await guest.auth("/organization/accept-invitation", { invitationId: id })).member.id;
}

// An invitation makes no member until it is accepted.
await alice.sees(projects, 200);
for (const outsider of [bob, carol]) await outsider.sees(projects, 403);
await alice.auth("/organization/invite-member", { email: carol.email, role: "owner", organizationId: acme });
const memberId = await invite(alice, bob, acme);
await remembered();
await carol.sees(projects, 403);
await bob.sees(projects, 200);
await bob.sees(`/organizations/${globex}/projects`, 403);

// One of several roles is enough, wherever it stands.
await bob.writes(projects, 403);
for (const [role, status] of [[["member", "admin"], 422], [["admin", "member"], 422], ["member", 403]]) {
  await alice.auth("/organization/update-member-role", { memberId, role, organizationId: acme });
  await remembered();
  await bob.writes(projects, status as number);
}
await alice.writes(projects, 422);

// A team is open to its members alone, and not by way of another organization.
assert.ok((await tables()).includes("teamMember"));
const inTeam = async (user: User, organizationId: string) =>
  (await user.auth("/organization/create-team", { name: "red", organizationId })).id;
const [red, blue] = [await inTeam(alice, acme), await inTeam(carol, globex)];
const team = (organization: string, id: string) => `/organizations/${organization}/teams/${id}`;
await bob.sees(team(acme, red), 403);
await invite(carol, bob, globex);
await alice.auth("/organization/add-team-member", { teamId: red, userId: bob.id, organizationId: acme });
await carol.auth("/organization/add-team-member", { teamId: blue, userId: bob.id, organizationId: globex });
await remembered();
await bob.sees(team(acme, red), 200);
await bob.sees(team(globex, blue), 200);
await bob.sees(team(acme, blue), 403);
await carol.sees(team(acme, red), 403);
await alice.auth("/organization/remove-team-member", { teamId: red, userId: bob.id, organizationId: acme });
await remembered();
await bob.sees(team(acme, red), 403);
await bob.sees(projects, 200);

// Tokens tell the active organization.
for (const organizationId of [acme, globex, null]) {
  await bob.auth("/organization/set-active", { organizationId });
  const { text } = await bob.api("GET", "/me");
  assert.equal(JSON.parse(text).organization_id, organizationId);
}

// Who is no longer a member is out, whatever the organization that a token tells.
await bob.auth("/organization/set-active", { organizationId: acme });
await alice.auth("/organization/remove-member", { memberIdOrEmail: bob.email, organizationId: acme });
await remembered();
await bob.sees(projects, 403);
await bob.sees(`/organizations/${globex}/projects`, 200);
process.exit(0);
