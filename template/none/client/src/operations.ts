// Made from the API's OpenAPI document by `npm run generate`; not edited by hand.
import type { Call, Operations } from "./call.ts";

/** A function for each operation of the API, by its operation id. */
export const operations = (call: Call) =>
  ({
    /** Puts a tag on a task. The answer is the task. */
    addTaskTag: call("post", "/api/{user_id}/tasks/{task_id}/tags", "closed"),
    /** Puts a tag on many tasks: on all, or on none. Those that carry it already stay as they are. */
    assignTag: call("post", "/api/{user_id}/tags/{tag_id}/tasks", "closed"),
    /** Adds a tag. */
    createTag: call("post", "/api/{user_id}/tags", "closed"),
    /** Adds a task. */
    createTask: call("post", "/api/{user_id}/tasks", "closed"),
    /** Deletes anybody's task. Needs the permission `tasks:delete`. */
    deleteAnyTask: call("delete", "/api/admin/tasks/{task_id}", "closed"),
    /** Deletes a tag; it comes off its tasks. */
    deleteTag: call("delete", "/api/{user_id}/tags/{tag_id}", "closed"),
    /** Deletes a task. It can be restored. */
    deleteTask: call("delete", "/api/{user_id}/tasks/{task_id}", "closed"),
    /** Who the token says the caller is; asks no database. */
    getMe: call("get", "/api/me", "closed"),
    /** The metrics of this process, for Prometheus. */
    getMetrics: call("get", "/metrics", "open"),
    /** The caller's row. */
    getProfile: call("get", "/api/profile", "closed"),
    /** One tag. */
    getTag: call("get", "/api/{user_id}/tags/{tag_id}", "closed"),
    /** One task. */
    getTask: call("get", "/api/{user_id}/tasks/{task_id}", "closed"),
    /** Who the caller is; open to everybody, but wrong credentials are refused. */
    getWhoami: call("get", "/api/whoami", "optional"),
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
    /** Takes a tag off a task. */
    removeTaskTag: call("delete", "/api/{user_id}/tasks/{task_id}/tags/{tag_id}", "closed"),
    /** Replaces a tag: what is left out has no value afterwards. */
    replaceTag: call("put", "/api/{user_id}/tags/{tag_id}", "closed"),
    /** Replaces a task and its tags: what is left out has no value afterwards. */
    replaceTask: call("put", "/api/{user_id}/tasks/{task_id}", "closed"),
    /** Replaces the set of tags on a task: by all of these, or not at all. The answer is the task. */
    replaceTaskTags: call("put", "/api/{user_id}/tasks/{task_id}/tags", "closed"),
    /** Brings a deleted tag back, onto the tasks that it was on. One that is not deleted stays as it is. */
    restoreTag: call("post", "/api/{user_id}/tags/{tag_id}/restore", "closed"),
    /** Brings a deleted task back. One that is not deleted stays as it is. */
    restoreTask: call("post", "/api/{user_id}/tasks/{task_id}/restore", "closed"),
    /** Completes a task that is not complete, and the other way round. */
    toggleTask: call("patch", "/api/{user_id}/tasks/{task_id}/complete", "closed"),
    /** Changes a tag in part. */
    updateTag: call("patch", "/api/{user_id}/tags/{tag_id}", "closed"),
    /** Changes a task in part. */
    updateTask: call("patch", "/api/{user_id}/tasks/{task_id}", "closed"),
  }) satisfies Operations;
