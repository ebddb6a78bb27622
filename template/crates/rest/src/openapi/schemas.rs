use std::collections::BTreeSet;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Ref, RefOr, Schema,
        schema::{AdditionalProperties, ArrayItems, SchemaType, Type},
    },
};

use database::Page;

use crate::{Code, FieldError, Problem};

/// Adds the schemas of problems, forbids unnamed fields in every object, and marks all fields of
/// responses as required.
pub(super) fn complete(components: &mut Components, codes: &[Code]) {
    let schemas = &mut components.schemas;
    for (name, schema) in [
        (Problem::name(), Problem::schema()),
        (FieldError::name(), FieldError::schema()),
        ("Code".into(), Code::schema_of(codes)),
    ] {
        schemas.insert(name.into_owned(), schema);
    }
    let names: BTreeSet<_> = schemas.keys().cloned().collect();
    for (name, schema) in schemas {
        name_rows(name, schema, &names);
        close(schema);
    }
}

/// The name of the rows on a page; utoipa calls a `Page<Row>` `Page_Row`.
fn rows_of(schema: &str) -> Option<&str> {
    let rows = schema.strip_prefix(&*Page::<()>::name())?;
    rows.strip_prefix('_')
}

/// Whether the schema of this name is a page of a list.
pub(super) fn is_page(schema: &str) -> bool {
    rows_of(schema).is_some()
}

/// Replaces the schema of a page's rows, which utoipa inlines, by a reference to their own schema.
fn name_rows(name: &str, page: &mut RefOr<Schema>, names: &BTreeSet<String>) {
    let row = rows_of(name).filter(|row| names.contains(*row));
    let (Some(row), RefOr::T(Schema::Object(page))) = (row, page) else {
        return;
    };
    if let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items") {
        items.items = ArrayItems::from(Ref::from_schema_name(row));
    }
}

/// Serde's `deny_unknown_fields` has already closed the schemas of requests. The open ones belong
/// to responses, which always have all of their fields, `null` if there is no value.
fn close(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else {
        return;
    };
    let is_object = object.schema_type == SchemaType::Type(Type::Object);
    if is_object && object.additional_properties.is_none() {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        let nullable = object
            .properties
            .iter()
            .filter(|(_, field)| is_nullable(field));
        let nullable = nullable.map(|(name, _)| name.clone());
        object.required.extend(nullable.collect::<Vec<_>>());
        object.required.sort();
        object.required.dedup();
    }
    object.properties.values_mut().for_each(close);
}

fn is_nullable(schema: &RefOr<Schema>) -> bool {
    match schema {
        RefOr::T(Schema::OneOf(either)) => either.items.iter().any(is_nullable),
        RefOr::T(Schema::Object(object)) => holds_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => holds_null(&array.schema_type),
        _ => false,
    }
}

fn holds_null(schema_type: &SchemaType) -> bool {
    match schema_type {
        SchemaType::Type(only) => *only == Type::Null,
        SchemaType::Array(some) => some.contains(&Type::Null),
        SchemaType::AnyValue => false,
    }
}
