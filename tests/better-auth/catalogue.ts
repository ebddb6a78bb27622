// Prints all that the database's catalogue says of Better Auth's tables: a JSON list, a line for each fact.
import { isSqlite, query } from "./query";

const lines: string[] = [];
const say = (what: string, facts: unknown) => void lines.push(`${what} ${JSON.stringify(facts)}`);

for (const table of ["account", "jwks", "session", "user", "verification"]) {
  await (isSqlite ? readSqlite(table) : readPostgres(table));
}
console.log(JSON.stringify(lines));
process.exit(0);

async function readPostgres(table: string) {
  const columns = await query(
    `SELECT * FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`,
    table,
  );
  for (const { column_name, ordinal_position, dtd_identifier, table_catalog, udt_catalog, ...facts } of columns) {
    say(`column ${table}.${column_name}`, facts);
  }
  const constraints = await query(
    `SELECT conname, pg_get_constraintdef(oid) AS definition, condeferrable, condeferred, convalidated
     FROM pg_constraint WHERE conrelid = to_regclass(quote_ident($1))`,
    table,
  );
  for (const { conname, ...facts } of constraints) say(`constraint ${conname} of ${table}`, facts);
  const references = await query(
    `SELECT constraint_name, unique_constraint_name, match_option, update_rule, delete_rule
     FROM information_schema.referential_constraints JOIN information_schema.table_constraints USING (constraint_name)
     WHERE table_name = $1`,
    table,
  );
  for (const { constraint_name, ...facts } of references) say(`reference ${constraint_name} of ${table}`, facts);
  const indexes = await query(
    `SELECT indexname, indexdef, indisunique, indisprimary, indisvalid
     FROM pg_indexes JOIN pg_index ON indexrelid = to_regclass(quote_ident(indexname)) WHERE tablename = $1`,
    table,
  );
  for (const { indexname, ...facts } of indexes) say(`index ${indexname} of ${table}`, facts);
  const rest = await query(
    `SELECT relkind, relpersistence, relrowsecurity, relhasrules, relhassubclass, reloptions,
       (SELECT count(*) FROM pg_trigger WHERE tgrelid = pg_class.oid AND NOT tgisinternal) AS triggers
     FROM pg_class WHERE oid = to_regclass(quote_ident($1))`,
    table,
  );
  say(`table ${table}`, rest);
}

async function readSqlite(table: string) {
  for (const { cid, name, ...facts } of await query(`PRAGMA table_xinfo("${table}")`)) {
    say(`column ${table}.${name}`, facts);
  }
  for (const { id, seq, ...facts } of await query(`PRAGMA foreign_key_list("${table}")`)) {
    say(`reference of ${table}`, facts);
  }
  for (const { seq, name, ...facts } of await query(`PRAGMA index_list("${table}")`)) {
    const columns = await query(`PRAGMA index_xinfo("${name}")`);
    const keys = columns.filter(({ key }) => key).map(({ name, desc, coll }) => ({ name, desc, coll }));
    const isNamed = !(name as string).startsWith("sqlite_autoindex_");
    say(`index ${isNamed ? name : keys.map(({ name }) => name)} of ${table}`, { ...facts, keys });
  }
  const rest = await query(`SELECT type, count(*) AS n FROM sqlite_schema WHERE tbl_name = ? GROUP BY type`, table);
  say(`table ${table}`, rest.filter(({ type }) => type !== "index"));
  const flags = await query(`SELECT wr, strict FROM pragma_table_list WHERE name = ?`, table);
  say(`kind of ${table}`, flags);
}
