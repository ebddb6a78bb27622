//! Exports everything that is stored about one user as a JSON document. Rows are written while
//! they are read, so the document may be larger than memory.

use std::io::{self, Write};

use database::{
    Database, Error, UserUuid,
    export::{Export, page},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;

use crate::{
    entities::{account, session},
    repositories::users,
    schema::{definitions::TableId, names},
};

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No user has this UUID. Nothing was written.
    #[error("no user has the UUID {0}")]
    Unknown(UserUuid),
    /// The database could not be read.
    #[error(transparent)]
    Read(#[from] Error),
    /// The document could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Writes the fields `user`, `accounts` and `sessions`, and one for each of `tables`, all read in
/// one snapshot of the database. Leaves out passwords and tokens, and accounts or sessions that
/// Better Auth keeps elsewhere.
///
/// # Errors
/// [`ExportError`]; then the document is incomplete.
pub async fn export(
    owner: UserUuid,
    tables: &'static [&'static dyn Export],
    db: &Database,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    db.snapshot(async |snapshot| {
        let user = users::find(owner, snapshot).await?;
        let user = user.ok_or(ExportError::Unknown(owner))?;
        write!(out, "{{\n\"user\":")?;
        serde_json::to_writer(&mut *out, &user).map_err(io::Error::from)?;
        if names::current().has(TableId::Account) {
            let owned = account::Entity::find().filter(account::Column::UserId.eq(user.id.clone()));
            write_rows(out, "accounts", async |after: Option<&account::Model>| {
                let after = after.map(|last| last.id.clone().into());
                let page = page(owned.clone(), account::Column::Id, after);
                Ok(page.all(snapshot).await?)
            })
            .await?;
        }
        if names::current().has(TableId::Session) {
            let owned = session::Entity::find().filter(session::Column::UserId.eq(user.id.clone()));
            write_rows(out, "sessions", async |after: Option<&session::Model>| {
                let after = after.map(|last| last.id.clone().into());
                let page = page(owned.clone(), session::Column::Id, after);
                Ok(page.all(snapshot).await?)
            })
            .await?;
        }
        for table in tables {
            write_rows(out, table.name(), async |after| {
                table.page(owner, after, snapshot).await
            })
            .await?;
        }
        writeln!(out, "\n}}")?;
        Ok(())
    })
    .await
}

/// Writes a field with a list of all rows, one per line. `page` reads the rows that follow the
/// given one.
async fn write_rows<T: Serialize>(
    out: &mut impl Write,
    name: &str,
    page: impl AsyncFn(Option<&T>) -> Result<Vec<T>, Error>,
) -> Result<(), ExportError> {
    write!(out, ",\n\"{name}\":[")?;
    let mut separator = "\n";
    let mut read = page(None).await?;
    while let Some(last) = read.last() {
        for row in &read {
            out.write_all(separator.as_bytes())?;
            serde_json::to_writer(&mut *out, row).map_err(io::Error::from)?;
            separator = ",\n";
        }
        read = page(Some(last)).await?;
    }
    write!(out, "]")?;
    Ok(())
}
