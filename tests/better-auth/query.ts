// Queries behind everybody's back, in the database that DATABASE_URL names.
import { database } from "./lib/database";

type Row = Record<string, unknown>;

export const isSqlite = "prepare" in database;

export async function query(sql: string, ...values: unknown[]): Promise<Row[]> {
  const any = database as any;
  return isSqlite ? any.prepare(sql).all(...values) : (await any.query(sql, values)).rows;
}

export async function tables(): Promise<string[]> {
  const rows = await query(
    isSqlite
      ? "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
      : `SELECT table_name AS name FROM information_schema.tables
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name`,
  );
  return rows.map((row) => row.name as string);
}
