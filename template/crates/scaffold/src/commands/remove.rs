use super::{Outcome, resource::next_steps};
use crate::{
    context::context,
    names::Word,
    plan::Plan,
    project::Project,
    record::{self, Record, fingerprint},
    resource::{Kind, Resource},
    resource_args::ResourceArgs,
};

/// Removes what [`super::resource`] added, if nobody has changed it.
pub fn remove(project: &Project, name: &Word) -> Result<Outcome, Vec<String>> {
    let record = record(project, name).map_err(|error| vec![error])?;
    let resource = resource_of(project, &record)?;
    let mut plan = Plan::new(project);
    for other in referrers(project, name) {
        plan.add_error(format!("{other} refers to {name}: remove {other} first"));
    }
    for (file, created) in &record.files {
        match project.read(file) {
            Ok(Some(text)) if fingerprint(&text) == *created => plan.remove(file),
            Ok(Some(_)) => plan.add_error(format!(
                "{}: has been changed; remove the resource by hand",
                file.display()
            )),
            Ok(None) => plan.add_error(format!("{}: is missing", file.display())),
            Err(error) => plan.add_error(error),
        }
    }
    plan.undo_by("resource_edits.txt", &context(&resource));
    plan.remove(Record::file(name.as_str()));
    let changes = plan.finish()?;
    let mut next = vec![format!(
        "where {} was applied, roll it back while its file is there: cargo run -- migrate down",
        record.migration
    )];
    next.extend(next_steps(project));
    Ok(Outcome { changes, next })
}

fn record(project: &Project, name: &Word) -> Result<Record, String> {
    let file = Record::file(name.as_str());
    let Some(text) = project.read(&file)? else {
        let file = file.display();
        return Err(format!(
            "{file}: is missing; only resources that cargo scaffold added can be removed"
        ));
    };
    Record::parse(&text).ok_or_else(|| format!("{}: cannot be read", file.display()))
}

/// The resource as it was added.
fn resource_of(project: &Project, record: &Record) -> Result<Resource, Vec<String>> {
    let mut args = ResourceArgs::parse(&record.arguments).map_err(|error| vec![error])?;
    // Another version's dictionary may have had another plural.
    let plural = record.migration.splitn(3, '_').nth(2);
    args.plural = args.plural.or(plural.map(str::to_owned));
    let migration = record.migration.clone();
    let resource = args.resource(project, "")?;
    Ok(Resource {
        migration,
        ..resource
    })
}

/// The other resources that were added with a reference to this one.
fn referrers(project: &Project, name: &Word) -> Vec<String> {
    let refers = |record: &Record| {
        let fields = ResourceArgs::parse(&record.arguments)
            .unwrap_or_default()
            .fields;
        let kinds = fields
            .iter()
            .filter_map(|field| Some(field.split_once(':')?.1));
        let mut kinds = kinds.filter_map(|kind| kind.trim_end_matches(['!', '?']).parse().ok());
        kinds.any(
            |kind| matches!(kind, Kind::References(it) if it.names.singular() == name.as_str()),
        )
    };
    let files = project.names_in(record::FOLDER).into_iter();
    let others = files.filter_map(|file| {
        let text = project.read(format!("{}/{file}", record::FOLDER)).ok()??;
        let record = Record::parse(&text)?;
        refers(&record).then(|| record.arguments.first().cloned())?
    });
    others.filter(|other| other != name.as_str()).collect()
}
