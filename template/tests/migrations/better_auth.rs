//! Databases as Better Auth makes and fills them.

use better_auth::NATIVE_IDS;

use crate::test_database::TestDatabase;

/// Ids of users; with native ids, their UUIDs too.
pub const ADA: &str = "11111111-1111-4111-8111-111111111111";
pub const BOB: &str = "22222222-2222-4222-8222-222222222222";
/// A time as Better Auth writes it.
pub const NOW: &str = "2026-11-21T12:00:00.000Z";

/// How Better Auth is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// As our documentation shows it.
    Shown,
    /// Without additional fields.
    Plain,
    /// With the plugins admin and organization.
    Plugins,
    /// As documented, its tables made by Prisma.
    Prisma,
}

impl Variant {
    pub const ALL: [Self; 4] = [Self::Shown, Self::Plain, Self::Plugins, Self::Prisma];

    /// The statements that make the tables.
    pub fn tables(self, database: &TestDatabase) -> String {
        let shown = match (database.is_sqlite(), NATIVE_IDS) {
            (true, false) => include_str!("better_auth/sqlite.sql"),
            (false, false) => include_str!("better_auth/postgres.sql"),
            (true, true) => include_str!("better_auth/sqlite_native.sql"),
            (false, true) => include_str!("better_auth/postgres_native.sql"),
        };
        match self {
            Self::Shown => shown.to_owned(),
            Self::Plain => shown
                .replace(r#", "uuid" text not null unique"#, "")
                .replace(r#", "role" text"#, ""),
            Self::Plugins => match (database.is_sqlite(), NATIVE_IDS) {
                (true, false) => include_str!("better_auth/sqlite_plugins.sql").to_owned(),
                (false, false) => include_str!("better_auth/postgres_plugins.sql").to_owned(),
                (true, true) => include_str!("better_auth/sqlite_plugins.sql")
                    .replace(r#", "uuid" text not null unique"#, ""),
                (false, true) => include_str!("better_auth/postgres_native_plugins.sql").to_owned(),
            },
            Self::Prisma => match (database.is_sqlite(), NATIVE_IDS) {
                (true, false) => include_str!("better_auth/sqlite_prisma.sql").to_owned(),
                (false, false) => include_str!("better_auth/postgres_prisma.sql").to_owned(),
                (true, true) => include_str!("better_auth/sqlite_prisma_native.sql").to_owned(),
                (false, true) => include_str!("better_auth/postgres_prisma_native.sql").to_owned(),
            },
        }
    }

    /// Two users, each with a session and an account, and rows in all other tables of the variant.
    pub fn rows(self) -> String {
        let mut rows: String = [(ADA, "3"), (BOB, "4")]
            .into_iter()
            .map(|(user, digit)| {
                let id = format!("00000000-0000-4000-8000-00000000000{digit}");
                let uuid = match self {
                    Self::Plain => None,
                    _ if NATIVE_IDS => None,
                    _ => Some(format!("{digit}1111111-1111-4111-8111-111111111111")),
                };
                format!(
                    r#"{};
                    INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
                        VALUES ('{id}', '{NOW}', 'token {digit}', '{NOW}', '{NOW}', '{user}');
                    INSERT INTO account (id, "accountId", "providerId", "userId", password,
                            "createdAt", "updatedAt")
                        VALUES ('{id}', '{user}', 'credential', '{user}', 'hash', '{NOW}', '{NOW}');"#,
                    insert_user(user, uuid.as_deref())
                )
            })
            .collect();
        rows += &format!(
            r#"INSERT INTO jwks (id, "publicKey", "privateKey", "createdAt", alg, crv)
                VALUES ('{ADA}', '{{}}', 'secret', '{NOW}', 'EdDSA', 'Ed25519');
            INSERT INTO verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
                VALUES ('{ADA}', 'ada@example.com', 'code', '{NOW}', '{NOW}', '{NOW}');"#
        );
        if self == Self::Plugins {
            rows += &format!(
                r#"UPDATE "user" SET role = 'admin,editor', banned = true, "banReason" = 'spam';
                INSERT INTO organization (id, name, slug, "createdAt")
                    VALUES ('{ADA}', 'Acme', 'acme', '{NOW}');
                INSERT INTO member (id, "organizationId", "userId", role, "createdAt")
                    VALUES ('{ADA}', '{ADA}', '{BOB}', 'owner', '{NOW}');
                UPDATE session SET "activeOrganizationId" = '{ADA}', "impersonatedBy" = '{BOB}';"#
            );
        }
        rows
    }
}

/// Inserts a user whose UUID is their id.
pub fn user(id: &str) -> String {
    insert_user(id, (!NATIVE_IDS).then_some(id))
}

fn insert_user(id: &str, uuid: Option<&str>) -> String {
    let (column, value) = match uuid {
        Some(uuid) => (", uuid", format!(", '{uuid}'")),
        None => ("", String::new()),
    };
    format!(
        r#"INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt"{column})
        VALUES ('{id}', 'Ada', '{id}@example.com', true, '{NOW}', '{NOW}'{value})"#
    )
}

/// The same statements with other names: each word of `sql` that `rename` knows is replaced.
pub fn renamed(sql: &str, rename: impl Fn(&str) -> Option<String>) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut renamed = String::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) {
            rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, others) = rest.split_at(end);
        renamed += &rename(word).unwrap_or_else(|| word.to_owned());
        rest = others;
    }
    renamed
}

const TABLES: [&str; 5] = ["user", "session", "account", "verification", "jwks"];

/// `emailVerified` as `email_verified`.
pub fn snake_case(word: &str) -> Option<String> {
    let is_camel = word.contains(char::is_uppercase)
        && word.starts_with(char::is_lowercase)
        && !word.contains('_');
    let letters = word.chars().map(|letter| {
        if letter.is_ascii_uppercase() {
            format!("_{}", letter.to_ascii_lowercase())
        } else {
            letter.to_string()
        }
    });
    is_camel.then(|| letters.collect())
}

/// `user` as `users`.
pub fn plural(word: &str) -> Option<String> {
    TABLES.contains(&word).then(|| format!("{word}s"))
}

/// `user` as `User`, as Prisma names the tables of models without a map.
pub fn capital(word: &str) -> Option<String> {
    let (first, rest) = word.split_at_checked(1)?;
    TABLES
        .contains(&word)
        .then(|| format!(r"{}{rest}", first.to_uppercase()))
}
