use aws_lc_rs::digest::{SHA256, digest};

/// The SHA-256 of a credential, which caches use as their key, so that no cache holds the
/// credential itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(text: &str) -> Self {
        let hash = digest(&SHA256, text.as_bytes());
        Self(std::array::from_fn(|index| hash.as_ref()[index]))
    }
}
