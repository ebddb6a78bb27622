//! Files are written all or none.

use std::fs;

use scaffold::changes::{Change, Changes};

fn change(file: &str, before: Option<&str>, after: Option<&str>) -> Change {
    Change {
        file: file.into(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}

/// The changes that come before one that fails: one of each kind.
fn changes(last: Change) -> Changes {
    Changes(vec![
        change("new/file.rs", None, Some("new")),
        change("changed.rs", Some("old"), Some("new")),
        change("removed.rs", Some("old"), None),
        last,
    ])
}

#[test]
fn what_fails_is_put_back() {
    for (last, reason) in [
        // In its place is a folder.
        (
            change("folder", None, Some("new")),
            "folder: cannot write it",
        ),
        // Its folder is a file.
        (
            change("changed.rs/a.rs", None, Some("new")),
            "changed.rs/a.rs: cannot write it",
        ),
        (
            change("other.rs", Some("old"), Some("new")),
            "other.rs: somebody else changed it",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (file, text) in [
            ("changed.rs", "old"),
            ("removed.rs", "old"),
            ("other.rs", "theirs"),
        ] {
            fs::write(root.join(file), text).unwrap();
        }
        fs::create_dir(root.join("folder")).unwrap();
        let fault = changes(last).apply(root).unwrap_err();
        assert!(fault.starts_with(reason), "{fault}");
        assert!(fault.ends_with("nothing was changed"), "{fault}");
        for (file, text) in [
            ("changed.rs", "old"),
            ("removed.rs", "old"),
            ("other.rs", "theirs"),
        ] {
            assert_eq!(fs::read_to_string(root.join(file)).unwrap(), text);
        }
        assert_eq!(fs::read_dir(root).unwrap().count(), 4);
    }
}

#[test]
fn all_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("old")).unwrap();
    for file in ["changed.rs", "removed.rs", "old/alone.rs"] {
        fs::write(root.join(file), "old").unwrap();
    }
    let all = changes(change("old/alone.rs", Some("old"), None));
    all.apply(root).unwrap();
    assert_eq!(fs::read_to_string(root.join("new/file.rs")).unwrap(), "new");
    assert_eq!(fs::read_to_string(root.join("changed.rs")).unwrap(), "new");
    assert_eq!(fs::read_dir(root).unwrap().count(), 2);
    let said = all.to_string();
    let words: Vec<_> = said.split_whitespace().step_by(2).collect();
    assert_eq!(words, ["make", "change", "remove", "remove"]);
}
