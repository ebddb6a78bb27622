// Fails unless Better Auth would change nothing in the database that DATABASE_URL names.
import assert from "node:assert/strict";
import { getMigrations } from "better-auth/db/migration";
import { auth } from "./lib/auth";

const warnings: string[] = [];
const logger = { level: "warn" as const, log: (_: string, message: string) => void warnings.push(message) };
const { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems } = await getMigrations(
  { ...auth.options, logger },
  { throwOnUnsafe: false },
);
assert.deepEqual(
  { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems, warnings },
  { toBeCreated: [], toBeAdded: [], toBeAddedIndexes: [], unsafeChanges: [], schemaProblems: [], warnings: [] },
);
process.exit(0);
