import { drizzle } from "drizzle-orm/node-postgres";
import { Pool } from "pg";
import * as schema from "./schema";

export { schema };
export const provider = "pg";
export const database = new Pool({ connectionString: process.env.DATABASE_URL });
export const db = drizzle(database, { schema });
