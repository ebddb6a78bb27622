//! Texts with gaps.

/// The text with each `$name` replaced; a name may begin with another one.
///
/// What is filled in is not looked at again.
pub fn fill(text: &str, gaps: &[(&str, String)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        let fitting = gaps.iter().filter(|(name, _)| after.starts_with(name));
        match fitting.max_by_key(|(name, _)| name.len()) {
            Some((name, value)) => {
                filled.push_str(value);
                rest = &after[name.len()..];
            }
            None => {
                filled.push('$');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// `part` of each field, one after another.
pub fn each<T>(all: &[T], part: impl Fn(&T) -> String) -> String {
    all.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_wins_and_values_stay_as_they_are() {
        let gaps = [("note", "a $notes".to_owned()), ("notes", "b".to_owned())];
        assert_eq!(fill("$note, $notes, $5", &gaps), "a $notes, b, $5");
    }
}
