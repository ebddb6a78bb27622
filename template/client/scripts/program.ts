import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const project = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the API, with SQLite whatever the default features are, and returns the program's path: API_BINARY if that is set. */
export async function buildProgram(): Promise<string> {
  if (process.env.API_BINARY) return process.env.API_BINARY;
  const build = ["build", "--quiet", "--features", "sqlite", "--message-format", "json"];
  const { stdout } = await run("cargo", build, { cwd: project, maxBuffer: 1e9 });
  const artifacts = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const program = artifacts.find(({ target, executable }) => executable && target.kind.includes("bin"));
  if (!program) throw new Error("cargo built no program");
  return program.executable;
}

/** The OpenAPI document of the program. */
export async function documentOf(program: string): Promise<OpenApi> {
  const { stdout } = await run(program, ["openapi"], { maxBuffer: 1e9 });
  return JSON.parse(stdout);
}

/** What of an OpenAPI document is read here. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

export interface Operation {
  operationId: string;
  summary?: string;
  security?: Record<string, string[]>[];
}
