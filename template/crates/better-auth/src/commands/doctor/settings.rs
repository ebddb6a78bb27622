use database::{DatabaseSettings, export::Export};

use crate::config::BetterAuthSettings;

/// The settings that `doctor` checks.
pub struct DoctorSettings {
    /// The settings of Better Auth.
    pub better_auth: BetterAuthSettings,
    /// The settings of the database.
    pub database: DatabaseSettings,
    /// CORS_ALLOWED_ORIGINS: the pages that may call the API.
    pub allowed_origins: Vec<String>,
    /// The application's tables whose rows belong to users.
    pub tables: &'static [&'static dyn Export],
}
