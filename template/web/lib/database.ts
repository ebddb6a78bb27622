import { Pool } from "pg";

const url = process.env.DATABASE_URL ?? "";

/** The database of the API: PostgreSQL, or an SQLite file, for which Node 22.13 needs no package. */
export const database = /^postgres(ql)?:/.test(url) ? connect() : open();

function connect() {
  const pool = new Pool({ connectionString: url });
  // A connection that breaks while nobody uses it must not end the process.
  return pool.on("error", (error) => console.error("PostgreSQL:", error.message));
}

function open() {
  const sqlite = process.getBuiltinModule("node:sqlite");
  if (!sqlite) throw new Error("SQLite needs Node 22.13 or newer");
  // sqlite:///srv/app.db?mode=rwc names the file /srv/app.db.
  const file = new sqlite.DatabaseSync(decodeURIComponent(url.replace(/^sqlite:(\/\/)?/, "").replace(/\?.*$/, "")));
  // The API writes to it too: wait for its transaction to end.
  file.exec("PRAGMA busy_timeout = 5000");
  return file;
}
