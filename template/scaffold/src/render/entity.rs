//! The model of a row.

use std::collections::BTreeSet;

use super::{
    Names,
    field::Column,
    template::{each, fill},
};
use crate::resource::{Resource, Writer};

const ENTITY: &str = r#"//! $Many.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::types::{$imports};

/// A row of `$plural`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "$plural")]
pub struct Model {
    /// A UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: $Id,
$owner$columns    /// Raised by each write.
    pub version: i32,
    /// When it was made.
    pub created_at: UtcDateTime,
    /// When it last changed.
    pub updated_at: UtcDateTime,
    /// When it was deleted; null = live.
    pub deleted_at: Option<UtcDateTime>,
}

/// What the database alone looks after.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

pub fn entity(resource: &Resource, names: &Names) -> String {
    let columns = Column::all(resource);
    let is_owned = resource.access.writer == Writer::Owner;
    let mut imports: BTreeSet<_> = columns.iter().map(Column::value_type).collect();
    imports.retain(|name| !["bool", "i32"].contains(&name.as_str()));
    imports.extend([resource.names.id_type(), "UtcDateTime".to_owned()]);
    imports.extend(is_owned.then(|| "UserUuid".to_owned()));
    let imports: Vec<_> = imports.into_iter().collect();
    let owner = "    /// Whose $words it is.\n    pub user_id: UserUuid,\n";
    let owner = match is_owned {
        true => names.fill(owner),
        false => String::new(),
    };
    let column = |column: &Column| {
        format!(
            "    /// {}\n    pub {}: {},\n",
            column.summary(),
            column.name(),
            column.column_type()
        )
    };
    let gaps = [
        ("imports", imports.join(", ")),
        ("owner", owner),
        ("columns", each(&columns, column)),
    ];
    names.fill(&fill(ENTITY, &gaps))
}
