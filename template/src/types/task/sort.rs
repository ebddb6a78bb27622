use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use database::SortOrder;

/// What tasks can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(default = "created_at")]
pub enum TaskSortKey {
    /// When they were made.
    #[default]
    CreatedAt,
    /// By when they are to be done; tasks without one come last in both orders.
    DueDate,
    /// How much they matter, low < medium < high; tasks without one come last in both orders.
    Priority,
    /// By title, in the order of Unicode's code points.
    Title,
}

/// The order of a list of tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TaskSort {
    /// The key; ties go by id.
    pub by: TaskSortKey,
    /// The direction of both.
    pub order: SortOrder,
}
