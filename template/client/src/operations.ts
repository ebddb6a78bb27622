// Made from the API's OpenAPI document by `npm run generate`; not edited by hand.
import type { Call, Operations } from "./call.ts";

/** A function for each operation of the API, by its operation id. */
export const operations = (call: Call) =>
  ({
    /** Adds a tag to a task. The response is the task. */
    addTaskTag: call("post", "/api/{user_id}/tasks/{task_id}/tags", "closed"),
    /** Adds a tag to many tasks, to all or none. Tasks that have it already stay as they are. */
    assignTag: call("post", "/api/{user_id}/tags/{tag_id}/tasks", "closed"),
    /** Adds a tag. */
    createTag: call("post", "/api/{user_id}/tags", "closed"),
    /** Adds a task. */
    createTask: call("post", "/api/{user_id}/tasks", "closed"),
    /** Deletes any user's task. Needs the permission `tasks:delete`. */
    deleteAnyTask: call("delete", "/api/admin/tasks/{task_id}", "closed"),
    /** Deletes a tag, also from its tasks. */
    deleteTag: call("delete", "/api/{user_id}/tags/{tag_id}", "closed"),
    /** Deletes a task. It can be restored. */
    deleteTask: call("delete", "/api/{user_id}/tasks/{task_id}", "closed"),
    /** The caller, as the token says; reads no database. */
    getMe: call("get", "/api/me", "closed"),
    /** The metrics of this process, for Prometheus. */
    getMetrics: call("get", "/metrics", "open"),
    /** The caller's row. */
    getProfile: call("get", "/api/profile", "closed"),
    /** One tag. */
    getTag: call("get", "/api/{user_id}/tags/{tag_id}", "closed"),
    /** One task. */
    getTask: call("get", "/api/{user_id}/tasks/{task_id}", "closed"),
    /** The caller; open to everybody, but invalid credentials are rejected. */
    getWhoami: call("get", "/api/whoami", "optional"),
    /** What administrators have changed, newest first. Needs the role `admin`. */
    listAuditEntries: call("get", "/api/admin/audit", "closed"),
    /** Your tags, by name. */
    listTags: call("get", "/api/{user_id}/tags", "closed"),
    /** The tags on a task, by name. */
    listTaskTags: call("get", "/api/{user_id}/tasks/{task_id}/tags", "closed"),
    /** Your tasks, newest first unless you say otherwise. */
    listTasks: call("get", "/api/{user_id}/tasks", "closed"),
    /** All users, newest first. Needs the role `admin`. */
    listUsers: call("get", "/api/admin/users", "closed"),
    /** Whether the process runs. */
    live: call("get", "/health/live", "open"),
    /** Whether the process can serve: the database answers and keys are loaded. */
    ready: call("get", "/health/ready", "open"),
    /** Removes a tag from a task. */
    removeTaskTag: call("delete", "/api/{user_id}/tasks/{task_id}/tags/{tag_id}", "closed"),
    /** Replaces a tag: what is left out has no value afterwards. */
    replaceTag: call("put", "/api/{user_id}/tags/{tag_id}", "closed"),
    /** Replaces a task and its tags: what is left out has no value afterwards. */
    replaceTask: call("put", "/api/{user_id}/tasks/{task_id}", "closed"),
    /** Replaces the set of tags on a task: all at once or not at all. The response is the task. */
    replaceTaskTags: call("put", "/api/{user_id}/tasks/{task_id}/tags", "closed"),
    /** Restores a deleted tag, also on its tasks. One that is not deleted stays as it is. */
    restoreTag: call("post", "/api/{user_id}/tags/{tag_id}/restore", "closed"),
    /** Restores a deleted task. One that is not deleted stays as it is. */
    restoreTask: call("post", "/api/{user_id}/tasks/{task_id}/restore", "closed"),
    /** Completes a task, or reopens a completed one. */
    toggleTask: call("patch", "/api/{user_id}/tasks/{task_id}/complete", "closed"),
    /** Changes a tag in part. */
    updateTag: call("patch", "/api/{user_id}/tags/{tag_id}", "closed"),
    /** Changes a task in part. */
    updateTask: call("patch", "/api/{user_id}/tasks/{task_id}", "closed"),
  }) satisfies Operations;
