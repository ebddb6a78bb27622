import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import * as schema from "./schema.sqlite";

const file = (process.env.DATABASE_URL ?? "").replace(/^sqlite:(\/\/)?/, "").replace(/\?.*$/, "");

export { schema };
export const provider = "sqlite";
export const database = new Database(file);
export const db = drizzle(database, { schema });
