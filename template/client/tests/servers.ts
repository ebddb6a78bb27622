// The API that this project builds, and a real Better Auth server before it: each on a port of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";
import { buildProgram } from "../scripts/program.ts";

export interface Servers {
  auth: string;
  api: string;
  stop: () => Promise<void>;
}

/** Those that BETTER_AUTH_URL and NEXT_PUBLIC_API_URL name, or else new ones. */
export async function startServers(): Promise<Servers> {
  const { BETTER_AUTH_URL: auth, NEXT_PUBLIC_API_URL: api } = process.env;
  if (auth && api) return { auth, api, stop: async () => {} };
  const betterAuth = await startBetterAuth();
  const started = await startApi(await buildProgram(), betterAuth.url);
  const stop = async () => {
    await started.stop();
    await betterAuth.stop();
  };
  return { auth: betterAuth.url, api: started.url, stop };
}

/** The users whom `seed` put into the API's database, in the order in which they sign up. */
const SEEDED = ["00000000-0000-4000-8000-0000000000d1", "00000000-0000-4000-8000-0000000000d2"];

async function startBetterAuth() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const uuids = [...SEEDED];
  const auth = betterAuth({
    baseURL: url,
    secret: "only for tests, never for a server that people use",
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    emailAndPassword: { enabled: true },
    // Whether the API knows users by `sub` or by `uuid`, it finds the same in both.
    advanced: { database: { generateId: ({ model }) => (model === "user" && uuids.shift()) || randomUUID() } },
    plugins: [jwt({ jwt: { definePayload: ({ user: { id, email, name } }) => ({ uuid: id, email, name }) } })],
  });
  server.on("request", toNodeHandler(auth));
  return { url, stop: async () => void server.close().closeAllConnections() };
}

async function startApi(program: string, auth: string) {
  const folder = await mkdtemp(join(tmpdir(), "client-"));
  const { PATH } = process.env;
  const env = {
    PATH,
    PORT: "0",
    DATABASE_URL: `sqlite://${join(folder, "api.db")}?mode=rwc`,
    BETTER_AUTH_URL: auth,
    LOG_FORMAT: "json",
  };
  // In that folder there is no .env.
  const run = (command: string) => spawn(program, [command], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  const [status] = await once(run("seed"), "exit");
  if (status !== 0) throw new Error(`seed ended with ${status}`);
  const api = run("serve");
  const stop = async () => {
    api.kill();
    if (api.exitCode === null) await once(api, "exit");
    await rm(folder, { recursive: true });
  };
  return { url: `http://127.0.0.1:${await portOf(api)}`, stop };
}

function portOf(api: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const log = createInterface({ input: api.stderr! });
    log.on("close", () => reject(new Error("the API did not start")));
    log.on("line", (line) => {
      const [, port] = /listening on http:\/\/[\d.]+:(\d+)/.exec(line) ?? [];
      if (port) resolve(port);
    });
  });
}
