//! Ids in the form of Better Auth: 32 ASCII letters and digits, or UUIDs.

const ALPHABET: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A new row's id: a UUID with the feature `native-ids`.
pub(crate) fn new_row_id() -> String {
    if cfg!(feature = "native-ids") {
        uuid::Uuid::new_v4().to_string()
    } else {
        random()
    }
}

pub(crate) fn random() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
    from_bytes(&bytes)
}

/// A letter or digit for each byte.
pub(crate) fn from_bytes(bytes: &[u8]) -> String {
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]);
    bytes.iter().map(letter).collect()
}
