//! `cargo scaffold`.

fn main() {}
