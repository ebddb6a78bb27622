use std::fmt;

use database::{
    UserUuid,
    audit::{Actor, Author},
    rows::{OrganizationTable, ReadAccess, WriteAccess},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition};

use crate::{access::Role, member::Member};

/// The characters to percent-encode: all except the unreserved ones (RFC 3986 section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An organization and the member who acts in it. Queries of an organization's rows take it first;
/// only the guard [`Member`] creates one.
///
/// ```compile_fail,E0451
/// # use better_auth::InOrganization;
/// # let user = uuid::Uuid::nil().into();
/// let forged = InOrganization { id: "acme", user };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct InOrganization<'a> {
    id: &'a str,
    user: UserUuid,
}

impl<'a> InOrganization<'a> {
    /// The organization's id.
    #[must_use]
    pub fn id(self) -> &'a str {
        self.id
    }

    /// The id as a segment of a path, percent-encoded.
    #[must_use]
    pub fn path_segment(self) -> impl fmt::Display + use<'a> {
        utf8_percent_encode(self.id, ENCODED)
    }

    /// The member.
    #[must_use]
    pub fn user(self) -> UserUuid {
        self.user
    }
}

impl<R: Role> Member<R> {
    /// The organization, for queries of its rows.
    #[must_use]
    pub fn organization(&self) -> InOrganization<'_> {
        InOrganization {
            id: &self.organization_id,
            user: self.user().uuid,
        }
    }
}

impl<T: OrganizationTable> ReadAccess<T> for InOrganization<'_> {
    fn visible(self) -> Condition {
        Condition::all().add(T::ORGANIZATION_ID.eq(self.id))
    }
}

impl<T: OrganizationTable> WriteAccess<T> for InOrganization<'_> {
    fn set_owner(self, row: &mut T::ActiveModel) {
        row.set(T::ORGANIZATION_ID, self.id.into());
        row.set(T::CREATED_BY, self.user.into());
    }
}

impl Actor for InOrganization<'_> {
    /// `None`: members change rows of their own organization, which is not recorded.
    fn author(self) -> Option<Author> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_holds_no_character_with_a_meaning_in_urls() {
        let organization = InOrganization {
            id: "R&D/50%+?#ß_-.~z9",
            user: uuid::Uuid::nil().into(),
        };
        let segment = organization.path_segment().to_string();
        assert_eq!(segment, "R%26D%2F50%25%2B%3F%23%C3%9F_-.~z9");
    }
}
