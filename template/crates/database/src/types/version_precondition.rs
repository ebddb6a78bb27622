/// Which version of a row a write is meant for: the header If-Match (RFC 9110 section 13.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VersionPrecondition {
    /// Any version is accepted.
    #[default]
    Any,
    /// One of these; a tag that is not a version of the API matches nothing.
    OneOf(Vec<String>),
    /// None of these (If-None-Match, section 13.1.2).
    NoneOf(Vec<String>),
}

impl VersionPrecondition {
    /// Whether a row in this version fulfils the precondition.
    #[must_use]
    pub fn accepts(&self, version: i32) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.contains(&version.to_string()),
            Self::NoneOf(tags) => !tags.contains(&version.to_string()),
        }
    }
}
