export { type Api, type ApiOptions, createApi } from "./api.ts";
export type { Input, Result } from "./call.ts";
export { fromDateTimeLocal, toDateTimeLocal } from "./forms.ts";
export { pages, rows } from "./pages.ts";
export { ApiError } from "./problem.ts";
export type * from "./schema.ts";
export { type AuthServer, createServerApi, type ServerApiOptions } from "./server.ts";
export { sessionEvents } from "./session-events.ts";
export type { AuthClient, SessionListener } from "./tokens.ts";
