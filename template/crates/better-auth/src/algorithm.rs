use jsonwebtoken::Algorithm;

/// Every signature algorithm that can be accepted, by its `alg` (RFC 7518 section 3.1, RFC 8037
/// section 3.1).
const BY_NAME: [(&str, Algorithm); 4] = [
    ("EdDSA", Algorithm::EdDSA),
    ("ES256", Algorithm::ES256),
    ("RS256", Algorithm::RS256),
    ("PS256", Algorithm::PS256),
];

/// The algorithms without their names.
pub(crate) const SUPPORTED: [Algorithm; 4] = {
    let [a, b, c, d] = BY_NAME;
    [a.1, b.1, c.1, d.1]
};

/// The names of these algorithms.
pub(crate) const NAMES: [&str; 4] = {
    let [a, b, c, d] = BY_NAME;
    [a.0, b.0, c.0, d.0]
};

/// The supported algorithm with this `alg`, which is case-sensitive.
pub(crate) fn by_name(name: &str) -> Option<Algorithm> {
    let found = BY_NAME.iter().find(|(alg, _)| *alg == name);
    found.map(|(_, algorithm)| *algorithm)
}
