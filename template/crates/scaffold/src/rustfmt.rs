//! Formats one file as `cargo fmt` does.

use std::{
    io::{self, Write},
    path::Path,
    process::{Command, Stdio},
};

/// The formatted text. The rustfmt.toml of this folder counts.
pub fn format(text: &str, folder: &Path) -> Result<String, String> {
    let output = run(text, folder).map_err(|error| {
        format!("rustfmt cannot be run ({error}); install it with rustup component add rustfmt")
    })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
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
    // rustfmt may write before it has read everything.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = rustfmt.wait_with_output()?;
    let _ = writer.join();
    Ok(output)
}
