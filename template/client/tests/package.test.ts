import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "node:test";

const client = new URL("..", import.meta.url);

test("Node imports what was built", async () => {
  const script = 'console.log(Object.keys(await import("api-client")).join())';
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { cwd: fileURLToPath(client) });
  assert.equal(stdout, "ApiError,createApi,createServerApi,fromDateTimeLocal,pages,rows,sessionEvents,toDateTimeLocal\n");
});

test("openapi-fetch is all that it needs at run time", async () => {
  const manifest = JSON.parse(await readFile(new URL("package.json", client), "utf8"));
  assert.deepEqual(Object.keys(manifest.dependencies), ["openapi-fetch"]);
});
