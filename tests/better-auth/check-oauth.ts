// Calls the API as OAuth clients do, which know nothing but its address: BETTER_AUTH_URL, NEXT_PUBLIC_API_URL.
import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { auth } from "./lib/auth";

const api = new URL(process.env.NEXT_PUBLIC_API_URL ?? "");
const authUrl = `${process.env.BETTER_AUTH_URL}/api/auth`;
const redirect = "https://client.example.test/callback";
const insecure = { [oauth.allowInsecureRequests]: true };
const tasks = new URL("/api/me/tasks", api);
const task = JSON.stringify({ title: "By a client" });
const json = new Headers({ "Content-Type": "application/json" });

const cookie = await signUp();

/** What a challenge leads to. */
async function discover() {
  const refused = await fetch(tasks);
  assert.equal(refused.status, 401);
  const header = refused.headers.get("WWW-Authenticate") ?? "";
  const [, metadata] = /resource_metadata="([^"]+)"/.exec(header) ?? [];
  assert.ok(metadata, header);
  assert.equal(new URL(metadata).pathname, "/.well-known/oauth-protected-resource");
  const resource = new URL(process.env.NEXT_PUBLIC_API_URL ?? "");
  const discovery = await oauth.resourceDiscoveryRequest(resource, insecure);
  const described = await oauth.processResourceDiscoveryResponse(resource, discovery);
  assert.deepEqual(described.scopes_supported, ["tasks:read", "tasks:write"]);
  const issuer = new URL(described.authorization_servers![0]);
  const server = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: "oidc" });
  return oauth.processDiscoveryResponse(issuer, server);
}

async function signUp() {
  const response = await fetch(`${authUrl}/sign-up/email`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: process.env.BETTER_AUTH_URL! },
    body: JSON.stringify({ name: "erin", email: "erin@client.test", password: "correct horse battery" }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return response.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
}

/** A client that may ask for tokens for the API. */
async function register(body: Record<string, unknown>) {
  const server = auth.api as unknown as Record<string, (given: object) => Promise<unknown>>;
  const headers = new Headers({ Cookie: cookie });
  const created = await server.adminCreateOAuthClient({
    headers,
    body: { redirect_uris: [redirect], skip_consent: true, ...body },
  });
  const client = created as { client_id: string; client_secret?: string };
  const params = { identifier: process.env.NEXT_PUBLIC_API_URL, client_id: client.client_id };
  await server.adminLinkClientResource({ headers, params });
  return client;
}

/** Sends the user's browser to the server, which answers with a code at once: the user is signed in. */
async function authorize(client: oauth.Client, scope: string, options: object = {}, named = true) {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(server.authorization_endpoint!);
  const parameters = {
    client_id: client.client_id,
    redirect_uri: redirect,
    response_type: "code",
    scope,
    state: "state",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...(named ? { resource: process.env.NEXT_PUBLIC_API_URL! } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const sent = await fetch(url, { headers: { Cookie: cookie }, redirect: "manual" });
  const location = sent.headers.get("Location") ?? (await sent.json()).url;
  const code = oauth.validateAuthResponse(server, client, new URL(location), "state");
  const exchange = async () => {
    const answer = await oauth.authorizationCodeGrantRequest(
      server, client, oauth.None(), code, redirect, verifier,
      { ...insecure, ...options, additionalParameters: named ? { resource: process.env.NEXT_PUBLIC_API_URL! } : {} },
    );
    return oauth.processAuthorizationCodeResponse(server, client, answer);
  };
  return exchange();
}

const call = (token: string, method: string, body?: string, options: object = {}) =>
  oauth.protectedResourceRequest(token, method, tasks, json, body, { ...insecure, ...options });

/** The status and the body's code of a call that is rejected. */
async function rejected(call: Promise<Response>) {
  try {
    return await problem(await call);
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return problem(error.response);
    throw error;
  }
}

async function problem(response: Response) {
  const { code, detail } = await response.json();
  return [response.status, code, detail] as const;
}

const server = await discover();
const app = await register({ token_endpoint_auth_method: "none", scope: "openid offline_access tasks:read tasks:write" });
const client: oauth.Client = { client_id: app.client_id };

// Authorization code with PKCE, within its scopes.
const reader = await authorize(client, "openid offline_access tasks:read");
assert.equal((await call(reader.access_token, "GET")).status, 200);
assert.deepEqual((await rejected(call(reader.access_token, "POST", task))).slice(0, 2), [403, "forbidden"]);
const writer = await authorize(client, "tasks:write");
assert.equal((await call(writer.access_token, "POST", task)).status, 201);

// Refresh.
const refresh = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), reader.refresh_token!, {
  ...insecure,
  additionalParameters: { resource: process.env.NEXT_PUBLIC_API_URL! },
});
const renewed = await oauth.processRefreshTokenResponse(server, client, refresh);
const list = await call(renewed.access_token, "GET");
assert.equal((await list.json()).total, 1);

// Without the scope of any route, an ID token, and an opaque token.
const nothing = await authorize(client, "openid");
assert.deepEqual((await rejected(call(nothing.access_token, "GET"))).slice(0, 2), [403, "forbidden"]);
assert.deepEqual((await rejected(call(nothing.id_token!, "GET"))).slice(0, 2), [401, "token_invalid"]);
const opaque = await authorize(client, "tasks:read", {}, false);
const [status, code, detail] = await rejected(call(opaque.access_token, "GET"));
assert.deepEqual([status, code], [401, "token_malformed"]);
assert.match(detail, /`resource`/);

// Bound to a key of the client.
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
const bound = await authorize(client, "tasks:read", { DPoP });
assert.equal(bound.token_type, "dpop");
assert.equal((await call(bound.access_token, "GET", undefined, { DPoP })).status, 200);
assert.equal((await call(bound.access_token, "GET", undefined, { DPoP })).status, 200);
assert.deepEqual((await rejected(call(bound.access_token, "GET"))).slice(0, 2), [401, "token_invalid"]);

// A machine, which an administrator registers, is nobody.
const { internalAdapter } = await auth.$context;
const erin = await internalAdapter.findUserByEmail("erin@client.test");
await internalAdapter.updateUser(erin!.user.id, { role: "admin" });
const robot = await register({
  grant_types: ["client_credentials"],
  redirect_uris: undefined,
  scope: "tasks:read",
  client_credentials_scopes: ["tasks:read"],
});
const machine: oauth.Client = { client_id: robot.client_id };
const grant = await oauth.clientCredentialsGrantRequest(
  server, machine, oauth.ClientSecretBasic(robot.client_secret!),
  new URLSearchParams({ scope: "tasks:read", resource: process.env.NEXT_PUBLIC_API_URL! }), insecure,
);
const { access_token } = await oauth.processClientCredentialsResponse(server, machine, grant);
assert.deepEqual(await rejected(call(access_token, "GET")), [403, "forbidden", "Requires a user"]);
process.exit(0);
