//! `cargo quickstart update`, by its binary, on a small template with two versions.

mod moves;
mod previous_layout;
mod sandbox;

use std::fs;
use std::process::Command;

use crate::git;
use sandbox::{CONFIG, MAIN, Route, Sandbox, commit_all, git_status, status};

#[test]
fn the_changes_of_both_are_there_and_the_project_compiles() {
    for route in [Route::CargoGenerate, Route::Quickstart] {
        let sandbox = Sandbox::new();
        sandbox.make(route);
        let has_commit = sandbox.read("shop/.template.toml").contains("commit = ");
        assert_eq!(has_commit, matches!(route, Route::Quickstart), "{route:?}");
        sandbox.edit(&[("src/main.rs", &MAIN.replace("hello", "welcome"))]);
        sandbox.release();

        let head = git(&sandbox.path("shop"), &["rev-parse", "HEAD"]);
        let (code, said) = sandbox.update(&[]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("from v0.1.0 to v0.2.0"), "{said}");
        for line in [
            "src/main.rs: merged",
            "docs/shop.md: updated",
            "logo.png: updated",
            "new/file.txt: added",
            "dropped.txt: deleted",
        ] {
            assert!(said.contains(&format!("  {line}\n")), "{line} in {said}");
        }
        assert_eq!(
            sandbox.read("shop/src/main.rs"),
            MAIN.replace("hello", "welcome").replace("bye", "good bye")
        );
        assert_eq!(sandbox.read("shop/docs/shop.md"), "second\n");
        assert_eq!(sandbox.read("shop/logo.png"), "\0two");
        assert_eq!(sandbox.read("shop/new/file.txt"), "new\n");
        assert!(!sandbox.path("shop/dropped.txt").exists());
        assert!(
            sandbox
                .read("shop/.template.toml")
                .contains("version = \"0.2.0\"")
        );
        assert_eq!(
            git(&sandbox.path("shop"), &["rev-parse", "HEAD"]),
            head,
            "it made a commit"
        );

        let mut cargo = generator::cargo(&sandbox.path("shop"));
        let built = cargo
            .arg("check")
            .env("CARGO_TARGET_DIR", sandbox.path("target"))
            .status();
        assert!(built.unwrap().success());
    }
}

#[test]
fn a_conflict_is_marked_as_git_marks_it() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    sandbox.edit(&[("notes.txt", "one\nzwei\nthree\n")]);
    sandbox.release();
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("notes.txt: CONFLICT"), "{said}");
    assert!(said.contains("1 in conflict"), "{said}");
    assert_eq!(
        sandbox.read("shop/notes.txt"),
        "one\n<<<<<<< yours\nzwei\n=======\nTWO\n>>>>>>> v0.2.0\nthree\n"
    );
    assert!(
        status(&sandbox).contains(&"UU notes.txt".to_owned()),
        "{:?}",
        status(&sandbox)
    );
    let shop = sandbox.path("shop");
    let commit = Command::new("git")
        .args(["commit", "--all=no"])
        .current_dir(&shop)
        .output();
    assert!(!commit.unwrap().status.success());
    git(&shop, &["checkout", "--ours", "notes.txt"]);
    assert_eq!(sandbox.read("shop/notes.txt"), "one\nzwei\nthree\n");
    git(&shop, &["checkout", "--theirs", "notes.txt"]);
    assert_eq!(sandbox.read("shop/notes.txt"), "one\nTWO\nthree\n");
}

#[cfg(unix)]
#[test]
fn a_file_in_conflict_stays_executable() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    let file = sandbox.path("shop/notes.txt");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.edit(&[("notes.txt", "one\nzwei\nthree\n")]);
    sandbox.release();
    assert_eq!(sandbox.update(&[]).0, 1);
    let stages = git(&sandbox.path("shop"), &["ls-files", "--stage", "notes.txt"]);
    assert_eq!(stages.matches("100755 ").count(), 3, "{stages}");
}

#[test]
fn a_conflict_is_marked_below_the_top_of_a_repository_too() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    fs::remove_dir_all(sandbox.path("shop/.git")).unwrap();
    fs::create_dir(sandbox.path("mono")).unwrap();
    fs::rename(sandbox.path("shop"), sandbox.path("mono/shop")).unwrap();
    sandbox.write("mono/shop", "notes.txt", "one\nzwei\nthree\n");
    git(&sandbox.path("mono"), &["init", "--quiet"]);
    commit_all(&sandbox.path("mono"));
    sandbox.release();
    let output = sandbox.quickstart(&["update", "mono/shop"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let status = git_status(&sandbox.path("mono")).unwrap();
    assert!(status.contains("UU shop/notes.txt\n"), "{status}");
}

#[test]
fn a_new_file_that_the_project_has_already_is_a_conflict_unless_it_is_the_same() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    sandbox.edit(&[("new/file.txt", "mine\n")]);
    sandbox.release();
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("new/file.txt: CONFLICT"), "{said}");
    let text = sandbox.read("shop/new/file.txt");
    assert!(text.contains("mine\n") && text.contains("new\n"), "{text}");
    assert!(
        status(&sandbox).contains(&"AA new/file.txt".to_owned()),
        "{:?}",
        status(&sandbox)
    );

    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    sandbox.edit(&[("new/file.txt", "new\n")]);
    sandbox.release();
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 0);
    assert!(!said.contains("new/file.txt"), "{said}");
}

#[test]
fn what_the_user_deleted_stays_deleted() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    for file in ["notes.txt", "dropped.txt"] {
        fs::remove_file(sandbox.path("shop").join(file)).unwrap();
    }
    commit_all(&sandbox.path("shop"));
    sandbox.release();
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("notes.txt: not taken: you deleted it"),
        "{said}"
    );
    assert!(!said.contains("dropped.txt"), "{said}");
    assert!(!sandbox.path("shop/notes.txt").exists());
}

#[test]
fn files_that_the_template_does_not_know_are_not_touched() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    sandbox.edit(&[("src/note.rs", "// mine\n"), ("new/other.txt", "mine\n")]);
    sandbox.release();
    let (_, said) = sandbox.update(&[]);
    assert!(
        !said.contains("note.rs") && !said.contains("other.txt"),
        "{said}"
    );
    assert_eq!(sandbox.read("shop/src/note.rs"), "// mine\n");
    assert_eq!(sandbox.read("shop/new/other.txt"), "mine\n");
}

#[test]
fn a_dropped_file_that_the_user_changed_stays_as_a_conflict() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    sandbox.edit(&[("dropped.txt", "mine\n")]);
    sandbox.release();
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("dropped.txt: CONFLICT: the template removed it"),
        "{said}"
    );
    assert_eq!(sandbox.read("shop/dropped.txt"), "mine\n");
    assert!(
        status(&sandbox).contains(&"UD dropped.txt".to_owned()),
        "{:?}",
        status(&sandbox)
    );
}

#[test]
fn a_changed_file_that_is_no_text_stays_as_a_conflict() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    sandbox.edit(&[("logo.png", "\0mine")]);
    sandbox.release();
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("logo.png: CONFLICT"), "{said}");
    assert_eq!(sandbox.read("shop/logo.png"), "\0mine");
    git(&sandbox.path("shop"), &["checkout", "--theirs", "logo.png"]);
    assert_eq!(sandbox.read("shop/logo.png"), "\0two");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    sandbox.write("outside", "notes.txt", "one\ntwo\nthree\n");
    fs::remove_file(sandbox.path("shop/notes.txt")).unwrap();
    std::os::unix::fs::symlink(
        sandbox.path("outside/notes.txt"),
        sandbox.path("shop/notes.txt"),
    )
    .unwrap();
    std::os::unix::fs::symlink(sandbox.path("outside"), sandbox.path("shop/new")).unwrap();
    commit_all(&sandbox.path("shop"));
    sandbox.release();
    let (code, said) = sandbox.update(&[]);
    assert_eq!(code, 1);
    for file in ["notes.txt", "new/file.txt"] {
        assert!(
            said.contains(&format!("{file}: CONFLICT: it is not a regular file")),
            "{said}"
        );
    }
    assert_eq!(sandbox.read("outside/notes.txt"), "one\ntwo\nthree\n");
    assert!(!sandbox.path("outside/file.txt").exists());
}

#[test]
fn a_work_tree_with_changes_is_rejected() {
    for file in ["notes.txt", "untracked.txt"] {
        let sandbox = Sandbox::new();
        sandbox.make(Route::CargoGenerate);
        sandbox.release();
        sandbox.write("shop", file, "not committed\n");
        let message = sandbox.rejected(&[]);
        assert!(
            message.contains("not committed") && message.contains(file),
            "{message}"
        );
        assert_eq!(sandbox.read("shop/docs/shop.md"), "first\n");
    }
}

#[test]
fn nothing_of_cargo_generate_is_printed() {
    let sandbox = Sandbox::new();
    let made = sandbox.quickstart(&["shop", "--no-run"]);
    commit_all(&sandbox.path("shop"));
    sandbox.release();
    let updated = sandbox.quickstart(&["update", "shop"]);
    for (output, lines) in [(made, 2), (updated, 1)] {
        let printed = String::from_utf8(output.stderr).unwrap();
        assert_eq!(printed.lines().count(), lines, "{printed}");
    }
}

#[test]
fn two_commits_of_one_version_are_named() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::Quickstart);
    sandbox.edit(&[("notes.txt", "one\nzwei\nthree\n")]);
    let template = sandbox.path("template");
    let commit = || format!("commit {}", &git(&template, &["rev-parse", "HEAD"])[..12]);
    let old = commit();
    sandbox.write("template", "notes.txt", "one\nTWO\nthree\n");
    commit_all(&template);
    let new = commit();
    let (code, said) = sandbox.update(&["--check"]);
    assert_eq!(code, 1, "{said}");
    let behind = format!("made from {old}, the template is at {new}");
    assert!(said.contains(&behind), "{said}");
    let (_, said) = sandbox.update(&[]);
    assert!(said.contains(&format!("from {old} to {new}")), "{said}");
    let text = sandbox.read("shop/notes.txt");
    assert!(text.contains(&format!(">>>>>>> {new}\n")), "{text}");
}

#[test]
fn other_answers_to_the_same_version_are_no_new_version() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::Quickstart);
    let (code, said) = sandbox.update(&["-d", "colour=green"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("shop: v0.1.0 with other answers"), "{said}");
}

#[test]
fn a_project_without_a_repository_is_rejected() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    fs::remove_dir_all(sandbox.path("shop/.git")).unwrap();
    sandbox.release();
    let message = sandbox.rejected(&[]);
    assert!(message.contains("is not in a git repository"), "{message}");
    assert_eq!(sandbox.read("shop/docs/shop.md"), "first\n");
}

#[test]
fn a_folder_without_a_record_is_rejected() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    for (text, reason) in [
        ("[template", "is damaged"),
        ("[template]\nversion = 1\n", "has no template.version"),
        ("[template]\nversion = \"0.1.0\"\n", "has no project.name"),
    ] {
        sandbox.edit(&[(".template.toml", text)]);
        let message = sandbox.rejected(&[]);
        assert!(message.contains(reason), "{message}");
    }
    fs::remove_file(sandbox.path("shop/.template.toml")).unwrap();
    assert!(
        sandbox
            .rejected(&[])
            .contains("cannot read shop/.template.toml")
    );
}

#[test]
fn check_changes_nothing_and_tells_by_its_status_whether_the_project_is_behind() {
    for route in [Route::CargoGenerate, Route::Quickstart] {
        let sandbox = Sandbox::new();
        sandbox.make(route);
        sandbox.edit(&[("notes.txt", "mine\n")]);
        let (code, said) = sandbox.update(&["--check"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("up to date with v0.1.0"), "{said}");

        sandbox.release();
        let (code, said) = sandbox.update(&["--check"]);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("made from v0.1.0, the template is at v0.2.0"),
            "{said}"
        );
        assert!(said.contains("notes.txt: CONFLICT"), "{said}");
        assert!(status(&sandbox).is_empty(), "{:?}", status(&sandbox));

        sandbox.update(&[]);
        commit_all(&sandbox.path("shop"));
        let (code, said) = sandbox.update(&["--check"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("up to date with v0.2.0"), "{said}");
    }
}

#[test]
fn a_version_that_is_not_in_the_checkout_can_be_named() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::CargoGenerate);
    sandbox.release();
    git(&sandbox.path("template"), &["tag", "--delete", "v0.1.0"]);
    let message = sandbox.rejected(&[]);
    assert!(
        message.contains("refs/tags/v0.1.0, which is not in this checkout"),
        "{message}"
    );
    assert!(message.contains("--from"), "{message}");
    assert!(
        sandbox
            .rejected(&["--from=--help-me"])
            .contains("not in this checkout")
    );
    let (code, said) = sandbox.update(&["--from", "v0.2.0~1"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(sandbox.read("shop/docs/shop.md"), "second\n");
}

#[test]
fn an_answer_can_be_changed_and_a_new_option_answered() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::Quickstart);
    assert_eq!(sandbox.read("shop/colour.txt"), "red: s+m\n");
    let message = sandbox.rejected(&["-d", "color=green"]);
    assert!(message.contains("no option \"color\""), "{message}");
    let message = sandbox.rejected(&["-d", "colour=blue"]);
    assert!(
        message.contains("cannot be rendered with the project's answers"),
        "{message}"
    );

    sandbox.release();
    let option = "\n[placeholders.shape]\ntype = \"string\"\nprompt = \"Which shape?\"\ndefault = \"round\"\n";
    sandbox.write(
        "template",
        "cargo-generate.toml",
        &format!("{CONFIG}{option}"),
    );
    sandbox.write(
        "template",
        "colour.txt",
        "{{colour}} {{shape}}: {{sizes | join: \"+\"}}\n",
    );
    sandbox.commit("0.2.1");
    let (code, said) =
        sandbox.update(&["-d", "colour=green", "-d", "shape=square", "-d", "sizes=l"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(sandbox.read("shop/colour.txt"), "green square: l\n");
    assert!(
        sandbox
            .read("shop/.template.toml")
            .contains("colour = \"green\"\nsizes = [\"l\"]\n")
    );
}

#[test]
fn what_is_not_committed_in_the_template_is_not_taken() {
    let sandbox = Sandbox::new();
    sandbox.make(Route::Quickstart);
    sandbox.write("template", "notes.txt", "draft\n");
    let (code, said) = sandbox.update(&["--check"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        git_status(&sandbox.path("template"))
            .unwrap()
            .contains("M notes.txt")
    );
}
