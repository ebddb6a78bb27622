use super::{Outcome, migration::number};
use crate::{
    changes::Change,
    conflicts,
    context::context,
    plan::Plan,
    project::Project,
    record::{Record, fingerprint},
    resource_args::ResourceArgs,
    templates,
};

/// Adds a resource with all of its files. `now` is the time as `YYYYMMDD_HHMMSS`.
pub fn resource(project: &Project, args: &ResourceArgs, now: &str) -> Result<Outcome, Vec<String>> {
    let mut errors = Vec::new();
    if let Ok(names) = args.names() {
        errors = conflicts::of_names(&names, project);
    }
    let resource = match args.resource(project, &number(project, now)) {
        Ok(resource) if errors.is_empty() => resource,
        Ok(_) => return Err(errors),
        Err(others) => return Err([errors, others].concat()),
    };
    let mut plan = Plan::new(project);
    let context = context(&resource);
    for (file, template) in templates::of_resource(&resource) {
        plan.create_from(template, &context, &file);
    }
    plan.edit_by("resource_edits.txt", &context);
    let record = Record::file(&args.name);
    if project.has(&record) {
        plan.add_error(format!("{}: exists already", record.display()));
    }
    conflicts::of_types(&mut plan);
    let mut changes = plan.finish()?;
    let created = changes.0.iter().filter(|change| change.before.is_none());
    let created =
        created.filter_map(|it| Some((it.file.clone(), fingerprint(it.after.as_deref()?))));
    let text = Record {
        arguments: args.to_words(),
        migration: resource.migration,
        files: created.collect(),
    };
    changes.0.push(Change {
        file: record,
        before: None,
        after: Some(text.to_text()),
    });
    let next = next_steps(project);
    Ok(Outcome { changes, next })
}

/// The commands that renew what is derived from the API.
pub(super) fn next_steps(project: &Project) -> Vec<String> {
    let mut next = vec![
        "INSTA_UPDATE=always cargo test --test api openapi   # updates the OpenAPI snapshot: read its diff".to_owned(),
        "cargo test".to_owned(),
    ];
    if project.has("client") {
        next.push("cd client && npm ci && npm run generate && npm test".to_owned());
    }
    next
}
