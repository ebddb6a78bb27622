// What `npx auth migrate` does, on every Node: makes Better Auth's tables in the database that DATABASE_URL names.
import { getMigrations } from "better-auth/db/migration";
import { auth } from "./lib/auth";

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
process.exit(0);
