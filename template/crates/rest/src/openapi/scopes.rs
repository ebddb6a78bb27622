use serde_json::json;
use utoipa::openapi::{
    RefOr,
    extensions::ExtensionsBuilder,
    path::{Operation, Parameter, ParameterBuilder},
};

/// Marks a parameter as a scope until the document is complete.
const X_SCOPE: &str = "x-scope";

/// Documents that an operation is open to OAuth clients with `scope`. A guard returns it as its
/// parameter, so that `params(...)` can name the guard.
#[must_use]
pub fn scope_parameter(scope: &str) -> Parameter {
    let mark = ExtensionsBuilder::new().add(X_SCOPE, json!(true)).build();
    let parameter = ParameterBuilder::new().name(scope);
    parameter.extensions(Some(mark)).build()
}

/// The scopes that an operation is open to; removes their marks.
pub(super) fn take_scopes(operation: &mut Operation) -> Vec<String> {
    let mut scopes = Vec::new();
    let parameters = operation.parameters.get_or_insert_default();
    parameters.retain(|parameter| match parameter {
        RefOr::T(Parameter {
            extensions: Some(marks),
            name,
            ..
        }) if marks.contains_key(X_SCOPE) => {
            scopes.push(name.clone());
            false
        }
        _ => true,
    });
    scopes
}
