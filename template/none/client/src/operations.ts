// Made from the API's OpenAPI document by `npm run generate`; not edited by hand.
import type { Call, Operations } from "./call.ts";

/** A function for each operation of the API, by its operation id. */
export const operations = (call: Call) =>
  ({
    /** The caller, as the token says; reads no database. */
    getMe: call("get", "/api/me", "closed"),
    /** The metrics of this process, for Prometheus. */
    getMetrics: call("get", "/metrics", "open"),
    /** The caller's row. */
    getProfile: call("get", "/api/profile", "closed"),
    /** The caller; open to everybody, but invalid credentials are rejected. */
    getWhoami: call("get", "/api/whoami", "optional"),
    /** What administrators have changed, newest first. Needs the role `admin`. */
    listAuditEntries: call("get", "/api/admin/audit", "closed"),
    /** All users, newest first. Needs the role `admin`. */
    listUsers: call("get", "/api/admin/users", "closed"),
    /** Whether the process runs. */
    live: call("get", "/health/live", "open"),
    /** Whether the process can serve: the database answers and keys are loaded. */
    ready: call("get", "/health/ready", "open"),
  }) satisfies Operations;
