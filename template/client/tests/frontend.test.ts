import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), "utf8");
const guide = await read("../docs/frontend.md");

test("docs/frontend.md shows the examples, which are compiled and tested", async () => {
  const shown = [...guide.matchAll(/^```tsx? (examples\/\S+)\n(.*?)^```$/gms)];
  for (const [, file = "", code] of shown) assert.equal(code, await read(file), file);
  const files = (await readdir(new URL("../examples", import.meta.url))).map((file) => `examples/${file}`);
  assert.deepEqual(shown.map(([, file]) => file).sort(), files.sort());
});

test("every fault that the guide explains is there once, and tested", async () => {
  const tests = await read("tests/api.test.ts");
  for (const number of [5, 6, 14, 15, 16, 17, 18, 19, 20, 21]) assert.equal(guide.split(`\n| R${number} |`).length, 2, `R${number}`);
  for (let number = 14; number <= 21; number += 1) assert.ok(tests.includes(`test("R${number}: `), `R${number}`);
});
