use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A copy of the sources of the project.
pub struct TestProject {
    folder: TempDir,
}

impl TestProject {
    pub fn new() -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .unwrap();
        for part in ["src", "migration/src", "tests/api"] {
            copy(&root.join(part), &project.path(part));
        }
        project.write("crates/scaffold/Cargo.toml", "");
        project
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub fn write(&self, file: &str, text: &str) {
        let file = self.path(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Every file with its text.
    pub fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path("")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), fs::read_to_string(path).unwrap());
                }
            }
        }
        files
    }

    /// `cargo scaffold` with these words, separated by spaces.
    pub fn run(&self, words: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_scaffold"))
            .args(words.split(' '))
            .current_dir(self.path("src"))
            .output()
            .unwrap()
    }

    /// Runs a command that must succeed; returns its output.
    #[track_caller]
    pub fn scaffold(&self, words: &str) -> String {
        let output = self.run(words);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{words}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail and change nothing; returns the errors.
    #[track_caller]
    pub fn error_message(&self, words: &str) -> String {
        let before = self.files();
        let output = self.run(words);
        assert!(!output.status.success(), "{words} was accepted");
        assert!(self.files() == before, "{words} wrote something");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}
