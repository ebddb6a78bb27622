//! Changes to files that are there already, at places that are found by syntax: everything else
//! stays as it is, byte for byte.

mod calls;
mod lists;
mod modules;
mod text;

use std::{fmt, path::PathBuf};

use syn::spanned::Spanned;

use self::text::Splice;

/// A change to a file of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wiring {
    /// Below the project's folder.
    pub file: PathBuf,
    /// What is added.
    pub edit: Edit,
}

/// What is added to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// `mod notes;` or `pub mod notes;` beside the others.
    Module {
        /// Whether it is `pub`.
        public: bool,
        /// The module.
        name: String,
    },
    /// `pub use note::{NoteId, Priority};` beside the others.
    Reexport {
        /// The module that has the names.
        module: String,
        /// At least one.
        names: Vec<String>,
    },
    /// `use crate::entities::note;`, in the braces of what is imported from there already.
    Import {
        /// `crate::entities`.
        path: String,
        /// `note`.
        name: String,
    },
    /// `.configure(notes::configure)` at the end of the chain of calls on a function's first
    /// parameter; a function whose body is empty gets one.
    Call {
        /// The function, at the top of the file or in an `impl`.
        function: String,
        /// With its dot.
        call: String,
    },
    /// An element of a list.
    Element {
        /// Where the list is.
        list: List,
        /// Where in the list.
        place: Place,
        /// Without a separator.
        element: String,
    },
}

/// Where a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// The `vec![]` or array that is what a function, or a method of an `impl`, answers.
    Function(String),
    /// The array of a constant or static; a length in its type is kept right.
    Constant(String),
    /// The arguments of a macro that is called by this name in the file, once outside of functions
    /// or else once in all; they are separated by commas or semicolons.
    Macro(String),
}

/// Where in a list an element goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// In alphabetical order, if the others are; else after them.
    Sorted,
}

/// Why a file cannot be wired, and what to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    file: PathBuf,
    line: Option<usize>,
    what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// What an edit finds wrong, and where.
struct Trouble {
    line: Option<usize>,
    what: String,
}

impl Trouble {
    fn new(what: String) -> Self {
        Self { line: None, what }
    }

    fn at(place: &impl Spanned, what: String) -> Self {
        let line = Some(place.span().start().line);
        Self { line, what }
    }
}

impl From<syn::Error> for Trouble {
    fn from(error: syn::Error) -> Self {
        Self {
            line: Some(error.span().start().line),
            what: error.to_string(),
        }
    }
}

impl Wiring {
    /// The file's text with the edit made.
    ///
    /// # Errors
    /// When the file is no Rust, the place is not found, or the edit is there already.
    pub fn add(&self, text: &str) -> Result<String, Fault> {
        match &self.edit {
            Edit::Module { public, name } => {
                self.change(text, |file| modules::declare(text, file, *public, name))
            }
            Edit::Reexport { module, names } => self.one_by_one(text, names, |text, file, name| {
                modules::export(text, file, module, name)
            }),
            Edit::Import { path, name } => {
                self.change(text, |file| modules::import(text, file, path, name))
            }
            Edit::Call { function, call } => {
                self.change(text, |file| calls::add(text, file, function, call))
            }
            Edit::Element {
                list,
                place,
                element,
            } => self.change(text, |file| lists::add(text, file, list, *place, element)),
        }
    }

    /// The file's text with the edit taken back.
    ///
    /// # Errors
    /// When the file is no Rust or the edit is not in it.
    pub fn take_away(&self, text: &str) -> Result<String, Fault> {
        match &self.edit {
            Edit::Module { name, .. } => {
                self.change(text, |file| modules::undeclare(text, file, name))
            }
            Edit::Reexport { module, names } => self.one_by_one(text, names, |text, file, name| {
                modules::withhold(text, file, module, name)
            }),
            Edit::Import { path, name } => {
                self.change(text, |file| modules::forget(text, file, path, name))
            }
            Edit::Call { function, call } => {
                self.change(text, |file| calls::take_away(text, file, function, call))
            }
            Edit::Element { list, element, .. } => {
                self.change(text, |file| lists::take_away(text, file, list, element))
            }
        }
    }

    fn one_by_one(
        &self,
        text: &str,
        names: &[String],
        splices: impl Fn(&str, &syn::File, &str) -> Result<Vec<Splice>, Trouble>,
    ) -> Result<String, Fault> {
        names.iter().try_fold(text.to_owned(), |text, name| {
            self.change(&text, |file| splices(&text, file, name))
        })
    }

    fn change(
        &self,
        text: &str,
        splices: impl FnOnce(&syn::File) -> Result<Vec<Splice>, Trouble>,
    ) -> Result<String, Fault> {
        let changed = parse(text).and_then(|file| {
            let changed = text::apply(text, splices(&file)?);
            parse(&changed).map(|_| changed)
        });
        changed.map_err(|Trouble { line, what }| Fault {
            file: self.file.clone(),
            line,
            what,
        })
    }
}

fn parse(text: &str) -> Result<syn::File, Trouble> {
    // syn passes over both, and its positions would be wrong.
    if text.starts_with('\u{feff}') || (text.starts_with("#!") && !text.starts_with("#![")) {
        return Err(Trouble::new(
            "begins with a byte order mark or a #! line; take it away".to_owned(),
        ));
    }
    Ok(syn::parse_file(text)?)
}

/// The signature and the body of the function or method of this name.
fn function<'a>(file: &'a syn::File, name: &str) -> Option<(&'a syn::Signature, &'a syn::Block)> {
    let methods = |item: &'a syn::ItemImpl| {
        item.items.iter().filter_map(|item| match item {
            syn::ImplItem::Fn(method) => Some((&method.sig, &method.block)),
            _ => None,
        })
    };
    let functions = file.items.iter().flat_map(|item| -> Vec<_> {
        match item {
            syn::Item::Fn(item) => vec![(&item.sig, &*item.block)],
            syn::Item::Impl(item) => methods(item).collect(),
            _ => Vec::new(),
        }
    });
    functions
        .into_iter()
        .find(|(signature, _)| signature.ident == name)
}
