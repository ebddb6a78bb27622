//! The command line.

use std::ffi::OsString;

use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

use crate::{commands::Guard, names::Word, wish::Wish};

/// How the command is used.
pub const HELP: &str = "\
Writes new code into the project, wires it and formats it. Nothing is overwritten.

cargo scaffold resource NAME FIELD... [--plural NAME] [--public-read] [--admin]
    A resource: its migration, model, queries, routes, documentation and tests.
    NAME is the singular, such as line_item; --plural gives a plural that is irregular.
    --public-read   everybody may list and read the rows
    --admin         the rows have no owner; administrators write them below /api/admin

    FIELD is name:type with a mark. In a shell a type with parentheses needs quotes:
        cargo scaffold resource note title:string! body:text 'priority:enum(low,high)'
    string, text               one line of at most 200 characters; at most 10,000 characters
    bool, datetime
    int, 'int(1..5)'           a whole number of 32 bits, or in a range
    'decimal(12,2)'            an exact number: 12 digits in all (at most 18), 2 behind the point
    'enum(low,high)'           one of these words
    'references(task)'         a row of another resource, of the same owner
    The mark ! = it has to be sent, and text may not be blank; ? = it may be null. Without a mark
    what is not sent is \"\", false, the number nearest to 0 or the first word; a datetime and a
    reference have to be sent.

cargo scaffold remove NAME
    Takes a resource away again, if nobody has changed its files.

cargo scaffold migration NAME
    A migration without statements.

cargo scaffold guard NAME
    A role such as editor or a permission such as notes:delete, for guards, with a test.

With --dry-run nothing is written.
";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// What is to be done.
    pub command: Command,
    /// Whether it is only said.
    pub dry_run: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// To say how the command is used.
    Help,
    /// A resource.
    Resource(Wish),
    /// Take a resource away.
    Remove(Word),
    /// A migration.
    Migration(Word),
    /// A role or permission.
    Guard(Guard),
}

/// All that may be on a command line, as it stands there.
#[derive(Default)]
struct Given {
    values: Vec<String>,
    plural: Option<String>,
    public_read: bool,
    admin: bool,
    dry_run: bool,
    help: bool,
}

impl Arguments {
    /// Reads the words after `cargo scaffold`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let given = Given::parse(words).map_err(|error| error.to_string())?;
        let dry_run = given.dry_run;
        let command = given.command()?;
        Ok(Self { command, dry_run })
    }
}

impl Wish {
    /// Reads the words after `cargo scaffold resource`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let given = Given::parse(words).map_err(|error| error.to_string())?;
        given.wish()
    }
}

impl Given {
    fn parse(words: impl IntoIterator<Item: Into<OsString>>) -> Result<Self, lexopt::Error> {
        let mut given = Self::default();
        let mut parser = Parser::from_args(words);
        while let Some(argument) = parser.next()? {
            match argument {
                Value(value) => given.values.push(value.string()?),
                Long("plural") => given.plural = Some(parser.value()?.string()?),
                Long("public-read") => given.public_read = true,
                Long("admin") => given.admin = true,
                Long("dry-run") => given.dry_run = true,
                Long("help") | Short('h') => given.help = true,
                other => return Err(other.unexpected()),
            }
        }
        Ok(given)
    }

    fn command(mut self) -> Result<Command, String> {
        if self.help || self.values.is_empty() {
            return Ok(Command::Help);
        }
        let command = self.values.remove(0);
        if command == "resource" {
            return self.wish().map(Command::Resource);
        }
        if self.plural.is_some() || self.public_read || self.admin {
            return Err(format!(
                "--plural, --public-read and --admin are not for {command}"
            ));
        }
        let name = match &self.values[..] {
            [name] => name,
            _ => return Err(format!("cargo scaffold {command} takes one name")),
        };
        match command.as_str() {
            "remove" => Ok(Command::Remove(name.parse()?)),
            "migration" => Ok(Command::Migration(name.parse()?)),
            "guard" => Ok(Command::Guard(name.parse()?)),
            _ => Err(format!("there is no command \"{command}\"")),
        }
    }

    fn wish(self) -> Result<Wish, String> {
        let mut values = self.values.into_iter();
        Ok(Wish {
            name: values.next().ok_or("a resource needs a name")?,
            fields: values.collect(),
            plural: self.plural,
            public_read: self.public_read,
            admin: self.admin,
        })
    }
}
