//! The tables of Better Auth 1.7, with the same columns as its own migrations create, `uuid` and
//! `role` on `user`, and the columns of its plugins that the API reads.

use sea_orm_migration::sea_orm::DbBackend;

use crate::ids::NATIVE_IDS;

pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    /// The column with an index.
    index: Option<&'static str>,
}

pub(crate) struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    unique: bool,
    /// Whether the current time is the default, on PostgreSQL only.
    defaults_to_now: bool,
    /// Whether a plugin of Better Auth adds it: the API reads it where it exists, and never adds it.
    is_of_plugin: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The primary key.
    Id,
    /// A reference to `user.id`; the row is deleted with the user.
    User,
    Text,
    Boolean,
    Time,
    /// The target of the application's foreign keys.
    Uuid,
}

/// A table of Better Auth; the value is its index in [`TABLES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableId {
    User,
    Session,
    Account,
    Verification,
    Jwks,
}

impl TableId {
    pub const ALL: [Self; 5] = [
        Self::User,
        Self::Session,
        Self::Account,
        Self::Verification,
        Self::Jwks,
    ];

    pub fn table(self) -> &'static Table {
        &TABLES[self as usize]
    }
}

/// Tables come after the tables that they reference.
pub(crate) const TABLES: [Table; 5] = [
    Table {
        name: "user",
        columns: &[
            ID,
            text("name").required(),
            text("email").required().unique(),
            column("emailVerified", Kind::Boolean).required(),
            text("image"),
            time("createdAt").required().now(),
            time("updatedAt").required().now(),
            column("uuid", Kind::Uuid).required().unique(),
            text("role"),
            column("banned", Kind::Boolean).of_plugin(),
            time("banExpires").of_plugin(),
        ],
        index: None,
    },
    Table {
        name: "session",
        columns: &[
            ID,
            time("expiresAt").required(),
            text("token").required().unique(),
            time("createdAt").required().now(),
            time("updatedAt").required(),
            text("ipAddress"),
            text("userAgent"),
            column("userId", Kind::User).required(),
            text("activeOrganizationId").of_plugin(),
            text("impersonatedBy").of_plugin(),
        ],
        index: Some("userId"),
    },
    Table {
        name: "account",
        columns: &[
            ID,
            text("accountId").required(),
            text("providerId").required(),
            column("userId", Kind::User).required(),
            text("accessToken"),
            text("refreshToken"),
            text("idToken"),
            time("accessTokenExpiresAt"),
            time("refreshTokenExpiresAt"),
            text("scope"),
            text("password"),
            time("createdAt").required().now(),
            time("updatedAt").required(),
        ],
        index: Some("userId"),
    },
    Table {
        name: "verification",
        columns: &[
            ID,
            text("identifier").required(),
            text("value").required(),
            time("expiresAt").required(),
            time("createdAt").required().now(),
            time("updatedAt").required().now(),
        ],
        index: Some("identifier"),
    },
    Table {
        name: "jwks",
        columns: &[
            ID,
            text("publicKey").required(),
            text("privateKey").required(),
            time("createdAt").required(),
            time("expiresAt"),
            text("alg"),
            text("crv"),
        ],
        index: None,
    },
];

const ID: Column = column("id", Kind::Id).required().unique();

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        required: false,
        unique: false,
        defaults_to_now: false,
        is_of_plugin: false,
    }
}

const fn text(name: &'static str) -> Column {
    column(name, Kind::Text)
}

const fn time(name: &'static str) -> Column {
    column(name, Kind::Time)
}

impl Column {
    const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    const fn unique(self) -> Self {
        Self {
            unique: true,
            ..self
        }
    }

    const fn now(self) -> Self {
        Self {
            defaults_to_now: true,
            ..self
        }
    }

    const fn of_plugin(self) -> Self {
        Self {
            is_of_plugin: true,
            ..self
        }
    }

    /// Whether Better Auth itself requires it: `uuid` is the API's.
    pub fn is_required_by_better_auth(&self) -> bool {
        self.required && self.kind != Kind::Uuid
    }

    /// Whether Better Auth itself has it without any plugin.
    pub fn is_of_better_auth(&self) -> bool {
        !self.is_of_plugin && self.kind != Kind::Uuid && self.name != "role"
    }

    /// Whether the database generates it from `id`.
    pub fn is_generated(&self) -> bool {
        NATIVE_IDS && self.kind == Kind::Uuid
    }

    /// The type in SQL.
    pub fn sql_type(&self, engine: DbBackend) -> &'static str {
        match (engine, self.kind) {
            (DbBackend::Postgres, Kind::Id | Kind::User) if NATIVE_IDS => "uuid",
            (DbBackend::Postgres, Kind::Uuid) => "uuid",
            (DbBackend::Postgres, Kind::Boolean) => "boolean",
            (DbBackend::Postgres, Kind::Time) => "timestamptz",
            (_, Kind::Boolean) => "integer",
            (_, Kind::Time) => "date",
            (_, Kind::Id | Kind::User | Kind::Text | Kind::Uuid) => "text",
        }
    }

    /// The default value, as SQL.
    fn default(&self, engine: DbBackend) -> Option<&'static str> {
        match (engine, self.kind) {
            _ if self.is_generated() => None,
            (_, Kind::Uuid) => Some(random_uuid(engine)),
            (DbBackend::Postgres, Kind::Id) if NATIVE_IDS => Some(random_uuid(engine)),
            (DbBackend::Postgres, _) if self.defaults_to_now => Some("CURRENT_TIMESTAMP"),
            _ => None,
        }
    }

    /// Name, type and constraints, for `CREATE TABLE` and, on PostgreSQL, `ADD COLUMN`.
    pub fn definition(&self, engine: DbBackend) -> String {
        let mut sql = format!(r#""{}" {}"#, self.name, self.sql_type(engine));
        if self.required {
            sql += " NOT NULL";
        }
        if self.is_generated() {
            sql += " GENERATED ALWAYS AS (id) STORED";
        }
        if let Some(default) = self.default(engine) {
            sql += &format!(" DEFAULT {default}");
        }
        match self.kind {
            Kind::Id => sql += " PRIMARY KEY",
            Kind::User => sql += r#" REFERENCES "user" (id) ON DELETE CASCADE"#,
            _ if self.unique => sql += " UNIQUE",
            _ => {}
        }
        sql
    }
}

/// A random UUID of version 4 (RFC 9562, 5.4) in lower case, as an expression.
pub(crate) fn random_uuid(engine: DbBackend) -> &'static str {
    match engine {
        DbBackend::Postgres => "gen_random_uuid()",
        _ => SQLITE_UUID,
    }
}

const SQLITE_UUID: &str = "(
    lower(
        hex(randomblob(4)) || '-' || hex(randomblob(2))
        || '-4' || substr(hex(randomblob(2)), 2)
        || '-' || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)
        || '-' || hex(randomblob(6))
    )
)";

impl Table {
    /// The column with this name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The statements that create the table and its index.
    pub fn create(&self, engine: DbBackend) -> String {
        let columns: Vec<_> = self
            .columns
            .iter()
            .filter(|column| !column.is_of_plugin)
            .map(|column| column.definition(engine))
            .collect();
        let name = self.name;
        let table = format!(r#"CREATE TABLE "{name}" ({});"#, columns.join(", "));
        let index = self.index.map(|column| {
            format!(r#"CREATE INDEX "{name}_{column}_idx" ON "{name}" ("{column}");"#)
        });
        table + &index.unwrap_or_default()
    }
}
