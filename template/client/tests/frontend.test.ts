import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), "utf8");
const list = async (path: string) => (await readdir(new URL(`../${path}`, import.meta.url))).map((file) => `${path}/${file}`);

const files = (await list("../docs")).filter((file) => file.startsWith("../docs/frontend"));
const guide = (await Promise.all(files.map(read))).join("\n");
const tests = (await Promise.all((await list("tests")).map(read))).join("\n");

test("the guide shows the examples, which are compiled and tested", async () => {
  const shown = [...guide.matchAll(/^```tsx? (examples\/\S+)\n(.*?)^```$/gms)];
  for (const [, file = "", code] of shown) assert.equal(code, await read(file), file);
  assert.deepEqual(shown.map(([, file]) => file).sort(), (await list("examples")).sort());
});

test("every test that the guide names exists", () => {
  const named = [...guide.matchAll(/^\|.*\| `([^`|]+)` \|$/gm)].map(([, name]) => name);
  for (const name of named) assert.ok(tests.includes(`test("${name}"`), name);
  if (guide.includes("| test |")) assert.ok(named.length >= 8, `${named}`);
});
