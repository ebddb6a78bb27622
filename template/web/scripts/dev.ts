// npm run dev: the pages with Better Auth, the API and one database. Ctrl-C stops all of it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildProgram } from "../../client/scripts/program.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
/** Warnings of the API, but none while Better Auth is not up yet. */
const QUIET = "warn,better_auth::key_source=error";
const children: ChildProcess[] = [];
let stopping = false;

/** Starts a program. When one ends, all end. */
function run(command: string, args: string[], env: object, stdout: "inherit" | "pipe"): ChildProcess {
  const child = spawn(command, args, { cwd: project, env: { ...process.env, ...env }, stdio: ["ignore", stdout, "inherit"] });
  children.push(child);
  child.once("error", (error) => {
    console.error(`${command} cannot be run: ${error.message}`);
    stop(1);
  });
  child.once("exit", () => stop(child.exitCode ?? 1));
  return child;
}

function stop(code: number) {
  if (stopping) return;
  stopping = true;
  process.exitCode = code;
  for (const child of children) child.kill("SIGTERM");
}

/** The port, or a free one where another program listens on it. */
async function freePort(port: number): Promise<number> {
  const server = createServer();
  const listening = await Promise.race([once(server.listen(port), "listening"), once(server, "error").then(() => null)]).catch(() => null);
  if (!listening) return freePort(0);
  const { port: free } = server.address() as AddressInfo;
  server.close();
  return free;
}

async function answers(url: string): Promise<void> {
  while (!stopping && !(await fetch(url).then(({ ok }) => ok, () => false))) await new Promise((resolve) => setTimeout(resolve, 200));
}

process.once("SIGINT", () => stop(0)).once("SIGTERM", () => stop(0));

if (existsSync(join(project, ".env"))) process.loadEnvFile(join(project, ".env"));
console.log("Building the API. The first time, this takes minutes.");
const program = await buildProgram();
const [webPort, apiPort] = [await freePort(Number(process.env.PORT || 3000)), await freePort(8000)];
const [web, api] = [`http://localhost:${webPort}`, `http://127.0.0.1:${apiPort}`];
const env = {
  DATABASE_URL: process.env.DATABASE_URL || `sqlite://${join(project, "app.db")}?mode=rwc`,
  BETTER_AUTH_URL: web,
  BETTER_AUTH_SECRET: process.env.BETTER_AUTH_SECRET || "for development only, never for a server that people use",
};
run(program, ["serve"], { ...env, PORT: String(apiPort), RUST_LOG: process.env.RUST_LOG || QUIET }, "inherit");
await answers(`${api}/health/live`);
if (!stopping) {
  // Not by its command, which on Windows only a shell can run.
  const command = fileURLToPath(import.meta.resolve("next/dist/bin/next"));
  const next = run(process.execPath, [command, "dev", "web", "--port", String(webPort)], { ...env, API_URL: api, NEXT_TELEMETRY_DISABLED: "1" }, "pipe");
  // Next.js names its own addresses first.
  createInterface({ input: next.stdout! }).on("line", (line) => /▲|- (Local|Network|Environments):|^\s*$|✓/.test(line) || console.log(line));
}
// The first request of each makes Next.js compile it.
for (const path of ["/api/auth/jwks", "/sign-in"]) await answers(web + path);
if (!stopping) console.log(`\nOpen ${web}\n`);
