//! Edits of existing files, at places that are found by syntax: everything else stays as it is,
//! byte for byte.

mod calls;
mod lists;
mod modules;
#[cfg(test)]
mod tests;
mod text;

use std::{path::PathBuf, str::FromStr};

use syn::spanned::Spanned;

use self::text::Splice;

/// An edit of the file with this path below the project's folder.
#[derive(Debug)]
pub struct FileEdit {
    pub file: PathBuf,
    pub edit: Edit,
}

/// What is added to a file.
#[derive(Debug)]
pub enum Edit {
    /// `mod notes;` or `pub mod notes;`, in alphabetical order.
    Module { public: bool, name: String },
    /// `use crate::entities::note;` or `pub use note::NoteId;`, joined with what is used from
    /// there already.
    Use {
        public: bool,
        path: String,
        name: String,
    },
    /// `fn user_routes: .configure(notes::configure)`: a call at the end of the chain of calls on the
    /// first parameter of a function or method. An empty function gets a chain.
    Call { function: String, call: String },
    /// `const LIST last: element`: an element of a list.
    Element {
        list: List,
        place: Place,
        element: String,
    },
}

/// A list of a file, by its name.
#[derive(Debug)]
pub enum List {
    /// `fn`: the `vec![]` or array that a function or method returns.
    Function(String),
    /// `const`: the array of a constant or static; a length in its type is kept right.
    Constant(String),
    /// `name!`: the arguments of a macro that is called once, separated by commas or semicolons.
    /// One call outside of functions goes before those inside.
    Macro(String),
}

/// Where in a list an element goes; `sorted` is last in a list that is not sorted.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    First,
    Last,
    Sorted,
}

impl FromStr for Edit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || format!("`{text}` is not an edit");
        if let Some(code) = text.strip_suffix(';') {
            let public = code.starts_with("pub ");
            let (keyword, path) = code
                .trim_start_matches("pub ")
                .split_once(' ')
                .ok_or_else(error)?;
            return match (keyword, path.rsplit_once("::")) {
                ("mod", None) => Ok(Self::Module {
                    public,
                    name: path.to_owned(),
                }),
                ("use", Some((path, name))) => {
                    let (path, name) = (path.to_owned(), name.to_owned());
                    Ok(Self::Use { public, path, name })
                }
                _ => Err(error()),
            };
        }
        let (place, added) = text.split_once(": ").ok_or_else(error)?;
        let added = added.to_owned();
        let (list, place) = match place.split([' ', '!']).collect::<Vec<_>>()[..] {
            ["fn", function] => {
                let function = function.to_owned();
                return Ok(Self::Call {
                    function,
                    call: added,
                });
            }
            ["fn", name, place] => (List::Function(name.to_owned()), place),
            ["const", name, place] => (List::Constant(name.to_owned()), place),
            [name, "", place] => (List::Macro(name.to_owned()), place),
            _ => return Err(error()),
        };
        let place = match place {
            "first" => Place::First,
            "last" => Place::Last,
            "sorted" => Place::Sorted,
            _ => return Err(error()),
        };
        Ok(Self::Element {
            list,
            place,
            element: added,
        })
    }
}

impl FileEdit {
    /// Reads edits, each a line such as `src/entities/mod.rs: pub mod note;`. A line that starts
    /// with a space continues the one before.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        let text = text.replace("\n ", "\0 ");
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let edits = lines.map(|line| {
            let line = line.replace('\0', "\n");
            let error = || format!("`{line}` has no file");
            let (file, edit) = line.split_once(": ").ok_or_else(error)?;
            let (file, edit) = (file.into(), edit.parse()?);
            Ok(Self { file, edit })
        });
        edits.collect()
    }

    /// The file's text after the edit, or why it cannot be made.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        self.change(text, |file| match &self.edit {
            Edit::Module { public, name } => modules::add(text, file, *public, name),
            Edit::Use { public, path, name } => modules::add_use(text, file, *public, path, name),
            Edit::Call { function, call } => calls::add(text, file, function, call),
            Edit::Element {
                list,
                place,
                element,
            } => lists::add(text, file, list, *place, element),
        })
    }

    /// The file's text before the edit, or why it cannot be undone.
    pub fn undo(&self, text: &str) -> Result<String, String> {
        self.change(text, |file| match &self.edit {
            Edit::Module { name, .. } => modules::remove(text, file, name),
            Edit::Use { public, path, name } => {
                modules::remove_use(text, file, *public, path, name)
            }
            Edit::Call { function, call } => calls::remove(text, file, function, call),
            Edit::Element { list, element, .. } => lists::remove(text, file, list, element),
        })
    }

    fn change(
        &self,
        text: &str,
        splices: impl FnOnce(&syn::File) -> Result<Vec<Splice>, EditError>,
    ) -> Result<String, String> {
        let changed = parse(text).and_then(|file| {
            let changed = text::apply(text, splices(&file)?);
            parse(&changed).map(|_| changed)
        });
        changed.map_err(|EditError { line, message }| {
            let line = line.map_or(String::new(), |line| format!(":{line}"));
            format!("{}{line}: {message}", self.file.display())
        })
    }
}

/// Why an edit cannot be made, and the line to change.
struct EditError {
    line: Option<usize>,
    message: String,
}

impl EditError {
    fn new(message: String) -> Self {
        let line = None;
        Self { line, message }
    }

    fn at(place: &impl Spanned, message: String) -> Self {
        let line = Some(place.span().start().line);
        Self { line, message }
    }
}

impl From<syn::Error> for EditError {
    fn from(error: syn::Error) -> Self {
        Self::at(&error.span(), error.to_string())
    }
}

fn parse(text: &str) -> Result<syn::File, EditError> {
    // syn skips both, and its positions would be wrong.
    if text.starts_with('\u{feff}') || (text.starts_with("#!") && !text.starts_with("#![")) {
        let message = "begins with a byte order mark or a #! line: remove it";
        return Err(EditError::new(message.to_owned()));
    }
    Ok(syn::parse_file(text)?)
}

/// The signature and the body of the function or method of this name.
fn function<'a>(file: &'a syn::File, name: &str) -> Option<(&'a syn::Signature, &'a syn::Block)> {
    let functions = file.items.iter().flat_map(|item| -> Vec<_> {
        match item {
            syn::Item::Fn(item) => vec![(&item.sig, &*item.block)],
            syn::Item::Impl(item) => {
                let methods = item.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(method) => Some((&method.sig, &method.block)),
                    _ => None,
                });
                methods.collect()
            }
            _ => Vec::new(),
        }
    });
    functions
        .into_iter()
        .find(|(signature, _)| signature.ident == name)
}
