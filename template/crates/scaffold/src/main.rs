//! `cargo scaffold`: see its `--help`.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use scaffold::{
    arguments::{Arguments, Command, HELP},
    commands::{self, Outcome},
    project::Project,
};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(fault) => {
            eprintln!("{fault}; cargo scaffold --help tells more");
            return ExitCode::from(2);
        }
    };
    if arguments.command == Command::Help {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            eprintln!("Nothing was written:");
            faults.iter().for_each(|fault| eprintln!("  {fault}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Vec<String>> {
    let project = project().map_err(|fault| vec![fault])?;
    let now = now().format("%Y%m%d_%H%M%S").to_string();
    let Outcome { changes, next } = match &arguments.command {
        Command::Help => return Ok(()),
        Command::Resource(wish) => commands::resource(&project, wish, &now)?,
        Command::Remove(name) => commands::remove(&project, name)?,
        Command::Migration(name) => commands::migration(&project, name, &now)?,
        Command::Guard(guard) => commands::guard(&project, guard)?,
    };
    if !arguments.dry_run {
        let written = changes.apply(project.root());
        written.map_err(|fault| vec![fault])?;
    }
    print!("{changes}");
    match arguments.dry_run {
        true => println!("Nothing was written: --dry-run."),
        false => println!("\nNext:"),
    }
    let next = next.iter().filter(|_| !arguments.dry_run);
    next.for_each(|step| println!("  {step}"));
    Ok(())
}

/// What the clock says, or SOURCE_DATE_EPOCH where the same command is to write the same twice.
fn now() -> DateTime<Utc> {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let seconds = given.and_then(|seconds| seconds.parse().ok());
    let given = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    given.unwrap_or_else(Utc::now)
}

fn project() -> Result<Project, String> {
    let folder = std::env::current_dir().map_err(|error| error.to_string())?;
    Project::around(&folder).ok_or_else(|| format!("{} is in no project", folder.display()))
}
