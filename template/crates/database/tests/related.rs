//! Lists with related rows, of tables with names and columns like those that the statement needs.

#![cfg(feature = "sqlite")]

use database::{
    ListRequest, SortOrder, UserUuid, UtcDateTime, keyset::Keyset, related::RelatedRows, row_id,
    row_table, rows,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use uuid::Uuid;

row_id!(
    /// A note's id.
    NoteId,
    "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90"
);
row_id!(
    /// A page's id.
    PageId,
    "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90"
);
row_table!(note, NoteId);
row_table!(page, PageId);

mod note {
    use super::{NoteId, UserUuid, UtcDateTime};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, serde::Serialize, DeriveEntityModel)]
    #[sea_orm(table_name = "notes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NoteId,
        pub user_id: UserUuid,
        pub total: String,
        pub related_id: String,
        pub version: i32,
        pub created_at: UtcDateTime,
        pub updated_at: UtcDateTime,
        pub deleted_at: Option<UtcDateTime>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl Related<super::page::Entity> for Entity {
        fn to() -> RelationDef {
            super::page::Relation::Note.def().rev()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod page {
    use super::{NoteId, PageId, UserUuid, UtcDateTime};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, serde::Serialize, DeriveEntityModel)]
    #[sea_orm(table_name = "page")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PageId,
        pub user_id: UserUuid,
        pub note_id: NoteId,
        pub total: i32,
        pub version: i32,
        pub created_at: UtcDateTime,
        pub updated_at: UtcDateTime,
        pub deleted_at: Option<UtcDateTime>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::note::Entity",
            from = "Column::NoteId",
            to = "super::note::Column::Id"
        )]
        Note,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const OWNER: &str = "00000000-0000-4000-8000-0000000000a1";
const NOTE: &str = "018f3c1a-7b6e-7c3d-9f2a-000000000001";

/// One note with two pages.
async fn notebook() -> DatabaseConnection {
    let db = Database::connect("sqlite::memory:").await.expect("memory");
    let rows = format!(
        "CREATE TABLE notes (id text, user_id text, total text, related_id text, version integer,
             created_at text, updated_at text, deleted_at text);
         CREATE TABLE page (id text, user_id text, note_id text, total integer, version integer,
             created_at text, updated_at text, deleted_at text);
         INSERT INTO notes VALUES ('{NOTE}', '{OWNER}', 'a total', 'of its own', 1,
             '2026-12-01T09:30:00.000Z', '2026-12-01T09:30:00.000Z', NULL);
         INSERT INTO page SELECT '018f3c1a-7b6e-7c3d-9f2a-00000000000' || value, '{OWNER}', '{NOTE}',
             value, 1, '2026-12-01T09:30:00.000Z', '2026-12-01T09:30:00.000Z', NULL
             FROM json_each('[2, 3]')"
    );
    db.execute_unprepared(&rows).await.expect("rows");
    db
}

fn by_age() -> Keyset<note::Entity> {
    Keyset {
        column: note::Column::CreatedAt,
        nullable: false,
        id: note::Column::Id,
        order: SortOrder::Asc,
        position: |note| (Some(note.created_at.to_string()), *note.id.as_uuid()),
        value: database::keyset::time_value,
        id_value: |id| NoteId::from(id).into(),
    }
}

fn owner() -> UserUuid {
    Uuid::try_parse(OWNER).expect("a UUID").into()
}

#[tokio::test]
async fn columns_called_total_and_related_keep_their_own_values() {
    let db = notebook().await;
    let request = ListRequest::default();
    let notes = || rows::find::<note::Entity>(owner(), false);

    let plain = by_age().page(notes(), &"notes", &request, &db).await;
    let pages = RelatedRows::<page::Entity>::new(owner(), page::Column::Total);
    let joined = by_age()
        .page_with(notes(), pages, &"notes", &request, &db)
        .await;
    let (plain, joined) = (plain.expect("a page"), joined.expect("a page"));

    assert_eq!((plain.total, joined.total), (Some(1), Some(1)));
    let (note, pages) = &joined.items[0];
    assert_eq!(
        (&plain.items[0], note.related_id.as_str()),
        (note, "of its own")
    );
    assert_eq!(note.total, "a total");
    assert_eq!(
        pages.iter().map(|page| page.total).collect::<Vec<_>>(),
        [2, 3]
    );
}
