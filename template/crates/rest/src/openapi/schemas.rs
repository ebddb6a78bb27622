use std::collections::BTreeSet;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Ref, RefOr, Schema,
        schema::{AdditionalProperties, ArrayItems, SchemaType, Type},
    },
};

use crate::error::{Code, FieldError, Problem};

/// Adds the schemas of problems, closes every object to members it does not name, and says that
/// answers hold all of theirs.
pub(super) fn complete(components: &mut Components) {
    let schemas = &mut components.schemas;
    for (name, schema) in [
        (Problem::name(), Problem::schema()),
        (FieldError::name(), FieldError::schema()),
        (Code::name(), Code::schema()),
    ] {
        schemas.insert(name.into_owned(), schema);
    }
    let names: BTreeSet<_> = schemas.keys().cloned().collect();
    for (name, schema) in schemas {
        name_rows(name, schema, &names);
        close(schema);
    }
}

/// The macro writes the rows of a `Page_Row` out; they have a name.
fn name_rows(name: &str, page: &mut RefOr<Schema>, names: &BTreeSet<String>) {
    let row = name
        .strip_prefix("Page_")
        .filter(|row| names.contains(*row));
    let (Some(row), RefOr::T(Schema::Object(page))) = (row, page) else {
        return;
    };
    if let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items") {
        items.items = ArrayItems::from(Ref::from_schema_name(row));
    }
}

/// Serde's `deny_unknown_fields` has closed what is read. What is still open is only written: all
/// of its members are there, those without a value as `null`.
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
            .filter(|(_, member)| is_nullable(member));
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
