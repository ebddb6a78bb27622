// tsx change.ts expire TOKEN | ban USER-ID: behind everybody's back, as time and administrators do.
import { auth } from "./lib/auth";

const [what, id] = process.argv.slice(2);
const { internalAdapter } = await auth.$context;
if (what === "expire") await internalAdapter.updateSession(id, { expiresAt: new Date(Date.now() - 1000) });
else await internalAdapter.updateUser(id, { banned: true });
process.exit();
