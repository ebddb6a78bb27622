// Made from the API's OpenAPI document by `npm run generate`; not edited by hand.
export interface paths {
    "/api/{user_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your tags, by name. */
        get: operations["list_tags"];
        put?: never;
        /** Adds a tag. */
        post: operations["create_tag"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tags/{tag_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tag. */
        get: operations["get_tag"];
        /** Replaces a tag: what is left out has no value afterwards. */
        put: operations["replace_tag"];
        post?: never;
        /** Deletes a tag, also from its tasks. */
        delete: operations["delete_tag"];
        options?: never;
        head?: never;
        /** Changes a tag in part. */
        patch: operations["update_tag"];
        trace?: never;
    };
    "/api/{user_id}/tags/{tag_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restores a deleted tag, also on its tasks. One that is not deleted stays as it is. */
        post: operations["restore_tag"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tags/{tag_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds a tag to many tasks, to all or none. Tasks that have it already stay as they are. */
        post: operations["assign_tag"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your tasks, newest first unless you say otherwise. */
        get: operations["list_tasks"];
        put?: never;
        /** Adds a task. */
        post: operations["create_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One task. */
        get: operations["get_task"];
        /** Replaces a task and its tags: what is left out has no value afterwards. */
        put: operations["replace_task"];
        post?: never;
        /** Deletes a task. It can be restored. */
        delete: operations["delete_task"];
        options?: never;
        head?: never;
        /** Changes a task in part. */
        patch: operations["update_task"];
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Completes a task, or reopens a completed one. */
        patch: operations["toggle_task"];
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restores a deleted task. One that is not deleted stays as it is. */
        post: operations["restore_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tags on a task, by name. */
        get: operations["list_task_tags"];
        /** Replaces the set of tags on a task: all at once or not at all. The response is the task. */
        put: operations["replace_task_tags"];
        /** Adds a tag to a task. The response is the task. */
        post: operations["add_task_tag"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/tags/{tag_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a tag from a task. */
        delete: operations["remove_task_tag"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
    "/api/admin/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes any user's task. Needs the permission `tasks:delete`. */
        delete: operations["delete_any_task"];
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
        /** @description A tag of yours. */
        AddTag: {
            tag_id: components["schemas"]["TagId"];
        };
        /** @description The process runs. */
        Alive: {
            /** @example ok */
            status: string;
        };
        /** @description What an assignment did. */
        Assigned: {
            /**
             * Format: int64
             * @description On how many of the tasks the tag was not before.
             */
            assigned: number;
        };
        /** @description Tasks to put a tag on. */
        AssignTag: {
            task_ids: components["schemas"]["TaskId"][];
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
        Code: "malformed_request" | "invalid_request" | "token_missing" | "token_expired" | "token_malformed" | "token_invalid" | "user_unknown" | "forbidden" | "not_found" | "method_not_allowed" | "request_timeout" | "body_too_large" | "unsupported_media_type" | "cursor_invalid" | "precondition_failed" | "validation_failed" | "rate_limited" | "jwks_unavailable" | "auth_unavailable" | "database_unavailable" | "not_ready" | "internal_error" | "tag_name_conflict" | "tag_already_assigned";
        /**
         * @description A colour as `#RRGGBB` in upper case; `#RGB` is read too and written out in full.
         * @example #1E90FF
         */
        Color: string;
        /**
         * @description A task's description: at most 10,000 characters; line breaks and tabs are kept.
         * @example Two litres, not the long-life kind.
         */
        Description: string;
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
        Page_Tag: {
            /** @description The rows of this page. */
            items: components["schemas"]["Tag"][];
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
        Page_Task: {
            /** @description The rows of this page. */
            items: components["schemas"]["Task"][];
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
        /**
         * @description How much a task matters; stored as a number so that low < medium < high sorts in SQL.
         * @enum {string}
         */
        Priority: "low" | "medium" | "high";
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
        /** @description What the pattern `custom` means. */
        RecurrenceConfig: {
            end_date?: components["schemas"]["UtcDateTime"] | null;
            /** @description When it does not repeat although the rule says so. */
            exceptions?: components["schemas"]["UtcDateTime"][];
            /**
             * Format: int32
             * @description Repeats every N occurrences.
             */
            interval?: number | null;
            /** @description When it repeats. */
            rrule: components["schemas"]["RecurrenceRule"];
            timezone?: components["schemas"]["TimeZone"] | null;
        };
        /**
         * @description How a task repeats.
         * @enum {string}
         */
        RecurrencePattern: "daily" | "weekly" | "monthly" | "custom";
        /**
         * Format: rrule
         * @description A recurrence rule (RFC 5545 section 3.3.10), kept as it was written.
         * @example FREQ=WEEKLY;BYDAY=MO,FR
         */
        RecurrenceRule: string;
        /** @description A tag. */
        Tag: {
            color: components["schemas"]["Color"] | null;
            created_at: components["schemas"]["UtcDateTime"];
            deleted_at: components["schemas"]["UtcDateTime"] | null;
            id: components["schemas"]["TagId"];
            name: components["schemas"]["TagName"];
            updated_at: components["schemas"]["UtcDateTime"];
            user_id: components["schemas"]["UserUuid"];
            /**
             * Format: int32
             * @description Raised by each change; in quotes, it is the ETag.
             */
            version: number;
        };
        /** @description What is to change: a field that is absent stays, `null` clears. */
        TagChanges: {
            /**
             * @description `#RRGGBB` or `#RGB`.
             * @example #1E90FF
             */
            color?: string | null;
            /** @description Unique among your tags; `none` is reserved. */
            name?: components["schemas"]["TagName"];
        };
        /**
         * Format: uuid
         * @description A tag's id, a UUIDv7 made by the API.
         * @example 01936f2b-1d2e-7f50-9b4c-6d7e8f9a0b1c
         */
        TagId: string;
        /** @description A whole tag: what is left out has no value. */
        TagInput: {
            /**
             * @description `#RRGGBB` or `#RGB`.
             * @example #1E90FF
             */
            color?: string | null;
            /** @description Unique among your tags; `none` is reserved. */
            name: components["schemas"]["TagName"];
        };
        /**
         * @description A tag's name: 1 to 50 characters after trimming, and not [`TagName::NONE`].
         * @example home
         */
        TagName: string;
        /** @description Tags of yours. */
        TagSet: {
            tag_ids: components["schemas"]["TagId"][];
        };
        /** @description A task with its tags. */
        Task: {
            completed: boolean;
            created_at: components["schemas"]["UtcDateTime"];
            deleted_at: components["schemas"]["UtcDateTime"] | null;
            description: components["schemas"]["Description"] | null;
            due_date: components["schemas"]["UtcDateTime"] | null;
            id: components["schemas"]["TaskId"];
            priority: components["schemas"]["Priority"] | null;
            recurrence_config: components["schemas"]["RecurrenceConfig"] | null;
            recurrence_pattern: components["schemas"]["RecurrencePattern"] | null;
            reminder_at: components["schemas"]["UtcDateTime"] | null;
            /** @description By name. */
            tags: components["schemas"]["TaskTag"][];
            title: components["schemas"]["Title"];
            updated_at: components["schemas"]["UtcDateTime"];
            user_id: components["schemas"]["UserUuid"];
            /**
             * Format: int32
             * @description Raised by each change of the task or of a tag on it; in quotes, it is the ETag.
             */
            version: number;
        };
        /** @description What is to change: a field that is absent stays, `null` clears. */
        TaskChanges: {
            completed?: boolean;
            description?: components["schemas"]["Description"] | null;
            due_date?: components["schemas"]["UtcDateTime"] | null;
            priority?: components["schemas"]["Priority"] | null;
            recurrence_config?: components["schemas"]["RecurrenceConfig"] | null;
            recurrence_pattern?: components["schemas"]["RecurrencePattern"] | null;
            reminder_at?: components["schemas"]["UtcDateTime"] | null;
            /** @description Tags of yours, to take the place of those on it. */
            tag_ids?: components["schemas"]["TagId"][];
            title?: components["schemas"]["Title"];
        };
        /**
         * Format: uuid
         * @description A task's id, a UUIDv7 made by the API.
         * @example 01936f2b-0c1d-7e4f-8a3b-5c6d7e8f9a0b
         */
        TaskId: string;
        /** @description A whole task: what is left out has no value. */
        TaskInput: {
            completed?: boolean;
            description?: components["schemas"]["Description"] | null;
            due_date?: components["schemas"]["UtcDateTime"] | null;
            priority?: components["schemas"]["Priority"] | null;
            recurrence_config?: components["schemas"]["RecurrenceConfig"] | null;
            recurrence_pattern?: components["schemas"]["RecurrencePattern"] | null;
            reminder_at?: components["schemas"]["UtcDateTime"] | null;
            /** @description Tags of yours to put on it. */
            tag_ids?: components["schemas"]["TagId"][];
            title: components["schemas"]["Title"];
        };
        /** @description A tag, as a task carries it. */
        TaskTag: {
            color: components["schemas"]["Color"] | null;
            created_at: components["schemas"]["UtcDateTime"];
            id: components["schemas"]["TagId"];
            name: components["schemas"]["TagName"];
            user_id: components["schemas"]["UserUuid"];
        };
        /**
         * Format: timezone
         * @description A time zone by its IANA name.
         * @example Asia/Tokyo
         */
        TimeZone: string;
        /**
         * @description A task's title: 1 to 255 characters after trimming.
         * @example Buy milk
         */
        Title: string;
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
        /** @description `body_too_large`: The body is too large. */
        body_too_large: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "body_too_large";
                    /** @enum {integer} */
                    status?: 413;
                };
            };
        };
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
        /** @description `precondition_failed`: The row has changed. */
        precondition_failed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "precondition_failed";
                    /** @enum {integer} */
                    status?: 412;
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
        /** @description `request_timeout`: The body did not arrive in time. */
        request_timeout: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "request_timeout";
                    /** @enum {integer} */
                    status?: 408;
                };
            };
        };
        /** @description `tag_already_assigned`: The task has this tag already. */
        tag_already_assigned: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "tag_already_assigned";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `tag_name_conflict`: A tag of this name exists. */
        tag_name_conflict: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "tag_name_conflict";
                    /** @enum {integer} */
                    status?: 409;
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
        /** @description `unsupported_media_type`: The body must be JSON. */
        unsupported_media_type: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_media_type";
                    /** @enum {integer} */
                    status?: 415;
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
        /**
         * @description Your UUID, in any case, or `me`.
         * @example me
         */
        user_id: "me" | components["schemas"]["UserUuid"];
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
    list_tags: {
        parameters: {
            query?: {
                /**
                 * @description A `next_cursor`: the list goes on there, in place of `page`. The other parameters must be
                 *     the same as before, but for `page_size`.
                 */
                cursor?: string;
                /** @description Also those that were deleted. */
                include_deleted?: boolean;
                /** @description Which page; the first is 1. */
                page?: number;
                /** @description Rows on a page. */
                page_size?: number;
                /**
                 * @description Whether `total` and `total_pages` are told, which takes time in long lists; never with
                 *     `cursor`.
                 */
                total?: boolean;
            };
            header?: never;
            path: {
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
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
                    "application/json": components["schemas"]["Page_Tag"];
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
    create_tag: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Names this attempt, best by a UUID: sent again with the same body within 24 hours, it does nothing more and has the same response. With another body it is rejected.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["tag_name_conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    get_tag: {
        parameters: {
            query?: {
                /** @description Returns a deleted row too. */
                include_deleted?: boolean;
            };
            header?: {
                /**
                 * @description The ETag of the version that the caller has, or several, or `*`.
                 * @example "3"
                 */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                tag_id: components["schemas"]["TagId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"];
                };
            };
            304: components["responses"]["not_modified"];
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    replace_tag: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                tag_id: components["schemas"]["TagId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["tag_name_conflict"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    delete_tag: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                tag_id: components["schemas"]["TagId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    update_tag: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                tag_id: components["schemas"]["TagId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagChanges"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["tag_name_conflict"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    restore_tag: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Names this attempt, best by a UUID: sent again with the same body within 24 hours, it does nothing more and has the same response. With another body it is rejected.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                tag_id: components["schemas"]["TagId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["tag_name_conflict"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    assign_tag: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Names this attempt, best by a UUID: sent again with the same body within 24 hours, it does nothing more and has the same response. With another body it is rejected.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                tag_id: components["schemas"]["TagId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssignTag"];
            };
        };
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
                    "application/json": components["schemas"]["Assigned"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    list_tasks: {
        parameters: {
            query?: {
                /**
                 * @description A `next_cursor`: the list goes on there, in place of `page`. The other parameters must be
                 *     the same as before, but for `page_size`.
                 */
                cursor?: string;
                /** @description Only those due at this moment or later. */
                due_after?: components["schemas"]["UtcDateTime"];
                /** @description Only those due before this moment. */
                due_before?: components["schemas"]["UtcDateTime"];
                /** @description Also those that were deleted. */
                include_deleted?: boolean;
                /** @description Which way, by default `desc`. Tasks without a due date or priority come last both ways. */
                order?: "asc" | "desc";
                /** @description Which page; the first is 1. */
                page?: number;
                /** @description Rows on a page. */
                page_size?: number;
                /** @description Filters by priority. */
                priority?: "low" | "medium" | "high";
                /**
                 * @description Only those with words in title or description that begin with each of these words; case,
                 *     accents and punctuation make no difference.
                 * @example milk
                 */
                search?: string;
                /** @description What they are sorted by, by default `created_at`; ties go by id. */
                sort_by?: "created_at" | "due_date" | "priority" | "title";
                /** @description Only those done, or only those not done. */
                status?: "complete" | "incomplete";
                /**
                 * @description Only those with a tag of this name; `none` stands for no tag at all. May be repeated: one
                 *     of them is enough.
                 */
                tag?: components["schemas"]["TagName"][];
                /**
                 * @description Whether `total` and `total_pages` are told, which takes time in long lists; never with
                 *     `cursor`.
                 */
                total?: boolean;
            };
            header?: never;
            path: {
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
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
                    "application/json": components["schemas"]["Page_Task"];
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
    create_task: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Names this attempt, best by a UUID: sent again with the same body within 24 hours, it does nothing more and has the same response. With another body it is rejected.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    get_task: {
        parameters: {
            query?: {
                /** @description Returns a deleted row too. */
                include_deleted?: boolean;
            };
            header?: {
                /**
                 * @description The ETag of the version that the caller has, or several, or `*`.
                 * @example "3"
                 */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            304: components["responses"]["not_modified"];
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    replace_task: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    delete_task: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    update_task: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskChanges"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    toggle_task: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    restore_task: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Names this attempt, best by a UUID: sent again with the same body within 24 hours, it does nothing more and has the same response. With another body it is rejected.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    list_task_tags: {
        parameters: {
            query?: {
                /**
                 * @description A `next_cursor`: the list goes on there, in place of `page`. The other parameters must be
                 *     the same as before, but for `page_size`.
                 */
                cursor?: string;
                /** @description Also those that were deleted. */
                include_deleted?: boolean;
                /** @description Which page; the first is 1. */
                page?: number;
                /** @description Rows on a page. */
                page_size?: number;
                /**
                 * @description Whether `total` and `total_pages` are told, which takes time in long lists; never with
                 *     `cursor`.
                 */
                total?: boolean;
            };
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
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
                    "application/json": components["schemas"]["Page_Tag"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request_or_cursor_invalid"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    replace_task_tags: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagSet"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    add_task_tag: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Names this attempt, best by a UUID: sent again with the same body within 24 hours, it does nothing more and has the same response. With another body it is rejected.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddTag"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["malformed_request_or_invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["tag_already_assigned"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
    remove_task_tag: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag that the row must still have, or several, or `*`; else nothing is changed.
                 * @example "3"
                 */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                tag_id: components["schemas"]["TagId"];
                task_id: components["schemas"]["TaskId"];
                /**
                 * @description Your UUID, in any case, or `me`.
                 * @example me
                 */
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["jwks_unavailable_or_database_unavailable"];
        };
    };
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
    delete_any_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["token_missing_or_token_expired_or_token_malformed_or_token_invalid_or_user_unknown"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
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
export type AddTag = components["schemas"]["AddTag"];
export type Alive = components["schemas"]["Alive"];
export type AssignTag = components["schemas"]["AssignTag"];
export type Assigned = components["schemas"]["Assigned"];
export type AuditAction = components["schemas"]["AuditAction"];
export type AuditEntry = components["schemas"]["AuditEntry"];
export type AuditEntryId = components["schemas"]["AuditEntryId"];
export type BetterAuthId = components["schemas"]["BetterAuthId"];
export type ChangedRowId = components["schemas"]["ChangedRowId"];
export type Checks = components["schemas"]["Checks"];
export type Code = components["schemas"]["Code"];
export type Color = components["schemas"]["Color"];
export type Description = components["schemas"]["Description"];
export type FieldError = components["schemas"]["FieldError"];
export type Identity = components["schemas"]["Identity"];
export type PageAuditEntry = components["schemas"]["Page_AuditEntry"];
export type PageTag = components["schemas"]["Page_Tag"];
export type PageTask = components["schemas"]["Page_Task"];
export type PageUser = components["schemas"]["Page_User"];
export type Priority = components["schemas"]["Priority"];
export type Problem = components["schemas"]["Problem"];
export type Profile = components["schemas"]["Profile"];
export type Ready = components["schemas"]["Ready"];
export type RecurrenceConfig = components["schemas"]["RecurrenceConfig"];
export type RecurrencePattern = components["schemas"]["RecurrencePattern"];
export type RecurrenceRule = components["schemas"]["RecurrenceRule"];
export type Tag = components["schemas"]["Tag"];
export type TagChanges = components["schemas"]["TagChanges"];
export type TagId = components["schemas"]["TagId"];
export type TagInput = components["schemas"]["TagInput"];
export type TagName = components["schemas"]["TagName"];
export type TagSet = components["schemas"]["TagSet"];
export type Task = components["schemas"]["Task"];
export type TaskChanges = components["schemas"]["TaskChanges"];
export type TaskId = components["schemas"]["TaskId"];
export type TaskInput = components["schemas"]["TaskInput"];
export type TaskTag = components["schemas"]["TaskTag"];
export type TimeZone = components["schemas"]["TimeZone"];
export type Title = components["schemas"]["Title"];
export type User = components["schemas"]["User"];
export type UserUuid = components["schemas"]["UserUuid"];
export type UtcDateTime = components["schemas"]["UtcDateTime"];
export type Visitor = components["schemas"]["Visitor"];
