//! `cargo quickstart`: generates a project and runs it, and updates projects to the template's current version.

mod quiet;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Result, anyhow, ensure};
use clap::{Parser, Subcommand};
use generator::update::Update;
use generator::{Answers, Checkout, cargo, enclosing_workspace, init_git};
use quiet::quietly;

/// Generates a project and runs it: `cargo dev`, or `npm run dev` with a web application.
#[derive(Parser)]
#[command(bin_name = "cargo quickstart", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Task>,
    #[command(flatten)]
    quickstart: Quickstart,
}

#[derive(clap::Args)]
struct Quickstart {
    /// The project's name.
    #[arg(default_value = "my-api")]
    name: String,
    /// The folder to create the project in; must be missing or empty [default: NAME beside this checkout].
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Generate the project but do not run it.
    #[arg(long)]
    no_run: bool,
    /// Set an option of the template (see docs/options.md); may be repeated.
    #[arg(short, long, value_name = "KEY=VALUE")]
    define: Vec<String>,
    /// Read options from the table `values` of a TOML file, such as another project's .template.toml.
    #[arg(long, value_name = "FILE")]
    values_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Task {
    /// Merge the template's changes since a project was made into the project (see docs/updating.md).
    Update {
        /// The project's folder.
        dir: PathBuf,
        /// Change nothing: list what an update would do, and exit with 1 if the project is behind.
        #[arg(long)]
        check: bool,
        /// The tag or commit that the project was made from, if its .template.toml does not say.
        #[arg(long, value_name = "REVISION")]
        from: Option<String>,
        /// Set a new option, or change an old one; may be repeated.
        #[arg(short, long, value_name = "KEY=VALUE")]
        define: Vec<String>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let checkout = Checkout::at(checkout_root());
    let done = match arguments.command {
        None => quickstart(&checkout, arguments.quickstart),
        Some(Task::Update {
            dir,
            check,
            from,
            define,
        }) => update(&checkout, &dir, check, from.as_deref(), &define),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn quickstart(checkout: &Checkout, arguments: Quickstart) -> Result<ExitCode> {
    let root = checkout_root();
    let beside = || root.parent().unwrap_or(&root).join(&arguments.name);
    let dir = arguments.path.clone().unwrap_or_else(beside);
    let answers = Answers {
        name: arguments.name,
        values: arguments.define,
        values_file: arguments.values_file,
    };
    quietly(|| checkout.generate(&answers, &dir))?;
    init_git(&dir);
    eprintln!("Created {} in {}", answers.name, dir.display());
    if let Some((manifest, exclude)) = enclosing_workspace(&dir) {
        eprintln!(
            "It is a workspace of its own: if `members` in {} match it, add {exclude} to [workspace] there",
            manifest.display()
        );
    }
    // A project with a web application starts it together with the API.
    let has_web = dir.join("web").is_dir();
    let (first, program) = if has_web {
        ("npm ci && ", "npm run dev")
    } else {
        ("", "cargo dev")
    };
    if lacks_server(&dir)? {
        eprintln!("It needs a PostgreSQL server, which DATABASE_URL does not name");
        let server = "DATABASE_URL=postgres://user@host/database";
        eprintln!("Next: cd {} && {first}{server} {program}", dir.display());
        return Ok(ExitCode::SUCCESS);
    }
    let next = format!("{first}{program}");
    if arguments.no_run {
        eprintln!("Next: cd {} && {next}", dir.display());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("Running `{next}` there; the first build takes minutes");
    if !has_web {
        return run(cargo(&dir).arg("dev"));
    }
    let installed = npm(&dir).arg("ci").status();
    let installed = installed.map_err(|error| anyhow!("cannot run npm: {error}"))?;
    ensure!(installed.success(), "npm ci failed in {}", dir.display());
    run(npm(&dir).args(["run", "dev"]))
}

/// Whether the project runs on PostgreSQL alone, and nobody has said where that is.
fn lacks_server(dir: &Path) -> Result<bool> {
    let record: toml::Table = fs::read_to_string(dir.join(".template.toml"))?.parse()?;
    let database = record
        .get("values")
        .and_then(|values| values.get("database"));
    let on_postgres_alone = database.and_then(toml::Value::as_str) == Some("postgres");
    Ok(on_postgres_alone && env::var_os("DATABASE_URL").is_none())
}

/// npm, with the environment that cargo gets.
fn npm(dir: &Path) -> Command {
    let cargo = cargo(dir);
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    for (name, value) in cargo.get_envs() {
        match value {
            Some(value) => npm.env(name, value),
            None => npm.env_remove(name),
        };
    }
    npm.current_dir(dir);
    npm
}

fn update(
    checkout: &Checkout,
    dir: &Path,
    check: bool,
    from: Option<&str>,
    values: &[String],
) -> Result<ExitCode> {
    eprintln!("Comparing the two versions of the template");
    let update = quietly(|| Update::plan(checkout, dir, from, values))?;
    let (old, new) = update.versions();
    if !update.is_due()? {
        println!("{} is up to date with {new}", dir.display());
        return Ok(ExitCode::SUCCESS);
    }
    if check {
        println!(
            "{} is behind: made from {old}, the template is at {new}",
            dir.display()
        );
    } else {
        update.apply()?;
        if old == new {
            println!("{}: {new} with other answers", dir.display());
        } else {
            println!("{}: from {old} to {new}", dir.display());
        }
    }
    let mut conflicts = 0;
    for (path, change) in update.changes() {
        println!("  {path}: {change}");
        conflicts += usize::from(change.is_conflict());
    }
    if check {
        return Ok(ExitCode::FAILURE);
    }
    println!(
        "Nothing is committed. The template's CHANGELOG.md says what else to do for each version."
    );
    if conflicts > 0 {
        println!("{conflicts} in conflict: resolve them (git status lists them), then run git add");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Cargo sets the variable at run time; a binary that is started by hand knows only where it was built.
fn checkout_root() -> PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR");
    root.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).into(), Into::into)
}

/// Replaces this process by the command, so that Ctrl-C and the exit status are the command's.
#[cfg(unix)]
fn run(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(anyhow!(
        "cannot run {}: {error}",
        command.get_program().display()
    ))
}

#[cfg(not(unix))]
fn run(command: &mut Command) -> Result<ExitCode> {
    let status = command.status();
    let status = status
        .map_err(|error| anyhow!("cannot run {}: {error}", command.get_program().display()))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
