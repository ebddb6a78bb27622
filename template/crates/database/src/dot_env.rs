//! The file `.env`, which sets what the environment does not.
//!
//! The libraries that read such files disagree about spaces, quotes and `$`, and drop what they
//! cannot read. Here a line that has more than one reading stops the program.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use crate::SettingsError;

const NAME: &str = "expected NAME=value, the name of letters, digits and underscores";
const QUOTES: &str = "a value with a space, a quote, a backslash or a leading # needs single quotes around it: NAME='value'";
const CLOSING_QUOTE: &str = "the closing quote is missing, or something follows it; put a value that holds a single quote in double quotes";
const ESCAPE: &str = r#"a backslash stands before another character than \, ", $ and n: put the value in single quotes"#;
const DOLLAR: &str = "a $ that does not begin ${NAME}, the name of a variable that is set: put the value in single quotes";
const TWICE: &str = "the name was set in a line above";

/// Loads `.env` of the working directory or the nearest directory above it; the environment wins.
///
/// # Errors
/// [`SettingsError`] with every line that cannot be read, and how to write it; then nothing is set.
/// It never shows a line, which may hold a secret.
pub fn load_dot_env() -> Result<(), SettingsError> {
    let Some(path) = find() else {
        return Ok(());
    };
    let at = |place: &str, problem: &str| format!("  {}{place}: {problem}", path.display());
    let text = read(&path).map_err(|problem| SettingsError::new(vec![at("", &problem)]))?;
    let (entries, problems) = entries(&text, &|name| env::var_os(name).is_some());
    if !problems.is_empty() {
        let lines = problems.into_iter();
        let lines = lines.map(|(line, problem)| at(&format!(" line {line}"), problem));
        return Err(SettingsError::new(lines.collect()));
    }
    dotenvy::from_read(entries.as_bytes())
        .map_err(|_| SettingsError::new(vec![at("", "it cannot be read")]))
}

fn find() -> Option<PathBuf> {
    let folder = env::current_dir().ok()?;
    let mut files = folder.ancestors().map(|folder| folder.join(".env"));
    files.find(|file| file.is_file())
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("it cannot be read: {error}"))?;
    let text = String::from_utf8(bytes).ok();
    let text = text.filter(|text| !text.contains('\0'));
    let text = text.ok_or("it is not UTF-8 text: save it with the encoding UTF-8")?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The entries without comments, each in a form that dotenvy reads in only one way, and the line
/// number of each problem.
fn entries(text: &str, is_set: &dyn Fn(&str) -> bool) -> (String, Vec<(usize, &'static str)>) {
    let (mut entries, mut problems) = (String::new(), Vec::new());
    let mut names = BTreeSet::new();
    let (mut rest, mut number) = (text, 1);
    while !rest.is_empty() {
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        let mut length = line.len();
        match read_entry(rest, line, &|name| names.contains(name) || is_set(name)) {
            Ok(None) => {}
            Ok(Some((name, value, end))) if names.insert(name) => {
                entries += &format!("{name}={value}\n");
                length = end;
            }
            Ok(Some(_)) => problems.push((number, TWICE)),
            Err(problem) => problems.push((number, problem)),
        }
        let (read, after) = rest.split_at(length);
        number += read.matches('\n').count();
        rest = after;
    }
    (entries, problems)
}

/// The name and the raw value of the entry at the start of `rest`, and where the entry ends; `None`
/// for a blank line or a comment. A quoted value may have several lines.
fn read_entry<'a>(
    rest: &'a str,
    line: &'a str,
    is_set: &dyn Fn(&str) -> bool,
) -> Result<Option<(&'a str, &'a str, usize)>, &'static str> {
    if line.trim().is_empty() || line.trim_start().starts_with('#') {
        return Ok(None);
    }
    let (name, value) = line.split_once('=').ok_or(NAME)?;
    let exported = name.trim_start().strip_prefix("export ");
    let name = exported.unwrap_or(name).trim();
    let spaced = value;
    let value = value.trim_start_matches([' ', '\t']);
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !begins_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(NAME);
    }
    if value.starts_with('#') && value.len() < spaced.len() {
        return Ok(Some((name, "", line.len())));
    }
    let begin = line.len() - value.len();
    let value = value_of(&rest[begin..], is_set)?;
    let tail = &rest[begin + value.len()..];
    let tail = tail.split_inclusive('\n').next().unwrap_or_default();
    let is_comment = tail.starts_with([' ', '\t']) && tail.trim_start().starts_with('#');
    if !tail.trim().is_empty() && !is_comment {
        return Err(if value.starts_with(['\'', '"']) {
            CLOSING_QUOTE
        } else {
            QUOTES
        });
    }
    Ok(Some((name, value, begin + value.len() + tail.len())))
}

/// The value at the start of `text`, with its quotes.
fn value_of<'a>(text: &'a str, is_set: &dyn Fn(&str) -> bool) -> Result<&'a str, &'static str> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let end = quoted.find('\'').ok_or(CLOSING_QUOTE)?;
        // dotenvy would read the next line as a part of the value.
        if quoted[..end].ends_with('\\') {
            return Err(ESCAPE);
        }
        return Ok(&text[..end + 2]);
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let end = closing_quote(quoted)?;
        check_dollars(&quoted[..end], is_set)?;
        return Ok(&text[..end + 2]);
    }
    let value = text.split(char::is_whitespace).next().unwrap_or_default();
    let needs_quotes = value.contains(['\'', '"', '\\', '`', '“', '”', '‘', '’']);
    if needs_quotes || value.starts_with('#') {
        return Err(QUOTES);
    }
    check_dollars(value, is_set)?;
    Ok(value)
}

/// The position of the double quote that ends a value.
fn closing_quote(text: &str) -> Result<usize, &'static str> {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok(at),
            '\\' if !matches!(characters.next(), Some((_, '\\' | '"' | '$' | 'n'))) => {
                return Err(ESCAPE);
            }
            _ => {}
        }
    }
    Err(CLOSING_QUOTE)
}

fn check_dollars(value: &str, is_set: &dyn Fn(&str) -> bool) -> Result<(), &'static str> {
    let value = value.replace(r"\\", "").replace(r"\$", "");
    let mut references = value.split('$').skip(1);
    let is_known = |text: &str| {
        let name = text.strip_prefix('{').and_then(|text| text.split_once('}'));
        name.is_some_and(|(name, _)| is_set(name))
    };
    references.all(is_known).then_some(()).ok_or(DOLLAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(usize, &'static str)> {
        entries(text, &|name| name == "HOME").1
    }

    /// The values that dotenvy reads from the entries.
    fn values(text: &str) -> Vec<(String, String)> {
        let (entries, problems) = entries(text, &|name| name == "HOME");
        assert_eq!(problems, [], "{text}");
        let values = dotenvy::from_read_iter(entries.as_bytes());
        values.map(|value| value.expect("an entry")).collect()
    }

    #[test]
    fn what_has_more_than_one_reading_is_a_problem_of_its_line() {
        for (line, problem) in [
            ("DEBUG", NAME),
            ("my-key=1", NAME),
            ("=1", NAME),
            ("1A=1", NAME),
            ("A B=1", NAME),
            ("A=My App", QUOTES),
            ("A=Ann's", QUOTES),
            ("A=it\"s", QUOTES),
            (r"A=C:\app", QUOTES),
            ("A=`b`", QUOTES),
            ("A=“b”", QUOTES),
            ("A=#secret", QUOTES),
            ("A='b", CLOSING_QUOTE),
            ("A=\"b", CLOSING_QUOTE),
            ("A='b'c", CLOSING_QUOTE),
            ("A='b'#c", CLOSING_QUOTE),
            ("A=\"b\" c", CLOSING_QUOTE),
            ("A='Ann's'", CLOSING_QUOTE),
            (r"A='b\'", ESCAPE),
            (r#"A="C:\app""#, ESCAPE),
            ("A=pa$$word", DOLLAR),
            ("A=pa$word", DOLLAR),
            ("A=pass$", DOLLAR),
            ("A=${NOT_SET}", DOLLAR),
            ("A=${HOME:-x}", DOLLAR),
            ("A=$HOME", DOLLAR),
            ("A=\"pa$$word\"", DOLLAR),
            ("A=b\rC=d", QUOTES),
        ] {
            assert_eq!(problems(line), [(1, problem)], "{line}");
            let among_others = format!("# It's\n\nX=1\n{line}\nY=${{NO}}\n");
            assert_eq!(
                problems(&among_others),
                [(4, problem), (5, DOLLAR)],
                "{line}"
            );
        }
        assert_eq!(problems("A=1\nA=2"), [(2, TWICE)]);
    }

    #[test]
    fn quotes_that_pair_up_over_lines_swallow_nothing() {
        assert_eq!(problems("A=Ann's\nB=it's\n"), [(1, QUOTES), (2, QUOTES)]);
        assert_eq!(problems("A='Ann\nB='it'\n"), [(1, CLOSING_QUOTE)]);
    }

    #[test]
    fn values_are_read_as_they_are_written() {
        let text = "# It's a comment\r\nexport A=1\r\n B = two  # it's\nC=''\nD= # nothing\nE=a#b\n\
            F='pa$$w\"rd # \\n'\nG=\"My \\\"App\\\" \\$5\" # c\nH=a=b\nI='one\ntwo' # three\nJ=${A}x\n\
            K=postgres://u:${F}@db/app?a=b&c=%20\nL=ünï";
        let expected = [
            ("A", "1"),
            ("B", "two"),
            ("C", ""),
            ("D", ""),
            ("E", "a#b"),
            ("F", "pa$$w\"rd # \\n"),
            ("G", "My \"App\" $5"),
            ("H", "a=b"),
            ("I", "one\ntwo"),
            ("J", "1x"),
            ("K", "postgres://u:pa$$w\"rd # \\n@db/app?a=b&c=%20"),
            ("L", "ünï"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(values(text), expected);
    }
}
