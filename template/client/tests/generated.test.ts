import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { generated } from "../scripts/generated.ts";
import { buildProgram, documentOf, type OpenApi } from "../scripts/program.ts";

const document = await documentOf(await buildProgram());

/** The files that differ from what they would be if they were made now. */
async function stale(document: OpenApi): Promise<string[]> {
  const files = Object.entries(await generated(document));
  const committed = await Promise.all(files.map(([file]) => readFile(new URL(`../src/${file}`, import.meta.url), "utf8")));
  return files.filter(([, text], index) => text !== committed[index]).map(([file]) => file);
}

test("the types and functions are those of the API's document, else: npm run generate", async () => {
  assert.deepEqual(await stale(document), []);
});

test("a renamed member and a renamed operation are noticed", async () => {
  const text = JSON.stringify(document);
  assert.deepEqual(await stale(JSON.parse(text.replaceAll('"email_verified"', '"emailVerified"'))), ["schema.ts"]);
  assert.deepEqual(await stale(JSON.parse(text.replace('"list_users"', '"get_users"'))), ["schema.ts", "operations.ts"]);
});
