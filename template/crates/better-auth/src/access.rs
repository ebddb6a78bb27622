use std::{fmt, marker::PhantomData};

use database::audit::{Actor, Author};
use serde::Serialize;

/// The roles and permissions of a caller.
#[derive(Clone, Copy, Debug)]
pub struct Grants<'a> {
    /// Better Auth's roles.
    pub roles: &'a [String],
    /// What `definePayload` granted.
    pub permissions: &'a [String],
}

/// What a caller must hold: a role, a permission, or [`AnyOf`] and [`AllOf`] of them.
pub trait Requirement: 'static {
    /// Whether the caller holds it.
    fn is_met(grants: Grants<'_>) -> bool;

    /// Its description in the error, for example `the role admin`.
    fn describe() -> String;

    /// Its permissions, for `scope` in WWW-Authenticate (RFC 6750 section 3).
    fn scope() -> Vec<&'static str>;
}

/// A requirement made of roles alone.
pub trait Role: Requirement {
    /// The type itself: [`RequireRole`](crate::RequireRole) names it to accept only roles.
    type Itself: Requirement;
}

/// A requirement made of permissions alone.
pub trait Permission: Requirement {
    /// The type itself: [`RequirePermission`](crate::RequirePermission) names it to accept only
    /// permissions.
    type Itself: Requirement;
}

/// Declares an application's roles, permissions and scopes as types for the guards, so that a
/// misspelt name does not compile.
///
/// ```
/// better_auth::define_roles! {
///     /// Writes articles.
///     Role Editor = "editor";
///     /// May delete articles of others.
///     Permission ArticlesDelete = "articles:delete";
///     /// What a user may allow an OAuth client: to read the user's articles.
///     Scope ArticlesRead = "articles:read";
/// }
/// ```
#[macro_export]
macro_rules! define_roles {
    ($($(#[$doc:meta])* $kind:ident $name:ident = $text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        $crate::define_roles!(@implement $kind $name $text);
    )*};
    (@implement Scope $name:ident $text:literal) => {
        impl $crate::Scope for $name {
            const NAME: &'static str = $text;
        }
    };
    (@implement $kind:ident $name:ident $text:literal) => {
        impl $crate::Requirement for $name {
            fn is_met(grants: $crate::Grants<'_>) -> bool {
                $crate::define_roles!(@list $kind grants).iter().any(|word| word == $text)
            }

            fn describe() -> String {
                concat!($crate::define_roles!(@word $kind), $text).to_owned()
            }

            fn scope() -> Vec<&'static str> {
                $crate::define_roles!(@scope $kind $text)
            }
        }

        impl $crate::$kind for $name {
            type Itself = Self;
        }
    };
    (@list Role $grants:ident) => { $grants.roles };
    (@list Permission $grants:ident) => { $grants.permissions };
    (@word Role) => { "the role " };
    (@word Permission) => { "the permission " };
    (@scope Role $text:literal) => { Vec::new() };
    (@scope Permission $text:literal) => { vec![$text] };
}

crate::define_roles! {
    /// `admin`: the role that Better Auth's admin plugin gives to administrators.
    Role Admin = "admin";
    /// `owner`: the role of the user who founded an organization (Better Auth's organization
    /// plugin).
    Role OrganizationOwner = "owner";
}

/// At least one of a tuple of two to four requirements.
#[derive(Debug)]
pub struct AnyOf<T>(PhantomData<T>);

/// All of a tuple of two to four requirements.
#[derive(Debug)]
pub struct AllOf<T>(PhantomData<T>);

macro_rules! combine {
    ($($part:ident)+) => {
        impl<$($part: Requirement),+> Requirement for AnyOf<($($part,)+)> {
            fn is_met(grants: Grants<'_>) -> bool {
                $($part::is_met(grants))||+
            }

            fn describe() -> String {
                format!("any of ({})", [$($part::describe()),+].join(", "))
            }

            fn scope() -> Vec<&'static str> {
                [$($part::scope()),+].concat()
            }
        }

        impl<$($part: Requirement),+> Requirement for AllOf<($($part,)+)> {
            fn is_met(grants: Grants<'_>) -> bool {
                $($part::is_met(grants))&&+
            }

            fn describe() -> String {
                format!("all of ({})", [$($part::describe()),+].join(", "))
            }

            fn scope() -> Vec<&'static str> {
                [$($part::scope()),+].concat()
            }
        }

        impl<$($part: Role),+> Role for AnyOf<($($part,)+)> {
            type Itself = Self;
        }
        impl<$($part: Role),+> Role for AllOf<($($part,)+)> {
            type Itself = Self;
        }
        impl<$($part: Permission),+> Permission for AnyOf<($($part,)+)> {
            type Itself = Self;
        }
        impl<$($part: Permission),+> Permission for AllOf<($($part,)+)> {
            type Itself = Self;
        }
    };
}

combine!(A B);
combine!(A B C);
combine!(A B C D);

/// Proof that the caller holds `R`. Functions that read or change rows of all users take one: only
/// the check creates it, so they cannot be called without the check. It also names the caller for
/// the audit trail.
pub struct Granted<R>(Author, PhantomData<R>);

impl<R: Requirement> Granted<R> {
    /// The proof, if the caller holds `R`. For guards, which know the caller.
    #[must_use]
    pub fn check(grants: Grants<'_>, caller: Author) -> Option<Self> {
        R::is_met(grants).then_some(Self(caller, PhantomData))
    }
}

impl<R> Clone for Granted<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Granted<R> {}

impl<R: Requirement> Actor for Granted<R> {
    fn author(self) -> Option<Author> {
        Some(self.0)
    }
}

impl<R: Requirement> fmt::Debug for Granted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Granted({})", R::describe())
    }
}

/// Anyone, signed in or not. Takes the place of the owner in queries of public tables.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Public;

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    crate::define_roles! {
        Role Editor = "editor";
        Permission BooksRead = "books:read";
        Permission BooksDelete = "books:delete";
    }

    fn granted<R: Requirement>(roles: &[&str], permissions: &[&str]) -> bool {
        let owned = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (roles, permissions) = (&owned(roles)[..], &owned(permissions)[..]);
        let caller = Author::new(Uuid::nil().into(), None, "");
        Granted::<R>::check(Grants { roles, permissions }, caller).is_some()
    }

    #[test]
    fn a_name_must_match_exactly_and_in_its_own_list() {
        for role in ["", "Admin", "administrator", "admi", "admin ", "user"] {
            assert!(!granted::<Admin>(&[role], &["admin"]), "{role}");
        }
        assert!(!granted::<BooksDelete>(&["books:delete"], &["books:*"]));
        assert!(granted::<Admin>(&["user", "admin"], &[]));
        assert!(granted::<BooksDelete>(&[], &["books:read", "books:delete"]));
    }

    #[test]
    fn any_of_needs_one_and_all_of_needs_each() {
        type Any = AnyOf<(Admin, Editor)>;
        type All = AllOf<(BooksRead, BooksDelete)>;
        assert!(!granted::<Any>(&["user"], &[]));
        assert!(granted::<Any>(&["editor"], &[]));
        assert!(!granted::<All>(&[], &["books:read"]));
        assert!(!granted::<All>(&[], &["books:delete"]));
        assert!(granted::<All>(&[], &["books:delete", "books:read"]));
        assert!(!granted::<AnyOf<(Admin, All)>>(&["user"], &["books:read"]));
        assert!(granted::<AnyOf<(Admin, All)>>(&["admin"], &[]));
    }

    #[test]
    fn a_requirement_describes_itself_and_its_scope_holds_only_permissions() {
        type Mixed = AnyOf<(Admin, AllOf<(BooksRead, BooksDelete)>)>;
        assert_eq!(
            Mixed::describe(),
            "any of (the role admin, all of (the permission books:read, the permission books:delete))"
        );
        assert_eq!(Mixed::scope(), ["books:read", "books:delete"]);
    }
}
