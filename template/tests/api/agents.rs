//! `AGENTS.md`: each path and each command in it exists.

use std::{fs, path::Path};

const AGENTS: &str = include_str!("../../AGENTS.md");

/// What stands in backticks, and the lines that are set in as code.
fn code() -> Vec<&'static str> {
    let text = AGENTS
        .lines()
        .filter(|line| !line.starts_with("    "))
        .flat_map(|line| line.split('`').skip(1).step_by(2));
    let blocks = AGENTS.lines().filter_map(|line| line.strip_prefix("    "));
    text.chain(blocks).collect()
}

fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn each_path_in_agents_md_exists() {
    let mut seen = 0;
    for code in code() {
        let is_path = !code.contains(' ') && (code.contains('/') || code.contains('.'));
        if is_path {
            assert!(Path::new(code).exists(), "there is no {code}");
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} paths were found");
}

#[test]
fn each_command_in_agents_md_exists() {
    let mut seen = 0;
    for code in code() {
        let words = code.split(' ').skip_while(|word| word.contains('='));
        let words: Vec<_> = words.collect();
        match words[..] {
            ["cargo", "dev" | "scaffold", ..] => {
                let alias = format!("\n{} = ", words[1]);
                assert!(read(".cargo/config.toml").contains(&alias), "{code}");
            }
            ["cargo", "check" | "clippy" | "fmt", ..] => {}
            ["cargo", "test"] | ["cargo", "test", "--workspace"] => {}
            ["cargo", "test", "--test", binary, ref filter @ ..] => {
                assert_is_test(binary, filter);
            }
            ["cargo", "run", "--", command] => {
                let variant = command[..1].to_uppercase() + &command[1..];
                assert!(read("src/main.rs").contains(&variant), "{code}");
            }
            ["npm", "ci", ..] => {}
            ["npm", "run", script, _, folder] | ["npm", script, _, folder] => {
                assert_is_script(script, folder);
            }
            ["npm", script] => assert_is_script(script, "."),
            ["cargo", ..] => panic!("what is {code}?"),
            _ => continue,
        }
        seen += 1;
    }
    assert!(seen > 12, "only {seen} commands were found");
}

/// A filter is the name of a module.
fn assert_is_test(binary: &str, filter: &[&str]) {
    let main = read(&format!("tests/{binary}/main.rs"));
    for module in filter {
        assert!(main.contains(&format!("mod {module};")), "{module}");
    }
}

fn assert_is_script(script: &str, folder: &str) {
    let package = read(&format!("{folder}/package.json"));
    assert!(package.contains(&format!("\"{script}\": ")), "{script}");
}
