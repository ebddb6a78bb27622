//! Formatting, as `cargo fmt` does it, of one file.

use std::{
    io::{self, Write},
    path::Path,
    process::{Command, Stdio},
};

/// The text as rustfmt has it, by the rustfmt.toml that holds in this folder.
///
/// # Errors
/// When rustfmt is missing or cannot read it.
pub fn format(text: &str, folder: &Path) -> Result<String, String> {
    let output = run(text, folder)
        .map_err(|error| format!("rustfmt does not run ({error}): rustup component add rustfmt"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

fn run(text: &str, folder: &Path) -> io::Result<std::process::Output> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--quiet"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut input = rustfmt.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let text = text.to_owned();
    // It may answer before it has read everything.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = rustfmt.wait_with_output()?;
    let _ = writer.join();
    Ok(output)
}
