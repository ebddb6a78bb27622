//! Ids in the form of Better Auth: 32 ASCII letters and digits, or UUIDs.

const ALPHABET: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A row's id that no other call gives: a UUID where ids are native.
pub(crate) fn of_row() -> String {
    match cfg!(feature = "native-ids") {
        true => uuid::Uuid::new_v4().to_string(),
        false => random(),
    }
}

/// What no other call gives.
pub(crate) fn random() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
    from_bytes(&bytes)
}

/// One letter or digit for each byte.
pub(crate) fn from_bytes(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
        .collect()
}
