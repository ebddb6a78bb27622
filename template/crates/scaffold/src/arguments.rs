//! The command line.

use std::ffi::OsString;

use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

use crate::{commands::Guard, names::Word, resource_args::ResourceArgs};

/// What `--help` prints.
pub const HELP: &str = include_str!("help.txt");

pub struct Arguments {
    pub command: Command,
    /// Whether to print the changes without making them.
    pub dry_run: bool,
}

/// A command with its arguments.
pub enum Command {
    Help,
    Resource(ResourceArgs),
    Remove(Word),
    Migration(Word),
    Guard(Guard),
}

impl Arguments {
    /// Reads the words after `cargo scaffold`.
    pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let words = Words::parse(words).map_err(|error| error.to_string())?;
        let dry_run = words.dry_run;
        let command = words.command()?;
        Ok(Self { command, dry_run })
    }
}

impl ResourceArgs {
    /// Reads the words after `cargo scaffold resource`.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let words = Words::parse(words).map_err(|error| error.to_string())?;
        words.resource_args()
    }
}

/// The words of a command line.
#[derive(Default)]
struct Words {
    values: Vec<String>,
    /// The options, which only `resource` has.
    options: ResourceArgs,
    dry_run: bool,
    help: bool,
}

impl Words {
    fn parse(all: impl IntoIterator<Item: Into<OsString>>) -> Result<Self, lexopt::Error> {
        let mut words = Self::default();
        let mut parser = Parser::from_args(all);
        while let Some(argument) = parser.next()? {
            match argument {
                Value(value) => words.values.push(value.string()?),
                Long("plural") => words.options.plural = Some(parser.value()?.string()?),
                Long("public-read") => words.options.public_read = true,
                Long("admin") => words.options.admin = true,
                Long("organization") => words.options.organization = true,
                Long("dry-run") => words.dry_run = true,
                Long("help") | Short('h') => words.help = true,
                other => return Err(other.unexpected()),
            }
        }
        Ok(words)
    }

    fn command(mut self) -> Result<Command, String> {
        if self.help || self.values.is_empty() {
            return Ok(Command::Help);
        }
        let command = self.values.remove(0);
        if command == "resource" {
            return self.resource_args().map(Command::Resource);
        }
        if self.options != ResourceArgs::default() {
            return Err(format!(
                "--plural, --public-read, --admin and --organization do not apply to {command}"
            ));
        }
        let [name] = &self.values[..] else {
            return Err(format!("cargo scaffold {command} takes one name"));
        };
        match command.as_str() {
            "remove" => Ok(Command::Remove(name.parse()?)),
            "migration" => Ok(Command::Migration(name.parse()?)),
            "guard" => Ok(Command::Guard(name.parse()?)),
            _ => Err(format!("there is no command \"{command}\"")),
        }
    }

    fn resource_args(self) -> Result<ResourceArgs, String> {
        let options = &self.options;
        if options.organization && (options.admin || options.public_read) {
            return Err("--organization goes with neither --admin nor --public-read".to_owned());
        }
        let mut values = self.values.into_iter();
        Ok(ResourceArgs {
            name: values.next().ok_or("a resource needs a name")?,
            fields: values.collect(),
            ..self.options
        })
    }
}
