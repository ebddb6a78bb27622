//! `cargo quickstart`: from a checkout to a running backend.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Result, anyhow};
use clap::Parser;
use generator::{Checkout, cargo, init_git};

/// Generates a project and runs `cargo dev` in it.
#[derive(Parser)]
#[command(bin_name = "cargo quickstart")]
struct Arguments {
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
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The cause of a refusal by the template is on the screen already: cargo-generate puts it there.
    quickstart(&arguments).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn quickstart(arguments: &Arguments) -> Result<ExitCode> {
    let root = checkout_root();
    let beside = || root.parent().unwrap_or(&root).join(&arguments.name);
    let dir = arguments.path.clone().unwrap_or_else(beside);
    Checkout::at(&root).generate(&arguments.name, &arguments.define, &dir)?;
    init_git(&dir);
    eprintln!("Created {} in {}", arguments.name, dir.display());
    if arguments.no_run {
        eprintln!("Next: cd {} && cargo dev", dir.display());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("Running `cargo dev` there; the first build takes minutes");
    run(cargo(&dir).arg("dev"))
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
