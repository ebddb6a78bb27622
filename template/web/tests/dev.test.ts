// npm run dev.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));

test("a program that cannot be run is named, and ends everything", async () => {
  const env = { ...process.env, API_BINARY: "/nowhere/api" };
  const ended = new Promise<[unknown, string]>((resolve) =>
    execFile(process.execPath, ["--import", "tsx", "web/scripts/dev.ts"], { cwd: project, env, timeout: 60_000 }, (error, _, stderr) => resolve([error?.code, stderr])),
  );
  const [code, stderr] = await ended;
  assert.equal(code, 1);
  assert.match(stderr, /^\/nowhere\/api cannot be run: /);
});
