//! `cargo quickstart`: from a checkout to a running backend, and later to the template's next version.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand};
use generator::update::Update;
use generator::{Answers, Checkout, cargo, init_git};

/// Generates a project and runs `cargo dev` in it.
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
    /// The project's own folder; missing or empty [default: NAME beside this checkout].
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Only generate.
    #[arg(long)]
    no_run: bool,
    /// An option of the template (docs/options.md lists them); may be repeated.
    #[arg(short, long, value_name = "KEY=VALUE")]
    define: Vec<String>,
    /// A TOML file with a table `values` of options, such as another project's .template.toml.
    #[arg(long, value_name = "FILE")]
    values_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Task {
    /// Merge what changed in the template since a project was made into the project (docs/updating.md).
    Update {
        /// The project's folder.
        dir: PathBuf,
        /// Change nothing; say what would be done, and exit with 1 if the project is behind.
        #[arg(long)]
        check: bool,
        /// The tag or commit that the project was made from, where it does not know itself.
        #[arg(long, value_name = "REVISION")]
        from: Option<String>,
        /// The answer to a new option, or a new one to an old option; may be repeated.
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
    // The cause of a refusal by the template is on the screen already: cargo-generate puts it there.
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
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
    checkout.generate(&answers, &dir)?;
    init_git(&dir);
    eprintln!("Created {} in {}", answers.name, dir.display());
    if arguments.no_run {
        eprintln!("Next: cd {} && cargo dev", dir.display());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("Running `cargo dev` there; the first build takes minutes");
    run(cargo(&dir).arg("dev"))
}

fn update(
    checkout: &Checkout,
    dir: &Path,
    check: bool,
    from: Option<&str>,
    values: &[String],
) -> Result<ExitCode> {
    let update = Update::plan(checkout, dir, from, values)?;
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
        println!("{}: from {old} to {new}", dir.display());
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
        "Nothing is committed. CHANGELOG.md of the template says what else a version asks of you."
    );
    if conflicts > 0 {
        println!("{conflicts} in conflict: mend them (git status lists them), then git add");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Cargo tells us at run time where the checkout is now; a binary started by hand only knows where it was built.
fn checkout_root() -> PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR");
    root.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).into(), Into::into)
}

/// Becomes the command, so that Ctrl-C and the exit status need nobody in between.
#[cfg(unix)]
fn run(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(anyhow!("cannot run cargo: {}", command.exec()))
}

#[cfg(not(unix))]
fn run(command: &mut Command) -> Result<ExitCode> {
    let status = command
        .status()
        .map_err(|error| anyhow!("cannot run cargo: {error}"))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
