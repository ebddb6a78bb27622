//! Records of what was added for a resource, by which it can be removed.

use std::path::PathBuf;

/// The folder of the records.
pub const FOLDER: &str = "crates/scaffold/resources";

/// The command that added a resource, and the files that it created.
#[derive(Debug, PartialEq)]
pub struct Record {
    /// The arguments after `resource`.
    pub arguments: Vec<String>,
    /// The module of its migration.
    pub migration: String,
    /// Each file with the fingerprint of its text.
    pub files: Vec<(PathBuf, u64)>,
}

impl Record {
    /// The file of a resource's record.
    pub fn file(resource: &str) -> PathBuf {
        PathBuf::from(FOLDER).join(format!("{resource}.txt"))
    }

    pub fn to_text(&self) -> String {
        let resource = self.arguments.first().map_or("", String::as_str);
        let mut text = format!(
            "# `cargo scaffold remove {resource}` reads this: keep it with the sources.\n\
             resource {}\nmigration {}\n",
            self.arguments.join(" "),
            self.migration
        );
        for (file, fingerprint) in &self.files {
            text += &format!("{fingerprint:016x} {}\n", file.display());
        }
        text
    }

    /// Reads what [`Record::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let arguments = lines.next()?.strip_prefix("resource ")?;
        let migration = lines.next()?.strip_prefix("migration ")?;
        let file = |line: &str| {
            let (fingerprint, file) = line.split_once(' ')?;
            Some((file.into(), u64::from_str_radix(fingerprint, 16).ok()?))
        };
        Some(Self {
            arguments: arguments.split(' ').map(str::to_owned).collect(),
            migration: migration.to_owned(),
            files: lines.map(file).collect::<Option<_>>()?,
        })
    }
}

/// FNV-1a of a text without carriage returns, by which a changed file is recognized.
pub fn fingerprint(text: &str) -> u64 {
    let bytes = text.bytes().filter(|&byte| byte != b'\r');
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_text_is_not_a_record() {
        for text in [
            "",
            "resource note",
            "resource note\nmigration m\nxyz a.rs\n",
        ] {
            assert_eq!(Record::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = Record {
            arguments: vec!["note".to_owned(), "title:string!".to_owned()],
            migration: "m20261121_000002_notes".to_owned(),
            files: vec![("src/entities/note.rs".into(), fingerprint("a\n"))],
        };
        assert_eq!(Record::parse(&record.to_text()), Some(record));
    }

    #[test]
    fn a_changed_text_has_another_fingerprint() {
        assert_ne!(fingerprint("a\n"), fingerprint("b\n"));
        assert_eq!(fingerprint("a\r\n"), fingerprint("a\n"));
    }
}
