//! Better Auth's tables in the database: creates them, adopts those that Better Auth created, and
//! finds their names.

mod access;
mod adoption;
pub(crate) mod catalogue;
pub(crate) mod definitions;
mod discovery;
pub(crate) mod found;
mod inspection;
mod loading;
pub(crate) mod matching;
pub(crate) mod names;
mod obstacles;
mod overrides;
pub(crate) mod sign_up;
mod stored_values;
mod surroundings;

pub use adoption::{AdoptionError, create_or_adopt, delete_adoption_record, examine};
pub use inspection::{Inspection, inspect};
pub use loading::{TablesError, execute, load};
pub use names::{NamesConflict, use_overrides};
pub use overrides::NameOverrides;

/// The names of Better Auth's tables. Tables come before the tables that they reference.
#[must_use]
pub fn table_names() -> [&'static str; 5] {
    let mut names = definitions::TABLES.map(|table| table.name);
    names.reverse();
    names
}
