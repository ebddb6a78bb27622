// node postgres-database.mjs create|drop NAME: on the server that TEST_DATABASE_URL names.
import pg from "pg";

const [command, name] = process.argv.slice(2);
const sql = { create: `CREATE DATABASE "${name}"`, drop: `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)` }[command];
const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL });
await client.connect();
await client.query(sql);
await client.end();
