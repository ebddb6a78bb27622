import Database from "better-sqlite3";

// The API's URL sqlite:///srv/app.db?mode=rwc names the file /srv/app.db.
const file = (process.env.DATABASE_URL ?? "").replace(/^sqlite:(\/\/)?/, "").replace(/\?.*$/, "");

export const database = new Database(file);
