better_auth::define_roles! {
    /// May delete every user's tasks.
    Permission TasksDelete = "tasks:delete";
    /// What a user may allow an OAuth client: to read the user's tasks and tags.
    Scope TasksRead = "tasks:read";
    /// To change the user's tasks and tags.
    Scope TasksWrite = "tasks:write";
}
