//! The git commands that generating and updating need.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Result, anyhow, ensure};

/// git in `dir`, even if a git around us works in another repository.
fn git(dir: &Path, arguments: &[&str]) -> Command {
    let mut git = Command::new("git");
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_OBJECT_DIRECTORY",
    ] {
        git.env_remove(variable);
    }
    git.args(arguments).current_dir(dir);
    git
}

/// Runs git and returns what it prints.
fn output(git: &mut Command) -> Result<String> {
    let output = git
        .output()
        .map_err(|error| anyhow!("cannot run git: {error}"))?;
    text(output)
}

/// Runs git with `input` as its standard input and returns what it prints.
fn output_for(git: &mut Command, input: &[u8]) -> Result<String> {
    let mut child = git
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child
        .stdin
        .take()
        .map(|mut stdin| stdin.write_all(input))
        .transpose()?;
    text(child.wait_with_output()?)
}

fn text(output: Output) -> Result<String> {
    let message = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "git: {}", message.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Creates a git repository in `dir` unless it is inside one; does nothing if git is not installed.
pub fn init(dir: &Path) {
    if prefix(dir).is_err() {
        let _ = output(&mut git(dir, &["init"]));
    }
}

/// The files below `dir` that git tracks; none without git.
pub fn tracked_files(dir: &Path) -> Vec<PathBuf> {
    output(&mut git(dir, &["ls-files", "-z"]))
        .unwrap_or_default()
        .split_terminator('\0')
        .map(PathBuf::from)
        .collect()
}

/// The path of `dir` in its repository: empty at the top, else with a slash at the end.
pub fn prefix(dir: &Path) -> Result<String> {
    let prefix = output(&mut git(dir, &["rev-parse", "--show-prefix"]))?;
    Ok(prefix.trim_end_matches('\n').to_owned())
}

/// The full hash of the commit that `revision` names in the repository of `dir`.
pub fn commit(dir: &Path, revision: &str) -> Result<String> {
    let revision = format!("{revision}^{{commit}}");
    let arguments = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &revision,
    ];
    Ok(output(&mut git(dir, &arguments))?.trim().to_owned())
}

/// The uncommitted changes below `dir`, including new files; one per line.
pub fn changes(dir: &Path) -> Result<String> {
    let arguments = ["status", "--porcelain", "--untracked-files=all", "--", "."];
    output(&mut git(dir, &arguments))
}

/// Writes the files of a commit into the folder `to`, without touching the repository's index and work tree.
pub fn export(dir: &Path, commit: &str, to: &Path) -> Result<()> {
    let index = to.with_extension("index");
    let prefix = format!("--prefix={}/", to.display());
    for arguments in [
        &["read-tree", commit][..],
        &["checkout-index", "--all", &prefix],
    ] {
        output(git(dir, arguments).env("GIT_INDEX_FILE", &index))?;
    }
    Ok(())
}

/// The files that git recognizes as renamed in the commits since `base`, oldest first, as pairs of the old and the new path.
pub fn renames(dir: &Path, base: &str, head: &str) -> Result<Vec<(String, String)>> {
    let range = format!("{base}..{head}");
    let arguments = [
        "-c",
        "log.showSignature=false",
        "log",
        "--topo-order",
        "--reverse",
        "--format=",
        "--name-status",
        "--diff-filter=R",
        // A file that moves to another crate changes its imports too, so less than git's usual half may stay the same.
        "--find-renames=40%",
        "-l0",
        "-z",
        &range,
        "--",
    ];
    let text = output(&mut git(dir, &arguments))?;
    let fields: Vec<_> = text.split('\0').filter(|field| !field.is_empty()).collect();
    // The status, such as R100, then the two paths.
    let renames = fields.chunks_exact(3);
    Ok(renames
        .map(|rename| (rename[1].to_owned(), rename[2].to_owned()))
        .collect())
}

/// The three-way merge of my file, the common version and theirs, and whether it has conflicts; `labels` name the three in
/// the marks of a conflict.
pub fn merge(files: [&Path; 3], labels: [&str; 3]) -> Result<(Vec<u8>, bool)> {
    let mut git = git(Path::new("."), &["merge-file", "-p"]);
    for label in labels {
        git.args(["-L", label]);
    }
    let output = git.arg("--").args(files).output()?;
    // The status counts the conflicts, up to 127.
    match output.status.code() {
        Some(0) => Ok((output.stdout, false)),
        Some(1..=127) => Ok((output.stdout, true)),
        _ => Err(anyhow!(
            "git: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

/// Marks a file in the index of the repository of `dir` as in conflict, as a merge does: `git status` lists it, `git commit`
/// fails, and `git checkout --ours` or `--theirs` takes a side. The versions are the common one, ours and theirs.
pub fn mark_conflict(dir: &Path, file: &str, versions: [Option<&[u8]>; 3]) -> Result<()> {
    let path = format!("{}{file}", prefix(dir)?);
    let mode = mode_of(&dir.join(file));
    let mut entries = format!("0 {}\t{path}\0", "0".repeat(40));
    for (stage, version) in (1..).zip(versions) {
        if let Some(content) = version {
            let arguments = ["hash-object", "-w", "--stdin"];
            let blob = output_for(&mut git(dir, &arguments), content)?;
            entries.push_str(&format!("{mode} {} {stage}\t{path}\0", blob.trim()));
        }
    }
    let arguments = ["update-index", "-z", "--index-info"];
    output_for(&mut git(dir, &arguments), entries.as_bytes()).map(drop)
}

/// The file's mode in the index: whether it is executable.
fn mode_of(file: &Path) -> &'static str {
    #[cfg(unix)]
    if let Ok(found) = std::fs::metadata(file) {
        use std::os::unix::fs::PermissionsExt;
        if found.permissions().mode() & 0o100 != 0 {
            return "100755";
        }
    }
    "100644"
}
