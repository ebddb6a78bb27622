//! The tables of Better Auth 1.7, column for column as its own migrations make them, and on
//! `user` the columns `uuid` and `role` that are ours.

use sea_orm_migration::sea_orm::DbBackend;

/// Whether Better Auth makes its ids as UUIDs (`advanced.database.generateId: "uuid"`), so that
/// `user.uuid` is `user.id` once more instead of a second id.
pub const NATIVE_IDS: bool = cfg!(feature = "native-ids");

pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    /// The column that has an index of its own.
    pub index: Option<&'static str>,
}

pub(crate) struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub unique: bool,
    /// What adoption puts where a required value is missing.
    pub fill: Fill,
    /// On PostgreSQL the time of the insertion is the default; SQLite has no defaults.
    defaults_to_now: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The primary key.
    Id,
    /// A reference to `user.id`, whose rows go with the user.
    User,
    Text,
    Boolean,
    Time,
    /// The target of our own foreign keys.
    Uuid,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    Nothing,
    Now,
    False,
    /// A secret that nobody knows.
    Secret,
    Uuid,
}

/// Those that are referred to before those that refer to them.
pub(crate) const TABLES: [Table; 5] = [
    Table {
        name: "user",
        columns: &[
            ID,
            text("name").required(),
            text("email").required().unique(),
            Column {
                fill: Fill::False,
                ..column("emailVerified", Kind::Boolean).required()
            },
            text("image"),
            time("createdAt").required().now(),
            time("updatedAt").required().now(),
            Column {
                fill: Fill::Uuid,
                ..column("uuid", Kind::Uuid).required().unique()
            },
            text("role"),
        ],
        index: None,
    },
    Table {
        name: "session",
        columns: &[
            ID,
            time("expiresAt").required(),
            Column {
                fill: Fill::Secret,
                ..text("token").required().unique()
            },
            time("createdAt").required().now(),
            UPDATED_AT,
            text("ipAddress"),
            text("userAgent"),
            column("userId", Kind::User).required(),
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
            UPDATED_AT,
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
            Column {
                fill: Fill::Now,
                ..time("createdAt").required()
            },
            time("expiresAt"),
            text("alg"),
            text("crv"),
        ],
        index: None,
    },
];

const ID: Column = column("id", Kind::Id).required().unique();
const UPDATED_AT: Column = Column {
    fill: Fill::Now,
    ..time("updatedAt").required()
};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        required: false,
        unique: false,
        fill: Fill::Nothing,
        defaults_to_now: false,
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
            fill: Fill::Now,
            defaults_to_now: true,
            ..self
        }
    }

    /// Whether the database computes it from `id`.
    pub fn is_generated(&self) -> bool {
        NATIVE_IDS && self.kind == Kind::Uuid
    }

    /// The type, in the engine's words.
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

    /// What a row gets that is inserted without it.
    pub fn default(&self, engine: DbBackend) -> Option<&'static str> {
        match (engine, self.kind) {
            _ if self.is_generated() => None,
            (_, Kind::Uuid) => Fill::Uuid.sql(engine),
            (DbBackend::Postgres, Kind::Id) if NATIVE_IDS => Fill::Uuid.sql(engine),
            (DbBackend::Postgres, _) if self.defaults_to_now => Fill::Now.sql(engine),
            _ => None,
        }
    }

    /// Name, type and constraints, for `CREATE TABLE` and `ADD COLUMN`.
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
            Kind::User => sql += REFERENCES_USER,
            _ if self.unique => sql += " UNIQUE",
            _ => {}
        }
        sql
    }
}

pub(crate) const REFERENCES_USER: &str = r#" REFERENCES "user" (id) ON DELETE CASCADE"#;

impl Fill {
    /// As an expression.
    pub fn sql(self, engine: DbBackend) -> Option<&'static str> {
        match (self, engine) {
            (Self::Nothing, _) => None,
            (Self::Now, DbBackend::Postgres) => Some("CURRENT_TIMESTAMP"),
            (Self::Now, _) => Some("strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"),
            (Self::False, DbBackend::Postgres) => Some("false"),
            (Self::False, _) => Some("0"),
            (Self::Secret, DbBackend::Postgres) => {
                Some("replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')")
            }
            (Self::Secret, _) => Some("lower(hex(randomblob(32)))"),
            (Self::Uuid, DbBackend::Postgres) => Some("gen_random_uuid()"),
            (Self::Uuid, _) => Some(SQLITE_UUID),
        }
    }
}

/// A random UUID of version 4 (RFC 9562, 5.4) in lower case.
const SQLITE_UUID: &str = "(
    lower(
        hex(randomblob(4)) || '-' || hex(randomblob(2))
        || '-4' || substr(hex(randomblob(2)), 2)
        || '-' || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)
        || '-' || hex(randomblob(6))
    )
)";

impl Table {
    /// The statements that make the table and its index.
    pub fn create(&self, engine: DbBackend) -> String {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|column| column.definition(engine))
            .collect();
        let table = format!(r#"CREATE TABLE "{}" ({});"#, self.name, columns.join(", "));
        [Some(table), self.create_index()]
            .into_iter()
            .flatten()
            .collect()
    }

    pub fn create_index(&self) -> Option<String> {
        let (table, column) = (self.name, self.index?);
        Some(format!(
            r#"CREATE INDEX "{table}_{column}_idx" ON "{table}" ("{column}");"#
        ))
    }
}
