/// Which version of a row a write is meant for: the header If-Match (RFC 9110 section 13.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whichever there is.
    #[default]
    Any,
    /// One of these; a tag that is no version of ours matches nothing.
    OneOf(Vec<String>),
}

impl Expected {
    /// Whether a row of this version will do.
    #[must_use]
    pub fn accepts(&self, version: i32) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.contains(&version.to_string()),
        }
    }
}
