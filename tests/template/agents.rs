//! AGENTS.md of this repository: each path and each command in it exists.

use std::fs;
use std::path::Path;

use crate::ROOT;

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What stands in backticks, and the lines that are set in as code.
fn code(text: &str) -> Vec<&str> {
    let outside = text.lines().filter(|line| !line.starts_with("    "));
    let inline = outside.flat_map(|line| line.split('`').skip(1).step_by(2));
    let blocks = text.lines().filter_map(|line| line.strip_prefix("    "));
    inline.chain(blocks).collect()
}

#[test]
fn each_path_in_it_exists() {
    let text = read("AGENTS.md");
    let mut seen = 0;
    for word in code(&text).into_iter().flat_map(|code| code.split(' ')) {
        let is_path = word.contains('/') && !word.contains(['=', '*', '{', ':']);
        if is_path {
            assert!(Path::new(ROOT).join(word).exists(), "{word}");
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn each_command_in_it_exists() {
    let text = read("AGENTS.md");
    let mut seen = 0;
    for command in code(&text) {
        let words: Vec<_> = command.split(' ').collect();
        let words: Vec<_> = words
            .into_iter()
            .skip_while(|word| word.contains('='))
            .collect();
        match words[..] {
            ["cargo", "test", ..] | ["cargo", "clippy" | "fmt" | "check", ..] => {
                if let Some(module) = words.get(2).filter(|word| !word.starts_with('-')) {
                    let main = read("tests/template/main.rs");
                    let is_module = main.contains(&format!("mod {module};"));
                    assert!(is_module || *module == "derived", "{command}");
                }
            }
            ["cargo", "quickstart", ..] => {
                assert!(read(".cargo/config.toml").contains("quickstart = "))
            }
            [program, ..] if Path::new(ROOT).join(program).is_file() => {}
            [program, _, ..] if program.contains('/') => panic!("there is no {program}"),
            _ => continue,
        }
        seen += 1;
    }
    assert!(seen > 6, "{seen}");
}

/// Programs that read another file find the same text.
#[test]
fn claude_md_points_to_it() {
    for folder in ["", "template/"] {
        assert_eq!(read(&format!("{folder}CLAUDE.md")), "@AGENTS.md\n");
    }
}
