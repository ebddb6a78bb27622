use std::str::FromStr;

use minijinja::context;

use super::Outcome;
use crate::{plan::Plan, project::Project};

/// What a guard asks for: a role such as `editor`, or a permission such as `notes:delete`.
pub struct Guard(String);

impl FromStr for Guard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase()) && part.chars().all(is_allowed)
        };
        if text.split([':', '-', '_']).all(is_part) && text.matches(':').count() < 2 {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "\"{text}\" is neither a role such as editor nor a permission such as notes:delete"
        ))
    }
}

impl Guard {
    /// A name with a colon is a permission.
    fn kind(&self) -> &'static str {
        if self.0.contains(':') {
            "Permission"
        } else {
            "Role"
        }
    }

    /// `NotesDelete`.
    fn type_name(&self) -> String {
        let capitalized = |part: &str| part[..1].to_uppercase() + &part[1..];
        self.0.split([':', '-', '_']).map(capitalized).collect()
    }

    /// `notes_delete_guard`.
    fn module(&self) -> String {
        format!("{}_guard", self.0.replace([':', '-'], "_"))
    }
}

/// Adds a role or permission, with a test of the guard that asks for it.
pub fn guard(project: &Project, guard: &Guard) -> Result<Outcome, Vec<String>> {
    let (kind, name, module) = (guard.kind(), guard.type_name(), guard.module());
    let context = context! {
        name => guard.0.as_str(),
        kind => kind.to_lowercase(),
        Name => name.as_str(),
        module => module.as_str(),
    };
    let mut plan = Plan::new(project);
    plan.create_from("guard.rs", &context, &format!("src/auth/{module}.rs"));
    plan.create_from("guard_test.rs", &context, &format!("tests/api/{module}.rs"));
    plan.edit_by("guard_edits.txt", &context);
    Ok(Outcome {
        changes: plan.finish()?,
        next: vec![
            format!("make Require{kind}<{name}> the first argument of a handler (docs/guards.md)"),
            "cargo test".to_owned(),
        ],
    })
}
