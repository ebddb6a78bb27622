//! The handlers.

use super::{
    Names,
    access::Actors,
    field::Column,
    template::{each, fill},
};
use crate::resource::{Kind, Resource};

const ROUTES: &str = r#"//! $Many.

mod dto;

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,$middleware
    patch, post, put,
    web::{Data, Path},
};
use utoipa_actix_web::{$scopeservice_config::ServiceConfig};

use self::dto::{List$Types, $Type, $TypeChanges, $TypeInput};
use super::OneRow;
use crate::{
    auth::{$guards},
    database::Database,
    error::AppError,
    http::{IfMatch, Json, Key, Keyed, List, Query, Row, body_of},
    repositories::$plural::{self, New$Type, $TypePatch},
    services::{$services},
    types::{Answer, $types},
};

pub(super) fn $configure(config: &mut ServiceConfig) {
$mount}
$open
/// $Listed, newest first unless you say otherwise.
#[utoipa::path(tag = "$tag", params(List$Types), responses((status = 200, body = Page<$Type>)))]
#[get("$collection")]
async fn list_$plural(
    $guard,
    query: Query<List$Types>,
    db: Data<Database>,
) -> Result<List<$Type>, AppError> {
    let (filter, sort, part) = query.0.into_parts()$parsed;
    let page = $plural::list($actor, &filter, sort, &part, db.reader()).await?;
    Ok(List(page.map($Type::from)))
}

/// Adds $a_words.
#[utoipa::path(tag = "$tag", request_body = $TypeInput, responses((status = 201, body = $Type)))]
#[post("$collection")]
async fn create_$module(
    $guard,
    Keyed { body, key }: Keyed<$TypeInput>,
    db: Data<Database>,
) -> Result<Answer, AppError> {
    let new = $new;$bind
    once($user, key, &db, async |transaction| {
$check_new        let $module = $plural::insert($bound, new, transaction).await?;
        let location = $location;
        Answer::created(location, &$Type::from($module))
    })
    .await
}

/// One $words.
#[utoipa::path(tag = "$tag", params(("$id" = $Id, Path), OneRow), responses((status = 200, body = $Type)))]
#[get("$row")]
async fn get_$module(
    $guard,
    path: $path,
    query: Query<OneRow>,
    db: Data<Database>,
) -> Result<Row<$Type>, AppError> {
    $let_id
    let $module = $plural::get($actor, id, query.0.include_deleted, db.reader()).await?;
    Ok(Row($module.into()))
}

/// Replaces $a_words: what is left out has $left_out afterwards.
#[utoipa::path(tag = "$tag", params(("$id" = $Id, Path)), request_body = $TypeInput, responses((status = 200, body = $Type)))]
#[put("$row")]
async fn replace_$module(
    $guard,
    path: $path,
    expected: IfMatch,
    body: Result<Json<$TypeInput>, AppError>,
    db: Data<Database>,
) -> Result<Row<$Type>, AppError> {
    $let_actor_id
    let Json(body) = body_of(body, $plural::require($bound, id, false, db.reader())).await?;
    let new = $new;
    let $module = db.write_as($user, async |transaction| {
$check_new        rows::change($bound, id, |_| new, &expected.0, transaction).await
    })
    .await?;
    Ok(Row($module.row.into()))
}

/// Changes $a_words in part.
#[utoipa::path(tag = "$tag", params(("$id" = $Id, Path)), request_body = $TypeChanges, responses((status = 200, body = $Type)))]
#[patch("$row")]
async fn update_$module(
    $guard,
    path: $path,
    expected: IfMatch,
    body: Result<Json<$TypeChanges>, AppError>,
    db: Data<Database>,
) -> Result<Row<$Type>, AppError> {
    $let_actor_id
    let Json(body) = body_of(body, $plural::require($bound, id, false, db.reader())).await?;
    let patch = $patch;
    let $module = db.write_as($user, async |transaction| {
$check_patch        let merge = |$module| patch.merge($module);
        rows::change($bound, id, merge, &expected.0, transaction).await
    })
    .await?;
    Ok(Row($module.row.into()))
}

/// Deletes $a_words. It can be restored.
#[utoipa::path(tag = "$tag", params(("$id" = $Id, Path)), responses((status = 204)))]
#[delete("$row")]
async fn delete_$module(
    $guard,
    path: $path,
    expected: IfMatch,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    $let_actor_id
    db.write_as($user, async |transaction| {
        rows::delete($bound, id, &expected.0, transaction).await
    })
    .await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

/// Brings a deleted $words back. One that is not deleted stays as it is.
#[utoipa::path(tag = "$tag", params(("$id" = $Id, Path)), responses((status = 200, body = $Type)))]
#[post("$row/restore")]
async fn restore_$module(
    $guard,
    path: $path,
    expected: IfMatch,
    key: Result<Key, AppError>,
    db: Data<Database>,
) -> Result<Answer, AppError> {
    $let_actor_id
    let Key(key) = body_of(key, $plural::require($bound, id, true, db.reader())).await?;
    once($user, key, &db, async |transaction| {
        let $module = rows::restore($bound, id, &expected.0, transaction).await?;
        Answer::row(&$Type::from($module.row))
    })
    .await
}
$public"#;

const SERVICES: &str = r#"
        .service(list_$plural)
        .service(create_$module)
        .service(get_$module)
        .service(replace_$module)
        .service(update_$module)
        .service(delete_$module)
        .service(restore_$module)"#;

const OPEN: &str = r#"
pub(super) fn configure_open(config: &mut ServiceConfig) {
    config.service(
        scope::scope("/api/$segment")
            .service(list_public_$plural)
            .service(get_public_$module),
    );
}
"#;

const PUBLIC: &str = r#"
/// $Everybodys, newest first unless you say otherwise. Open to everybody.
#[utoipa::path(
    tag = "public",
    security(()),
    params(List$Types),
    responses(
        (status = 200, body = Page<$Type>),
        (status = 503, description = "database_unavailable")
    )
)]
#[get("")]
async fn list_public_$plural(
    query: Query<List$Types>,
    db: Data<Database>,
) -> Result<List<$Type>, AppError> {
    let (filter, sort, part) = query.0.into_parts()$parsed;
    let page = $plural::list(Everybody, &filter, sort, &part, db.reader()).await?;
    Ok(List(page.map($Type::from)))
}

/// $A_. Open to everybody.
#[utoipa::path(
    tag = "public",
    security(()),
    params(("$id" = $Id, Path)),
    responses(
        (status = 200, body = $Type),
        (status = 503, description = "database_unavailable")
    )
)]
#[get("/{$id}")]
async fn get_public_$module(
    id: Path<$Id>,
    db: Data<Database>,
) -> Result<Row<$Type>, AppError> {
    let $module = $plural::get(Everybody, id.into_inner(), false, db.reader()).await?;
    Ok(Row($module.into()))
}
"#;

pub fn routes(resource: &Resource, names: &Names) -> String {
    let columns = Column::all(resource);
    let actors = Actors::of(resource);
    let is_parsed = columns.iter().any(Column::is_parsed);
    let parses_filter = columns
        .iter()
        .any(|it| matches!(it.kind(), Kind::Decimal { .. }));
    let references: Vec<_> = columns
        .iter()
        .filter(|it| matches!(it.kind(), Kind::References(_)))
        .collect();
    let defaults = columns
        .iter()
        .any(|it| !it.is_nullable() && !it.is_required());
    let check = |body: &str, is_patch: bool| match references.is_empty() {
        true => String::new(),
        false => {
            let user = if actors.is_owned {
                "owner"
            } else {
                "admin.uuid"
            };
            let value = |it: &&Column| match (is_patch, it.is_nullable()) {
                (true, true) => format!(", {body}.{}.value().copied()", it.name()),
                (true, false) | (false, true) => format!(", {body}.{}", it.name()),
                (false, false) => format!(", Some({body}.{})", it.name()),
            };
            let values = each(&references, value);
            format!("        services::$plural::check({user}{values}, transaction).await?;\n")
        }
    };
    let open_and_public = match actors.is_public {
        true => (OPEN, PUBLIC),
        false => ("", ""),
    };
    let convert = |name: &str| match is_parsed {
        true => format!("{name}::try_from(body)?"),
        false => format!("{name}::from(body)"),
    };
    let scopes = actors.is_public || !actors.is_owned;
    let once = "idempotency::once, rows";
    let own: [(&str, &str); 13] = match actors.is_owned {
        true => [
            ("guards", "Owner"),
            ("configure", "configure"),
            ("Listed", "Your $many"),
            ("tag", "$plural"),
            ("collection", "/$segment"),
            ("guard", "owner: Owner"),
            ("actor", "owner.uuid()"),
            ("user", "owner"),
            ("bound", "owner"),
            ("path", "Path<(String, $Id)>"),
            ("let_id", "let (_, id) = path.into_inner();"),
            (
                "let_actor_id",
                "let ((_, id), owner) = (path.into_inner(), owner.uuid());",
            ),
            (
                "location",
                "format!(\"/api/{owner}/$segment/{}\", $module.id)",
            ),
        ],
        false => [
            ("guards", "self, RequireRole"),
            ("configure", "configure_admin"),
            ("Listed", "All $many"),
            ("tag", "admin"),
            ("collection", ""),
            ("guard", "admin: RequireRole<Admin>"),
            ("actor", "admin.witness()"),
            ("user", "admin.uuid"),
            ("bound", "admin.witness()"),
            ("path", "Path<$Id>"),
            ("let_id", "let id = path.into_inner();"),
            ("let_actor_id", "let id = path.into_inner();"),
            (
                "location",
                "format!(\"/api/admin/$segment/{}\", $module.id)",
            ),
        ],
    };
    let row = if actors.is_owned {
        "/$segment/{$id}"
    } else {
        "/{$id}"
    };
    let mount = match actors.is_owned {
        true => format!("    config{SERVICES};\n"),
        false => format!(
            "    config.service(\n        scope::scope(\"/$segment\")\n            \
             .wrap(from_fn(auth::require::<Admin>)){SERVICES},\n    );\n"
        ),
    };
    let mut types = vec!["Page".to_owned(), resource.names.id_type()];
    types.extend((!actors.is_owned).then(|| "Admin".to_owned()));
    types.extend(actors.is_public.then(|| "Everybody".to_owned()));
    let mut gaps: Vec<(&str, String)> = own.map(|(name, text)| (name, text.to_owned())).into();
    gaps.extend([
        (
            "middleware",
            if actors.is_owned {
                ""
            } else {
                "\n    middleware::from_fn,"
            }
            .to_owned(),
        ),
        ("scope", if scopes { "scope, " } else { "" }.to_owned()),
        (
            "services",
            if references.is_empty() {
                once.to_owned()
            } else {
                format!("self, {once}")
            },
        ),
        ("types", types.join(", ")),
        ("mount", mount),
        ("open", open_and_public.0.to_owned()),
        (
            "public",
            fill(
                open_and_public.1,
                &[
                    ("parsed", if parses_filter { "?" } else { "" }.to_owned()),
                    (
                        "Everybodys",
                        if actors.is_owned {
                            "Everybody's $many"
                        } else {
                            "All $many"
                        }
                        .to_owned(),
                    ),
                ],
            ),
        ),
        ("parsed", if parses_filter { "?" } else { "" }.to_owned()),
        ("new", convert("New$Type")),
        ("patch", convert("$TypePatch")),
        (
            "bind",
            if actors.is_owned {
                "\n    let owner = owner.uuid();"
            } else {
                ""
            }
            .to_owned(),
        ),
        ("check_new", check("new", false)),
        ("check_patch", check("patch", true)),
        ("row", row.to_owned()),
        (
            "left_out",
            if defaults { "its default" } else { "no value" }.to_owned(),
        ),
    ]);
    names.fill(&fill(ROUTES, &gaps))
}
