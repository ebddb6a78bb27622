// Made from the API's OpenAPI document by `npm run generate`; not edited by hand.
export interface paths {
    "/api/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What administrators have changed, newest first. Needs the role `admin`. */
        get: operations["list_audit_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All users, newest first. Needs the role `admin`. */
        get: operations["list_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller, as the token says; reads no database. */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's row. */
        get: operations["get_profile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller; open to everybody, but invalid credentials are rejected. */
        get: operations["get_whoami"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process runs. */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process can serve: the database answers and keys are loaded. */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The metrics of this process, for Prometheus. */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The process runs. */
        Alive: {
            /** @example ok */
            status: string;
        };
        /**
         * @description What was done to a row.
         * @enum {string}
         */
        AuditAction: "create" | "update" | "delete" | "restore";
        /** @description A change by somebody who may change rows of others. */
        AuditEntry: {
            action: components["schemas"]["AuditAction"];
            /** @description Who made it; the user may be gone. */
            actor_id: components["schemas"]["UserUuid"];
            created_at: components["schemas"]["UtcDateTime"];
            id: components["schemas"]["AuditEntryId"];
            /** @description Better Auth's id of the administrator who acted as that user. */
            impersonated_by: string | null;
            /** @description The request, as X-Request-Id and the log name it. */
            request_id: string;
            /** @description The row; it may be gone. */
            row_id: components["schemas"]["ChangedRowId"];
            /** @description The table of the row. */
            table: string;
        };
        /**
         * Format: uuid
         * @description The id of an entry of the audit trail, a UUIDv7.
         * @example 01936f2b-3f40-7172-8d6e-8f9a0b1c2d3e
         */
        AuditEntryId: string;
        /**
         * @description An id that Better Auth created: a user's is the claim `sub` and `"user".id`. The application's
         *     foreign keys never point to it.
         * @example 3rQ8oXzKc1WmBv7LtYp5GhNd2JfSaEu9
         */
        BetterAuthId: string;
        /**
         * Format: uuid
         * @description The id of a row that was changed, whichever table it is in.
         * @example 01936f2b-0c1d-7e4f-8a3b-5c6d7e8f9a0b
         */
        ChangedRowId: string;
        /** @description What readiness depends on: `ok` or `failing`. */
        Checks: {
            /** @example ok */
            database: string;
            /** @example ok */
            keys: string;
        };
        /**
         * @description The stable name of a problem; clients branch on it.
         * @enum {string}
         */
        Code: "malformed_request" | "invalid_request" | "token_missing" | "token_expired" | "token_malformed" | "token_invalid" | "user_unknown" | "forbidden" | "not_found" | "method_not_allowed" | "request_timeout" | "body_too_large" | "unsupported_media_type" | "cursor_invalid" | "precondition_failed" | "validation_failed" | "rate_limited" | "jwks_unavailable" | "auth_unavailable" | "database_unavailable" | "not_ready" | "internal_error";
        /** @description One error of the input. */
        FieldError: {
            /**
             * @description The violated rule; the name is stable.
             * @example too_long
             */
            code: string;
            /**
             * @description The field: `title`, `note_ids[0]`, or the name of a query parameter; empty for the body itself.
             * @example title
             */
            field: string;
            /**
             * @description A sentence for people.
             * @example must be at most 255 characters
             */
            message: string;
        };
        /** @description The signed-in user, as the token or the session describes them. */
        Identity: {
            /** @description As the token or the session says. */
            email: string | null;
            /** @description Better Auth's own id (`sub`). */
            id: components["schemas"]["BetterAuthId"];
            /** @description As the token or the session says. */
            name: string | null;
            /** @description The active organization. */
            organization_id: string | null;
            /** @description What `definePayload` granted. */
            permissions: string[];
            /** @description Better Auth's roles. */
            roles: string[];
            /** @description The UUID that rows belong to; `{user_id}` in paths. */
            uuid: components["schemas"]["UserUuid"];
        };
        /** @description One page of a list. */
        Page_AuditEntry: {
            /** @description The rows of this page. */
            items: components["schemas"]["AuditEntry"][];
            /**
             * @description Where the list goes on after this page, whatever is added meanwhile; null at its end, and in
             *     lists that take no `cursor`.
             */
            next_cursor: string | null;
            /**
             * Format: uint32
             * @description This page's number, from 1; with cursors, counted from where the walk began.
             */
            page: number;
            /**
             * Format: int32
             * @description The most rows on a page.
             */
            page_size: number;
            /**
             * Format: int64
             * @description Rows on all pages together; null in a page by `cursor`, and with `total=false`.
             */
            total: number | null;
            /**
             * Format: int64
             * @description How many pages there are; null where `total` is.
             */
            total_pages: number | null;
        };
        /** @description One page of a list. */
        Page_User: {
            /** @description The rows of this page. */
            items: components["schemas"]["User"][];
            /**
             * @description Where the list goes on after this page, whatever is added meanwhile; null at its end, and in
             *     lists that take no `cursor`.
             */
            next_cursor: string | null;
            /**
             * Format: uint32
             * @description This page's number, from 1; with cursors, counted from where the walk began.
             */
            page: number;
            /**
             * Format: int32
             * @description The most rows on a page.
             */
            page_size: number;
            /**
             * Format: int64
             * @description Rows on all pages together; null in a page by `cursor`, and with `total=false`.
             */
            total: number | null;
            /**
             * Format: int64
             * @description How many pages there are; null where `total` is.
             */
            total_pages: number | null;
        };
        /** @description The body of every error response (RFC 9457). */
        Problem: {
            /** @description What readiness depends on, each `ok` or `failing`; with `not_ready` only. */
            checks?: {
                [key: string]: string;
            };
            code: components["schemas"]["Code"];
            /** @description What happened in this case. */
            detail?: string;
            /** @description Every error of the input; with `validation_failed` only. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The same as in X-Request-Id. */
            request_id: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description Fixed for each code. */
            title: string;
            /** @example about:blank */
            type: string;
        };
        /** @description A user's row, as far as the user may see it. */
        Profile: {
            created_at: components["schemas"]["UtcDateTime"];
            email: string;
            email_verified: boolean;
            /** @description Better Auth's own id. */
            id: components["schemas"]["BetterAuthId"];
            image: string | null;
            name: string;
            updated_at: components["schemas"]["UtcDateTime"];
            /** @description The UUID that rows belong to. */
            uuid: components["schemas"]["UserUuid"];
        };
        /** @description The process can serve. */
        Ready: {
            checks: components["schemas"]["Checks"];
            /** @example ok */
            status: string;
        };
        /** @description A user, as administrators see them. */
        User: {
            created_at: components["schemas"]["UtcDateTime"];
            email: string;
            email_verified: boolean;
            /** @description Better Auth's own id. */
            id: components["schemas"]["BetterAuthId"];
            image: string | null;
            name: string;
            roles: string[];
            updated_at: components["schemas"]["UtcDateTime"];
            /** @description The UUID that rows belong to. */
            uuid: components["schemas"]["UserUuid"];
        };
        /**
         * Format: uuid
         * @description The user's UUID: the claim `uuid`, the column `"user".uuid` and the target of every
         *     foreign key of ours.
         * @example 018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90
         */
        UserUuid: string;
        /**
         * Format: date-time
         * @description An instant in UTC, to the millisecond.
         *
         *     Reads any RFC 3339 offset, and a time without zone as UTC; writes `YYYY-MM-DDTHH:MM:SS.mmmZ`.
         *     Stored as `timestamptz(3)` on PostgreSQL and as that fixed-width text on SQLite, where text
         *     order is time order. Columns that others write may also be of type `timestamp`, which is read
         *     as UTC, and on SQLite hold another form of the text, or seconds or milliseconds since 1970:
         *     compare those after reading.
         * @example 2026-12-01T09:30:00.000Z
         */
        UtcDateTime: string;
        /** @description The caller, if signed in. */
        Visitor: {
            authenticated: boolean;
            user: components["schemas"]["Identity"] | null;
        };
    };
    responses: {
        /** @description `forbidden`: Access is denied. */
        forbidden: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden";
                    /** @enum {integer} */
                    status?: 403;
                };
            };
        };
        /** @description `internal_error`: An internal error occurred. */
        internal_error: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "internal_error";
                    /** @enum {integer} */
                    status?: 500;
                };
            };
        };
        /** @description `invalid_request`: The request is contradictory. */
        invalid_request: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_request";
                    /** @enum {integer} */
                    status?: 400;
                };
            };
        };
        /** @description `jwks_unavailable`: Tokens cannot be verified at the moment. `database_unavailable`: The database does not answer. */
        jwks_unavailable_or_database_unavailable: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "jwks_unavailable" | "database_unavailable";
                    /** @enum {integer} */
                    status?: 503;
                };
            };
        };
        /** @description `malformed_request`: The request cannot be read. `invalid_request`: The request is contradictory. */
        malformed_request_or_invalid_request: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "malformed_request" | "invalid_request";
                    /** @enum {integer} */
                    status?: 400;
                };
            };
        };
        /** @description `malformed_request`: The request cannot be read. `invalid_request`: The request is contradictory. `cursor_invalid`: The cursor does not belong to this list. */
        malformed_request_or_invalid_request_or_cursor_invalid: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "malformed_request" | "invalid_request" | "cursor_invalid";
                    /** @enum {integer} */
                    status?: 400;
                };
            };
        };
        /** @description `not_found`: Not found. */
        not_found: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_found";
                    /** @enum {integer} */
                    status?: 404;
                };
            };
        };
        /** @description The caller already has this version. */
        not_modified: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                ETag: components["headers"]["ETag"];
                Vary: components["headers"]["Vary"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description `not_ready`: Not ready. */
        not_ready: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_ready";
                    /** @enum {integer} */
                    status?: 503;
                };
            };
        };
        /** @description `rate_limited`: Too many requests. */
        rate_limited: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "rate_limited";
                    /** @enum {integer} */
                    status?: 429;
                };
            };
        };
        /** @description `token_missing`: Authentication is required. `token_expired`: The token has expired. `token_malformed`: The credentials are not a token. `token_invalid`: The token is not accepted. */
        token_missing_or_token_expired_or_token_malformed_or_token_invalid: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "token_missing" | "token_expired" | "token_malformed" | "token_invalid";
                    /** @enum {integer} */
                    status?: 401;
                };
            };
        };
        /** @description `token_missing`: Authentication is required. `token_expired`: The token has expired. `token_malformed`: The credentials are not a token. `token_invalid`: The token is not accepted. `user_unknown`: The user no longer exists. */
        token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "token_missing" | "token_expired" | "token_malformed" | "token_invalid" | "user_unknown";
                    /** @enum {integer} */
                    status?: 401;
                };
            };
        };
        /** @description `validation_failed`: The input is not valid. */
        validation_failed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "validation_failed";
                    /** @enum {integer} */
                    status?: 422;
                };
            };
        };
    };
    parameters: {
        /**
         * @description Names this attempt, best by a UUID: sent again with the same body within 24 hours, it does nothing more and has the same response. With another body it is rejected.
         * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
         */
        "Idempotency-Key": string;
        /**
         * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
         * @example "3"
         */
        "If-Match": string;
        /**
         * @description The ETag of the version that the caller has, or several, or `*`.
         * @example "3"
         */
        "If-None-Match": string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description Who may store the response: the caller alone, and only with an ETag.
         * @example no-store
         */
        "Cache-Control": string;
        /**
         * @description The row's version, in quotes.
         * @example "3"
         */
        ETag: string;
        /**
         * @description The pages around this one (RFC 8288): first, prev, next, last.
         * @example </api/admin/users?page=2>; rel="next"
         */
        Link: string;
        /**
         * @description The path of the new row.
         * @example /api/018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90/notes/01936f2b-0c1d-7e4f-8a3b-5c6d7e8f9a0b
         */
        Location: string;
        /**
         * @description What is left of the limit, and in how many seconds there is more.
         * @example "user";r=0;t=1
         */
        RateLimit: string;
        /**
         * @description The limit: how many requests in how many seconds.
         * @example "user";q=600;w=60
         */
        "RateLimit-Policy": string;
        /**
         * @description How many seconds to wait.
         * @example 5
         */
        "Retry-After": string;
        /**
         * @description Which request headers the response depends on.
         * @example Authorization, Cookie, X-API-Key
         */
        Vary: string;
        /**
         * @description What is wrong with the credentials (RFC 6750 section 3).
         * @example Bearer realm="api", error="invalid_token"
         */
        "WWW-Authenticate": string;
        /**
         * @description The id of the request, in the log too.
         * @example 01936f2b-2e3f-7061-8c5d-7e8f9a0b1c2d
         */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_audit_entries: {
        parameters: {
            query?: {
                /** @description Only those of this administrator. */
                actor_id?: components["schemas"]["UserUuid"];
                /**
                 * @description A `next_cursor`: the list goes on there, in place of `page`. The other parameters must be
                 *     the same as before, but for `page_size`.
                 */
                cursor?: string;
                /** @description Which page; the first is 1. */
                page?: number;
                /** @description Rows on a page. */
                page_size?: number;
                /** @description Only those about this row. */
                row_id?: components["schemas"]["ChangedRowId"];
                /**
                 * @description Whether `total` and `total_pages` are told, which takes time in long lists; never with
                 *     `cursor`.
                 */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Link: components["headers"]["Link"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEntry"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request_or_cursor_invalid"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid"];
            403: components["responses"]["forbidden"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description Which page; the first is 1. */
                page?: number;
                /** @description Rows on a page. */
                page_size?: number;
                /** @description Whether `total` and `total_pages` are told. */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Link: components["headers"]["Link"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_User"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid"];
            403: components["responses"]["forbidden"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    get_profile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    get_whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Visitor"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
            500: components["responses"]["internal_error"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            500: components["responses"]["internal_error"];
            503: components["responses"]["not_ready"];
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus' text format */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            404: components["responses"]["not_found"];
            500: components["responses"]["internal_error"];
        };
    };
}
export type Alive = components["schemas"]["Alive"];
export type AuditAction = components["schemas"]["AuditAction"];
export type AuditEntry = components["schemas"]["AuditEntry"];
export type AuditEntryId = components["schemas"]["AuditEntryId"];
export type BetterAuthId = components["schemas"]["BetterAuthId"];
export type ChangedRowId = components["schemas"]["ChangedRowId"];
export type Checks = components["schemas"]["Checks"];
export type Code = components["schemas"]["Code"];
export type FieldError = components["schemas"]["FieldError"];
export type Identity = components["schemas"]["Identity"];
export type PageAuditEntry = components["schemas"]["Page_AuditEntry"];
export type PageUser = components["schemas"]["Page_User"];
export type Problem = components["schemas"]["Problem"];
export type Profile = components["schemas"]["Profile"];
export type Ready = components["schemas"]["Ready"];
export type User = components["schemas"]["User"];
export type UserUuid = components["schemas"]["UserUuid"];
export type UtcDateTime = components["schemas"]["UtcDateTime"];
export type Visitor = components["schemas"]["Visitor"];
