use super::{Outcome, migration::number};
use crate::{
    changes::Change,
    clashes,
    plan::Plan,
    project::Project,
    record::{Record, fingerprint},
    render::render,
    wish::Wish,
};

/// A resource with everything that belongs to it. `now` is the time as `YYYYMMDD_HHMMSS`.
///
/// # Errors
/// Everything that speaks against it.
pub fn resource(project: &Project, wish: &Wish, now: &str) -> Result<Outcome, Vec<String>> {
    let resource = wish.resource(project, &number(project, now));
    let clashes = match wish.names() {
        Ok(names) => clashes::of_names(&names, project),
        Err(_) => Vec::new(),
    };
    let resource = match resource {
        Ok(resource) if clashes.is_empty() => resource,
        Ok(_) => return Err(clashes),
        Err(faults) => return Err([clashes, faults].concat()),
    };
    let mut plan = Plan::new(project);
    let rendered = render(&resource);
    for (file, text) in rendered.files {
        plan.make(file, text);
    }
    for wiring in &rendered.wirings {
        plan.wire(wiring);
    }
    let record = Record::file(&wish.name);
    if project.has(&record) {
        plan.object(format!("{}: exists already", record.display()));
    }
    let mut changes = plan.finish()?;
    let made = changes.0.iter().filter(|change| change.before.is_none());
    let made = made.filter_map(|it| Some((it.file.clone(), fingerprint(it.after.as_deref()?))));
    let text = Record {
        arguments: wish.to_arguments(),
        migration: resource.migration,
        files: made.collect(),
    };
    changes.0.push(Change {
        file: record,
        before: None,
        after: Some(text.to_text()),
    });
    let next = next_steps(project);
    Ok(Outcome { changes, next })
}

/// What is derived from the API by commands of its own.
pub(super) fn next_steps(project: &Project) -> Vec<String> {
    let mut next = vec![
        "INSTA_UPDATE=always cargo test --test api openapi   # renews the OpenAPI snapshot: read its difference".to_owned(),
        "cargo test".to_owned(),
    ];
    if project.has("client") {
        next.push("cd client && npm ci && npm run generate && npm test".to_owned());
    }
    next
}
