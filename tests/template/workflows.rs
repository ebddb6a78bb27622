//! The files of the option extras, and every workflow: what runs is named by what it is, not by what it was once called.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{ROOT, checkout_files, generate};

/// A tag can be moved to other code, a commit cannot.
#[test]
fn each_action_is_pinned_by_its_commit_and_the_same_one_everywhere() {
    let mut pinned: BTreeMap<String, String> = BTreeMap::new();
    let workflows = checkout_files();
    let workflows = workflows
        .iter()
        .filter(|file| file.contains(".github/workflows/"));
    for file in workflows {
        let text = fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
        for action in text.split("uses: ").skip(1) {
            let action = action.lines().next().unwrap();
            if action.starts_with("./") {
                continue;
            }
            let (name, version) = action.split_once('@').unwrap();
            let (commit, tag) = version
                .split_once(" # v")
                .unwrap_or_else(|| panic!("{file}: {action}"));
            let is_commit = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
            assert!(is_commit && tag.split('.').count() == 3, "{file}: {action}");
            let before = pinned.insert(name.to_owned(), version.to_owned());
            assert!(
                before.is_none_or(|before| before == version),
                "{file}: {action}"
            );
        }
    }
    assert!(pinned.len() >= 8, "{pinned:?}");
}

#[test]
fn dependabot_looks_after_what_the_project_has_and_nothing_else() {
    let manifests = [
        ("cargo", "Cargo.toml"),
        ("docker", "Dockerfile"),
        ("github-actions", ".github/workflows/ci.yml"),
        ("npm", "package-lock.json"),
    ];
    for answers in [
        &[][..],
        &["deploy="],
        &["deploy=docker", "typescript_client=false"],
        &["deploy=systemd"],
        &["frontend=nextjs"],
        &["frontend=nextjs", "deploy=systemd"],
    ] {
        let project = generate("shop", answers).unwrap();
        let files = project.files();
        let mut found: Vec<_> = project
            .read(".github/dependabot.yml")
            .split("package-ecosystem: ")
            .skip(1)
            .flat_map(|entry| {
                let mut lines = entry.lines();
                let kind = lines.next().unwrap();
                let (_, directories) = lines.next().unwrap().split_once(": ").unwrap();
                let (_, manifest) = manifests.iter().find(|(name, _)| *name == kind).unwrap();
                let directories = directories.trim_matches(['[', ']']).split(", ");
                let paths = directories.map(|directory| format!("{directory}/{manifest}"));
                let paths = paths.map(|path| path.trim_start_matches('/').to_owned());
                paths.collect::<Vec<_>>()
            })
            .collect();
        found.sort_unstable();
        let kept = [
            ".github/workflows/ci.yml",
            "Cargo.toml",
            "Dockerfile",
            "client/package-lock.json",
            "deploy/better-auth/package-lock.json",
            "package-lock.json",
            "web/Dockerfile",
        ];
        let kept: Vec<_> = kept
            .into_iter()
            .filter(|file| files.contains(*file))
            .collect();
        assert_eq!(found, kept, "{answers:?}");
    }
}

#[test]
fn an_image_is_pushed_only_from_a_tag_that_passes_the_tests() {
    let project = generate("shop", &[]).unwrap();
    let image = project.read(".github/workflows/image.yml");
    assert!(image.contains("    tags: [\"v*\"]\n") && !image.contains("branches:"));
    assert!(image.contains("    uses: ./.github/workflows/ci.yml\n"));
    assert!(image.contains("    needs: tests\n"));
    assert!(image.contains("provenance: mode=max\n") && image.contains("sbom: true\n"));
    let tests = project.read(".github/workflows/ci.yml");
    assert!(tests.contains("\n  workflow_call:\n"));
}

#[test]
fn the_container_to_develop_in_has_the_versions_that_are_tested() {
    let project = generate("shop", &[]).unwrap();
    let text = project.read(".devcontainer/devcontainer.json");
    let container: Value = serde_json::from_str(&text).unwrap();
    let manifest: toml::Table = project.read("Cargo.toml").parse().unwrap();
    let rust = manifest["workspace"]["package"]["rust-version"].as_str();
    let image = format!("rust:{}-bookworm", rust.unwrap());
    assert_eq!(container["image"], image.as_str());
    let node = &container["features"]["ghcr.io/devcontainers/features/node:1"]["version"];
    let workflow = project.read(".github/workflows/ci.yml");
    let node = format!("node-version: {} ", node.as_str().unwrap());
    assert!(workflow.contains(&node), "{node}");
}
