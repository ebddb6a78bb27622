import { defineConfig } from "drizzle-kit";

const url = process.env.DATABASE_URL ?? "";
const isSqlite = url.startsWith("sqlite:");

export default defineConfig({
  dialect: isSqlite ? "sqlite" : "postgresql",
  schema: isSqlite ? "./drizzle/schema.sqlite.ts" : "./drizzle/schema.ts",
  dbCredentials: { url: isSqlite ? url.replace(/^sqlite:(\/\/)?/, "").replace(/\?.*$/, "") : url },
  // The other tables are the API's.
  tablesFilter: ["user", "session", "account", "verification", "jwks"],
});
