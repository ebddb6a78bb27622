//! `verify-token` and `doctor`, as operators run them.

mod doctor;
mod doctor_database;
mod doctor_postgres;
mod verify_token;

use crate::support::run;

/// Runs a command; returns the exit status and what it wrote to standard output and error.
fn call(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let output = run(arguments, environment);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}
