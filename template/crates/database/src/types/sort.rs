use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which way a list runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(default = "desc")]
pub enum SortOrder {
    /// Smallest, earliest or first in the alphabet comes first.
    Asc,
    /// The other way round.
    #[default]
    Desc,
}
