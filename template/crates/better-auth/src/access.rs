use std::{fmt, marker::PhantomData};

use serde::Serialize;

/// What a caller holds.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// Better Auth's roles.
    pub roles: &'a [String],
    /// What `definePayload` granted.
    pub permissions: &'a [String],
}

/// What a caller must hold: a role, a permission, or [`AnyOf`] and [`AllOf`] of them.
pub trait Requirement: 'static {
    /// Whether it is held.
    fn is_met(held: Held<'_>) -> bool;

    /// In words, for the refusal; never says what is held.
    fn describe() -> String;

    /// The permissions in it, for the challenge's `scope` (RFC 6750 section 3).
    fn scope() -> Vec<&'static str>;
}

/// A requirement made of roles alone.
pub trait Role: Requirement {
    /// The type itself: a guard that names it takes roles only.
    type Itself: Requirement;
}

/// A requirement made of permissions alone.
pub trait Permission: Requirement {
    /// The type itself: a guard that names it takes permissions only.
    type Itself: Requirement;
}

/// Declares the names that guards know; a name that is not declared does not compile.
#[macro_export]
macro_rules! declare {
    ($($(#[$doc:meta])* $kind:ident $name:ident = $text:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl $crate::types::Requirement for $name {
            fn is_met(held: $crate::types::Held<'_>) -> bool {
                $crate::declare!(@held $kind held).iter().any(|word| word == $text)
            }

            fn describe() -> String {
                concat!($crate::declare!(@word $kind), $text).to_owned()
            }

            fn scope() -> Vec<&'static str> {
                $crate::declare!(@scope $kind $text)
            }
        }

        impl $crate::types::$kind for $name {
            type Itself = Self;
        }
    )+};
    (@held Role $held:ident) => { $held.roles };
    (@held Permission $held:ident) => { $held.permissions };
    (@word Role) => { "the role " };
    (@word Permission) => { "the permission " };
    (@scope Role $text:literal) => { Vec::new() };
    (@scope Permission $text:literal) => { vec![$text] };
}

pub use declare;

declare! {
    /// `admin`: who looks after users; the role that Better Auth's admin plugin knows.
    Role Admin = "admin";
}

/// At least one of a tuple of requirements.
#[derive(Debug)]
pub struct AnyOf<T>(PhantomData<T>);

/// Every one of a tuple of requirements.
#[derive(Debug)]
pub struct AllOf<T>(PhantomData<T>);

macro_rules! combine {
    ($($part:ident)+) => {
        impl<$($part: Requirement),+> Requirement for AnyOf<($($part,)+)> {
            fn is_met(held: Held<'_>) -> bool {
                $($part::is_met(held))||+
            }

            fn describe() -> String {
                format!("any of ({})", [$($part::describe()),+].join(", "))
            }

            fn scope() -> Vec<&'static str> {
                [$($part::scope()),+].concat()
            }
        }

        impl<$($part: Requirement),+> Requirement for AllOf<($($part,)+)> {
            fn is_met(held: Held<'_>) -> bool {
                $($part::is_met(held))&&+
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

/// The witness that a caller was found to hold `R`. A function that touches everybody's rows takes
/// one: it cannot be called where nobody checked, because a check alone makes it.
pub struct Granted<R>(PhantomData<R>);

impl<R: Requirement> Granted<R> {
    /// A witness, if `R` is held. For guards; nobody else has a caller to check.
    #[must_use]
    pub fn check(held: Held<'_>) -> Option<Self> {
        R::is_met(held).then_some(Self(PhantomData))
    }
}

impl<R> Clone for Granted<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Granted<R> {}

impl<R: Requirement> fmt::Debug for Granted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Granted({})", R::describe())
    }
}

/// Who is not signed in too. What a table opens to everybody takes this in an owner's place.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Everybody;

#[cfg(test)]
mod tests {
    use super::*;

    declare! {
        Role Editor = "editor";
        Permission BooksRead = "books:read";
        Permission BooksDelete = "books:delete";
    }

    fn granted<R: Requirement>(roles: &[&str], permissions: &[&str]) -> bool {
        let own =
            |words: &[&str]| -> Vec<String> { words.iter().copied().map(Into::into).collect() };
        let (roles, permissions) = (own(roles), own(permissions));
        Granted::<R>::check(Held {
            roles: &roles,
            permissions: &permissions,
        })
        .is_some()
    }

    #[test]
    fn a_name_counts_whole_in_its_case_and_in_its_own_list() {
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
    fn a_requirement_says_what_it_is_and_its_scope_holds_permissions_alone() {
        type Mixed = AnyOf<(Admin, AllOf<(BooksRead, BooksDelete)>)>;
        assert_eq!(
            Mixed::describe(),
            "any of (the role admin, all of (the permission books:read, the permission books:delete))"
        );
        assert_eq!(Mixed::scope(), ["books:read", "books:delete"]);
    }
}
