//! Files that the template moved.

use std::fs;

use super::sandbox::{MAIN, Route, Sandbox, commit_all, git_status, status};
use crate::git;

const NOTES: &str = "notes.txt -> docs/notes.txt";

/// A project with these edits, and a template that moved three files and then changed them.
fn moved_after(edits: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.make(Route::Quickstart);
    sandbox.edit(edits);
    move_files(&sandbox);
    sandbox
}

fn move_files(sandbox: &Sandbox) {
    let template = sandbox.path("template");
    for (old, new) in [
        ("notes.txt", "docs/notes.txt"),
        ("logo.png", "assets/logo.png"),
        ("src/main.rs", "crates/greeter/main.rs"),
    ] {
        fs::create_dir_all(template.join(new).parent().unwrap()).unwrap();
        git(&template, &["mv", old, new]);
    }
    commit_all(&template);
    let main = MAIN.replace("bye", "good bye");
    for (file, content) in [
        ("docs/notes.txt", "one\nTWO\nthree\n"),
        ("assets/logo.png", "\0two"),
        ("crates/greeter/main.rs", &main),
    ] {
        sandbox.write("template", file, content);
    }
    commit_all(&template);
}

#[test]
fn a_moved_file_that_both_changed_is_a_conflict_at_its_new_place() {
    let sandbox = moved_after(&[("notes.txt", "one\nzwei\nthree\n")]);
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&format!("{NOTES}: CONFLICT")), "{said}");
    assert!(!sandbox.path("shop/notes.txt").exists());
    let text = sandbox.read("shop/docs/notes.txt");
    assert!(
        text.contains("<<<<<<< yours\nzwei\n=======\nTWO\n>>>>>>> "),
        "{text}"
    );
    assert!(status(&sandbox).contains(&"UU docs/notes.txt".to_owned()));
    let shop = sandbox.path("shop");
    git(&shop, &["checkout", "--ours", "docs/notes.txt"]);
    assert_eq!(sandbox.read("shop/docs/notes.txt"), "one\nzwei\nthree\n");
}

#[test]
fn a_moved_binary_file_that_both_changed_is_a_conflict_at_its_new_place() {
    let sandbox = moved_after(&[("logo.png", "\0mine")]);
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("logo.png -> assets/logo.png: CONFLICT"),
        "{said}"
    );
    assert_eq!(sandbox.read("shop/assets/logo.png"), "\0mine");
    let shop = sandbox.path("shop");
    git(&shop, &["checkout", "--theirs", "assets/logo.png"]);
    assert_eq!(sandbox.read("shop/assets/logo.png"), "\0two");
}

#[test]
fn a_file_of_the_project_at_the_new_place_is_not_overwritten() {
    let sandbox = moved_after(&[
        ("docs/notes.txt", "my own\n"),
        ("notes.txt", "one\nzwei\nthree\n"),
    ]);
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1, "{said}");
    for line in [
        "docs/notes.txt: CONFLICT",
        "notes.txt: CONFLICT: the template removed it",
    ] {
        assert!(said.contains(&format!("  {line}")), "{line} in {said}");
    }
    assert_eq!(sandbox.read("shop/notes.txt"), "one\nzwei\nthree\n");
    assert!(sandbox.read("shop/docs/notes.txt").contains("my own\n"));
}

#[cfg(unix)]
#[test]
fn a_link_is_neither_moved_nor_written_through() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new();
    sandbox.make(Route::Quickstart);
    sandbox.write("outside", "notes.txt", "one\ntwo\nthree\n");
    fs::remove_file(sandbox.path("shop/notes.txt")).unwrap();
    symlink(
        sandbox.path("outside/notes.txt"),
        sandbox.path("shop/notes.txt"),
    )
    .unwrap();
    symlink(sandbox.path("outside"), sandbox.path("shop/assets")).unwrap();
    commit_all(&sandbox.path("shop"));
    move_files(&sandbox);
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1, "{said}");
    for file in ["notes.txt", "assets/logo.png"] {
        let line = format!("  {file}: CONFLICT: it is not a regular file");
        assert!(said.contains(&line), "{line} in {said}");
    }
    assert!(sandbox.path("shop/notes.txt").is_symlink());
    assert_eq!(sandbox.read("shop/docs/notes.txt"), "one\nTWO\nthree\n");
    assert_eq!(sandbox.read("outside/notes.txt"), "one\ntwo\nthree\n");
    assert!(!sandbox.path("outside/logo.png").exists());
}

#[test]
fn a_moved_file_that_the_user_deleted_stays_deleted() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::Quickstart);
    fs::remove_file(sandbox.path("shop/notes.txt")).unwrap();
    commit_all(&sandbox.path("shop"));
    move_files(&sandbox);
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("{NOTES}: not taken")), "{said}");
    assert!(!sandbox.path("shop/docs/notes.txt").exists());
}

#[test]
fn check_names_the_new_place_and_moves_nothing() {
    let sandbox = moved_after(&[("notes.txt", "one\nzwei\nthree\n")]);
    let (code, said) = sandbox.update(&["--check"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&format!("{NOTES}: CONFLICT")), "{said}");
    assert!(status(&sandbox).is_empty(), "{:?}", status(&sandbox));
}

#[test]
fn an_unchanged_file_moves_and_leaves_no_empty_folder() {
    let sandbox = moved_after(&[("mine.txt", "mine\n")]);
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("  {NOTES}: moved\n")), "{said}");
    assert_eq!(sandbox.read("shop/docs/notes.txt"), "one\nTWO\nthree\n");
    assert_eq!(sandbox.read("shop/assets/logo.png"), "\0two");
    assert!(!sandbox.path("shop/notes.txt").exists());
    assert!(!sandbox.path("shop/src").exists());

    commit_all(&sandbox.path("shop"));
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("up to date"), "{said}");
    assert_eq!(git_status(&sandbox.path("shop")).unwrap(), "");
}

#[test]
fn changes_of_other_lines_move_along() {
    let sandbox = moved_after(&[
        ("src/main.rs", &MAIN.replace("hello", "welcome")),
        ("src/mine.rs", "// mine\n"),
    ]);
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 0, "{said}");
    let line = "src/main.rs -> crates/greeter/main.rs: moved with your changes";
    assert!(said.contains(line), "{said}");
    assert_eq!(
        sandbox.read("shop/crates/greeter/main.rs"),
        MAIN.replace("hello", "welcome").replace("bye", "good bye")
    );
    assert!(!sandbox.path("shop/src/main.rs").exists());
    assert_eq!(sandbox.read("shop/src/mine.rs"), "// mine\n");
}
