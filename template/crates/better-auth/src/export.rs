//! Everything about one user as one JSON document, written as it is read: it may be larger than
//! memory.

use std::io::{self, Write};

use sea_orm::DbErr;
use serde::Serialize;

use crate::{
    database::Database,
    error::AppError,
    repositories::{EXPORTED, export, users},
    types::UserUuid,
};

/// Why an export ends early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Nobody has this UUID; then nothing is written.
    #[error("no user has the UUID {0}")]
    Unknown(UserUuid),
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] AppError),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl From<DbErr> for ExportError {
    fn from(error: DbErr) -> Self {
        Self::Read(error.into())
    }
}

/// Writes the members `user`, `accounts` and `sessions`, and one for each table of users' rows, as
/// of one moment. Passwords and tokens are left out.
///
/// # Errors
/// [`ExportError`]; what was written before it is no whole document.
pub async fn export(
    owner: UserUuid,
    db: &Database,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    db.snapshot(async |moment| {
        let user = users::find(owner, moment).await?;
        let user = user.ok_or(ExportError::Unknown(owner))?;
        write!(out, "{{\n\"user\":")?;
        serde_json::to_writer(&mut *out, &user).map_err(io::Error::from)?;
        rows(out, "accounts", async |after| {
            export::accounts(&user, after, moment).await
        })
        .await?;
        rows(out, "sessions", async |after| {
            export::sessions(&user, after, moment).await
        })
        .await?;
        for table in EXPORTED {
            rows(out, table.name(), async |after| {
                table.page(owner, after, moment).await
            })
            .await?;
        }
        writeln!(out, "\n}}")?;
        Ok(())
    })
    .await
}

/// Writes a member with all rows, one a line. `page` reads those after a row.
async fn rows<T: Serialize>(
    out: &mut impl Write,
    name: &str,
    page: impl AsyncFn(Option<&T>) -> Result<Vec<T>, AppError>,
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
