//! Changes to files that are there already, at places that are found by syntax.

use std::path::PathBuf;

/// A change to a file of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wiring {
    /// Below the project's folder.
    pub file: PathBuf,
    /// What is added.
    pub edit: Edit,
}

/// What is added to a file. In a list that is sorted it gets the place that the order says, else
/// the last one.
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
    /// `.configure(notes::configure)` at the end of the one chain of calls that is the body of a
    /// function; on the function's first parameter where the body is empty.
    Call {
        /// The function, at the top of the file.
        function: String,
        /// With its dot.
        call: String,
    },
    /// An element of a list. It names what it needs by paths that are in scope: nothing is imported.
    Element {
        /// Where the list is.
        list: List,
        /// Without a comma.
        element: String,
    },
}

/// Where a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// The `vec![]` or array that is what a function, or a method of an `impl`, answers.
    Function(String),
    /// The array of a constant or static; its type is a slice, for an array's has the length in it.
    Constant(String),
    /// The arguments of a macro that is called by this name in the file, once.
    Macro(String),
}
