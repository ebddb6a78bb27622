use std::num::NonZeroU32;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Version of the cursor's format.
const VERSION: u8 = 1;
/// Length of the seal in bytes.
const SEAL: usize = 16;

/// The position in a list after a row, which is identified by its sort key and id.
///
/// Clients get `base64url(version | seal | JSON)`. The seal is a digest of the JSON and of the
/// list's owner, filters and order, so that a cursor is rejected if it was changed or belongs to
/// another list. It needs no secret, so a cursor survives a restart and works on every replica. A
/// forged one gives no access, because the query filters by owner anyway.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The number of the page that comes next.
    pub page: NonZeroU32,
    /// The sort key of the last row before it, as text; null where that row has none.
    pub key: Option<String>,
    /// The id of that row.
    pub id: Uuid,
}

impl Cursor {
    /// The cursor as clients see it; `list` identifies the list: its owner, filters and order.
    ///
    /// # Errors
    /// When `list` has no JSON form.
    pub fn seal(&self, list: &impl Serialize) -> serde_json::Result<String> {
        let json = serde_json::to_vec(self)?;
        let bytes = [&[VERSION], &seal(&json, list)?[..], &json].concat();
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a cursor of this list; `None` for everything else.
    #[must_use]
    pub fn open(text: &str, list: &impl Serialize) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (found, json) = rest.split_at_checked(SEAL)?;
        if *version != VERSION || found != seal(json, list).ok()? {
            return None;
        }
        let cursor: Self = serde_json::from_slice(json).ok()?;
        // PostgreSQL rejects a NUL.
        let has_nul = cursor.key.as_ref().is_some_and(|key| key.contains('\0'));
        (!has_nul).then_some(cursor)
    }
}

fn seal(json: &[u8], list: &impl Serialize) -> serde_json::Result<[u8; SEAL]> {
    let list = serde_json::to_vec(list)?;
    let length = list.len().to_be_bytes();
    let digest = digest(&SHA256, &[&[VERSION], &length[..], &list, json].concat());
    let mut seal = [0; SEAL];
    seal.copy_from_slice(&digest.as_ref()[..SEAL]);
    Ok(seal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            page: NonZeroU32::MIN,
            key: Some("Buy milk".to_owned()),
            id: Uuid::nil(),
        }
    }

    fn sealed() -> String {
        cursor().seal(&("alice", "asc")).expect("it is JSON")
    }

    fn reopened(key: &str) -> Option<Cursor> {
        let cursor = Cursor {
            key: Some(key.to_owned()),
            ..cursor()
        };
        Cursor::open(&cursor.seal(&"list").expect("it is JSON"), &"list")
    }

    #[test]
    fn a_nul_is_rejected_and_its_escape_as_text_is_not() {
        assert_eq!(reopened("a\0b"), None);
        assert!(reopened(r"a\u0000b").is_some());
    }

    #[test]
    fn a_cursor_that_differs_in_one_character_is_noticed() {
        let sealed = sealed();
        for at in 0..sealed.len() {
            for other in ["A", "b", "_", "=", "", "AA", "é"] {
                let mut changed = sealed.clone();
                changed.replace_range(at..=at, other);
                let opened = Cursor::open(&changed, &("alice", "asc"));
                assert_eq!(opened.is_some(), changed == sealed, "{changed}");
            }
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_noticed() {
        for list in [("bob", "asc"), ("alice", "desc"), ("alic", "easc")] {
            assert_eq!(Cursor::open(&sealed(), &list), None);
        }
    }

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        assert_eq!(Cursor::open(&sealed(), &("alice", "asc")), Some(cursor()));
    }
}
