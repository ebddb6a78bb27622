// The API and this application in production mode, on ports of their own and a database that is gone afterwards.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { buildProgram } from "../../client/scripts/program.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

export interface Servers {
  web: string;
  api: string;
  /** Changes the database behind both. */
  execute: (sql: string) => Promise<void>;
  /** Ends the API and waits until it is gone, or starts it again. */
  stopApi: () => Promise<void>;
  startApi: () => Promise<void>;
  stop: () => Promise<void>;
}

/** With `origins: 2`, browsers reach the API at its own address. `npm test` has built the application. */
export async function start(origins: 1 | 2): Promise<Servers> {
  const program = await buildProgram();
  const folder = await mkdtemp(join(tmpdir(), "web-"));
  const database = await createDatabase(folder);
  const [web, api] = [await freeOrigin(), await freeOrigin()];
  const shared = { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: database.url, BETTER_AUTH_URL: web };
  const run = (command: string, args: string[], cwd: string, env: object) =>
    spawn(command, args, { cwd, env: { ...shared, ...env } as unknown as NodeJS.ProcessEnv, stdio: ["ignore", "ignore", "inherit"], detached: true });

  let running: ChildProcess;
  const startApi = async () => {
    running = run(program, ["serve"], folder, { PORT: new URL(api).port, RUST_LOG: "warn" });
    await ready(`${api}/health/live`);
  };
  const stopApi = () => end(running);
  await startApi();
  const pages = run(npm, ["start"], project, {
    PORT: new URL(web).port,
    API_URL: api,
    ...(origins === 2 && { PUBLIC_API_URL: api }),
    BETTER_AUTH_SECRET: "only for tests, never for a server that people use",
  });
  await ready(`${web}/api/auth/ok`);
  const stop = async () => {
    await Promise.all([end(pages), stopApi()]);
    await database.drop();
    await rm(folder, { recursive: true });
  };
  return { web, api, execute: database.execute, startApi, stopApi, stop };
}

/** On the PostgreSQL server that TEST_DATABASE_URL names, or else a file in the folder. */
async function createDatabase(folder: string) {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return sqlite(join(folder, "app.db"));
  const name = `web_${randomBytes(8).toString("hex")}`;
  const query = async (connectionString: string, text: string) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await query(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, execute: (sql: string) => query(url.href, sql), drop: () => query(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

function sqlite(file: string) {
  const execute = async (sql: string) => {
    const database = new DatabaseSync(file, { timeout: 5000 });
    database.exec(sql);
    database.close();
  };
  return { url: `sqlite://${file}?mode=rwc`, execute, drop: async () => {} };
}

let lastPort = 20_000 + ((process.pid * 64) % 10_000);

/** Below the ports of outgoing connections, one of which could have it by the time the program listens. */
async function freeOrigin(): Promise<string> {
  lastPort += 1;
  const server = createServer().listen(lastPort, "127.0.0.1");
  const taken = await once(server, "listening").then(() => false, () => true);
  server.close();
  return taken ? freeOrigin() : `http://localhost:${lastPort}`;
}

async function ready(url: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await fetch(url).then(({ ok }) => ok, () => false))) {
    if (Date.now() > deadline) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Ends a process and those that it started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  process.kill(-child.pid!, "SIGTERM");
  await exit;
}
