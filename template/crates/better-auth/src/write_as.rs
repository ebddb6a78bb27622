use database::{Constraint, Database, UserUuid};
use rest::{AppError, Code};
use sea_orm::{DatabaseConnection, DatabaseTransaction};

use crate::repositories::users;

/// Writes to rows of a user. If a row is missing, a look-up finds out whether it is the user's row
/// in `user`.
pub trait WriteAs {
    /// [`Database::write`] for rows of `owner`.
    ///
    /// # Errors
    /// `user_unknown` when the owner's row is gone; `not_found` when `work` refers to another row
    /// that is gone; otherwise errors of [`Database::write`].
    fn write_as<T>(
        &self,
        owner: UserUuid,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, AppError>,
    ) -> impl Future<Output = Result<T, AppError>>;

    /// [`Database::write_once`] for rows of `owner`.
    ///
    /// # Errors
    /// Errors of [`WriteAs::write_as`].
    fn write_once_as<T>(
        &self,
        owner: UserUuid,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, AppError>,
    ) -> impl Future<Output = Result<T, AppError>>;
}

impl WriteAs for Database {
    async fn write_as<T>(
        &self,
        owner: UserUuid,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        explain(owner, self.write(work).await, self).await
    }

    async fn write_once_as<T>(
        &self,
        owner: UserUuid,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        explain(owner, self.write_once(work).await, self).await
    }
}

/// Turns the error of a missing row into `user_unknown` or `not_found`.
async fn explain<T>(
    owner: UserUuid,
    outcome: Result<T, AppError>,
    db: &Database,
) -> Result<T, AppError> {
    let error = match outcome {
        Err(error) if may_be_missing_row(&error) => error,
        outcome => return outcome,
    };
    let code = match users::find(owner, db.read()).await? {
        None => Code::USER_UNKNOWN,
        Some(_) if error.constraint().is_some() => Code::NOT_FOUND,
        Some(_) => return Err(error),
    };
    Err(AppError::new(code).with_source(error))
}

fn may_be_missing_row(error: &AppError) -> bool {
    [Code::NOT_FOUND, Code::VALIDATION_FAILED].contains(&error.code())
        || error.constraint() == Some(Constraint::ForeignKey)
}
