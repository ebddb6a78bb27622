// npm run generate: writes what the client has from the API's OpenAPI document.
import { writeFile } from "node:fs/promises";
import { buildProgram, documentOf } from "./program.ts";
import { generated } from "./generated.ts";

for (const [file, text] of Object.entries(await generated(await documentOf(await buildProgram())))) {
  await writeFile(new URL(`../src/${file}`, import.meta.url), text);
}
