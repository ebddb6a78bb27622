use super::{Outcome, resource::next_steps};
use crate::{
    names::Word,
    plan::Plan,
    project::Project,
    record::{self, Record, fingerprint},
    render::render,
    resource::{Kind, Resource},
    wish::Wish,
};

/// Takes away what [`super::resource`] made, if nobody has changed it.
///
/// # Errors
/// Everything that speaks against it.
pub fn remove(project: &Project, name: &Word) -> Result<Outcome, Vec<String>> {
    let record = record(project, name).map_err(|fault| vec![fault])?;
    let resource = resource_of(project, &record)?;
    let mut plan = Plan::new(project);
    for other in referrers(project, name) {
        plan.object(format!("{other} refers to {name}: remove {other} first"));
    }
    for (file, made) in &record.files {
        match project.read(file) {
            Ok(Some(text)) if fingerprint(&text) == *made => plan.remove(file),
            Ok(Some(_)) => plan.object(format!(
                "{}: was changed since it was made; remove the resource by hand",
                file.display()
            )),
            Ok(None) => plan.object(format!("{}: is missing", file.display())),
            Err(fault) => plan.object(fault),
        }
    }
    for wiring in render(&resource).wirings.iter().rev() {
        plan.unwire(wiring);
    }
    plan.remove(Record::file(name.as_str()));
    let changes = plan.finish()?;
    let mut next = vec![format!(
        "where {} was applied, it has to be rolled back before its file is gone: cargo run -- migrate down",
        record.migration
    )];
    next.extend(next_steps(project));
    Ok(Outcome { changes, next })
}

fn record(project: &Project, name: &Word) -> Result<Record, String> {
    let file = Record::file(name.as_str());
    let text = project.read(&file)?.ok_or_else(|| {
        format!(
            "{}: is missing; only what the scaffold made can be removed",
            file.display()
        )
    })?;
    Record::parse(&text).ok_or_else(|| format!("{}: is damaged", file.display()))
}

/// The resource as it was when it was made.
fn resource_of(project: &Project, record: &Record) -> Result<Resource, Vec<String>> {
    let wish = Wish::parse(&record.arguments).map_err(|fault| vec![fault])?;
    let resource = wish.resource(project, "")?;
    let migration = record.migration.clone();
    Ok(Resource {
        migration,
        ..resource
    })
}

/// The other resources that were made with a reference to this one.
fn referrers(project: &Project, name: &Word) -> Vec<String> {
    let refers = |record: &Record| {
        let wish = Wish::parse(&record.arguments).unwrap_or_default();
        let kinds = wish
            .fields
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
