// Prints every row of every table as JSON: {"table": [row, ...]}.
import { isSqlite, query, tables } from "./query";

const dump: Record<string, unknown> = {};
for (const table of await tables()) {
  const rows = isSqlite
    ? await query(`SELECT * FROM "${table}"`)
    : (await query(`SELECT to_jsonb("${table}") AS row FROM "${table}"`)).map(({ row }) => row);
  dump[table] = rows;
}
console.log(JSON.stringify(dump));
process.exit(0);
