use std::io::{self, Write};

use app::routes;
use better_auth::commands::Failure;
use clap::Args;
use rest::openapi::RouteList;

#[derive(Args)]
pub struct Arguments {
    /// As JSON: a list of objects with method, path, guard and scopes
    #[arg(long)]
    json: bool,
}

/// Prints every route, and who may call it.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let routes = routes::list();
    let mut out = io::stdout();
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&routes)?)?;
    } else {
        write!(out, "{}", RouteList(&routes))?;
    }
    Ok(())
}
