import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import type { OpenApi, Operation } from "./program.ts";

const NOTE = "// Made from the API's OpenAPI document by `npm run generate`; not edited by hand.\n";

/** The files of src/ that are derived from the document. */
export async function generated(document: OpenApi): Promise<Record<string, string>> {
  return { "schema.ts": await schema(document), "operations.ts": operations(document) };
}

async function schema(document: OpenApi): Promise<string> {
  const types = await openapiTS(document as unknown as OpenAPI3, {
    alphabetize: true,
    // What has a default may be left out of a request.
    defaultNonNullable: false,
  });
  const names = Object.keys(document.components.schemas).sort();
  const aliases = names.map((name) => `export type ${name.replace("_", "")} = components["schemas"]["${name}"];\n`);
  return NOTE + astToString(types) + aliases.join("");
}

function operations(document: OpenApi): string {
  const functions = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [operation.operationId, line(path, method, operation)] as const),
  );
  const lines = functions.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `${NOTE}import type { Call, Operations } from "./call.ts";

/** A function for each operation of the API, by its operation id. */
export const operations = (call: Call) =>
  ({
${lines.join("")}  }) satisfies Operations;
`;
}

function line(path: string, method: string, operation: Operation): string {
  const name = operation.operationId.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const comment = operation.summary ? `    /** ${operation.summary} */\n` : "";
  return `${comment}    ${name}: call("${method}", "${path}", "${access(operation)}"),\n`;
}

/** Whether an operation needs a token, takes one, or is open to everybody. */
function access({ security = [] }: Operation): string {
  if (security.length === 0) return "open";
  return security.some((schemes) => Object.keys(schemes).length === 0) ? "optional" : "closed";
}
