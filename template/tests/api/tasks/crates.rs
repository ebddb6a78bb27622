//! The crates beside the application know none of its resources.

use std::{fs, path::Path};

use crate::support::rust_files;

/// Words that begin or end like this are about tasks and tags. `task` alone is tokio's, `tag` HTTP's.
const BEGINNINGS: [&str; 6] = ["tasks", "task_", "Task", "tag_", "TagId", "TagName"];
const ENDINGS: [&str; 2] = ["_task", "_tag"];

#[test]
fn no_crate_knows_tasks_or_tags() {
    for name in ["database", "rest", "better-auth", "mock-auth"] {
        let files = rust_files(&Path::new("crates").join(name).join("src"));
        assert!(!files.is_empty(), "{name}");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            let found = words.find(|word| {
                BEGINNINGS.iter().any(|text| word.starts_with(text))
                    || ENDINGS.iter().any(|text| word.ends_with(text))
            });
            assert!(found.is_none(), "{}: {found:?}", file.display());
        }
    }
}
