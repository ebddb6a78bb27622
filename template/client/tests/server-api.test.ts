import assert from "node:assert/strict";
import { test } from "node:test";
import { createServerApi } from "api-client";
import { failure, json, jwt, userOf } from "./network.ts";

const headers = (cookie: string) => new Headers({ Cookie: cookie });

/** Better Auth, as far as it is asked: the cookie is the user's name. */
const auth = {
  api: {
    getToken: async ({ headers }: { headers: Headers }) => {
      const user = headers.get("Cookie");
      if (user === "down") throw new Error("no database");
      if (!user) throw Object.assign(new Error(), { status: "UNAUTHORIZED", statusCode: 401 });
      return { token: jwt(user, 900, 0) };
    },
  },
};

function serverApi(cookie: string) {
  const requests: Request[] = [];
  const fetch = async (request: Request) => {
    requests.push(request);
    return json({});
  };
  return { api: createServerApi({ baseUrl: "http://api.test", auth, headers: headers(cookie), fetch }), requests };
}

test("on a server, a call acts as whoever sent the request", async () => {
  const [alice, bob] = [serverApi("alice"), serverApi("bob")];
  await Promise.all([alice.api.getProfile(), bob.api.getProfile()]);
  assert.deepEqual([...alice.requests, ...bob.requests].map(userOf), ["alice", "bob"]);
});

test("without a session, nothing is sent", async () => {
  const { api, requests } = serverApi("");
  assert.equal((await failure(api.getProfile())).code, "token_missing");
  assert.equal(requests.length, 0);
});

test("a Better Auth that fails is no missing session", async () => {
  assert.equal((await failure(serverApi("down").api.getProfile())).code, "auth_unavailable");
});
