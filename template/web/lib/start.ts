import { getMigrations } from "better-auth/db/migration";
import { wrongSettings } from "./settings";

const NO_TABLES = "Run `cargo run -- migrate up` in the project's folder; the API does it too when it starts.";

/** Ends the process where a setting is wrong, and says what the database lacks. */
export async function checkStart() {
  const wrong = wrongSettings(process.env);
  if (wrong.length > 0) {
    console.error(["The application cannot start:", ...wrong].join("\n- "));
    process.exit(1);
  }
  try {
    const { auth } = await import("./auth");
    const { toBeCreated, toBeAdded } = await getMigrations(auth.options);
    const missing = [...toBeCreated, ...toBeAdded].map(({ table }) => table);
    if (missing.length > 0) console.warn(`The database lacks tables or columns of Better Auth: ${missing.join(", ")}. ${NO_TABLES}`);
  } catch (error) {
    console.warn("The database cannot be read:", error instanceof Error ? error.message : error);
  }
}
