//! `cargo scaffold`: adds resources, migrations and guards to the project. See its `--help`.

mod arguments;
mod changes;
mod commands;
mod conflicts;
mod context;
mod edits;
mod names;
mod plan;
mod project;
mod record;
mod resource;
mod resource_args;
mod rustfmt;
mod templates;

use std::process::ExitCode;

use chrono::{DateTime, Utc};

use crate::{
    arguments::{Arguments, Command, HELP},
    commands::Outcome,
    project::Project,
};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}; see cargo scaffold --help");
            return ExitCode::from(2);
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(errors) => {
            eprintln!("Nothing was written:");
            errors.iter().for_each(|error| eprintln!("  {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Vec<String>> {
    if matches!(arguments.command, Command::Help) {
        print!("{HELP}");
        return Ok(());
    }
    let project = project().map_err(|error| vec![error])?;
    let now = now().format("%Y%m%d_%H%M%S").to_string();
    let Outcome { changes, next } = match &arguments.command {
        Command::Help => return Ok(()),
        Command::Resource(args) => commands::resource(&project, args, &now)?,
        Command::Remove(name) => commands::remove(&project, name)?,
        Command::Migration(name) => commands::migration(&project, name, &now)?,
        Command::Guard(guard) => commands::guard(&project, guard)?,
    };
    if arguments.dry_run {
        print!("{changes}");
        println!("Nothing was written: --dry-run.");
        return Ok(());
    }
    changes.apply(project.root()).map_err(|error| vec![error])?;
    print!("{changes}");
    println!("\nNext:");
    next.iter().for_each(|step| println!("  {step}"));
    Ok(())
}

/// The time; SOURCE_DATE_EPOCH makes the output reproducible.
fn now() -> DateTime<Utc> {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let seconds = given.and_then(|seconds| seconds.parse().ok());
    let given = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    given.unwrap_or_else(Utc::now)
}

fn project() -> Result<Project, String> {
    let folder = std::env::current_dir().map_err(|error| error.to_string())?;
    Project::around(&folder).ok_or_else(|| format!("{} is not in a project", folder.display()))
}
