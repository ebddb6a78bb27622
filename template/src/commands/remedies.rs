const TROUBLESHOOTING: &str = include_str!("../../docs/troubleshooting.md");

/// A row of docs/troubleshooting.md, which is the only place where the sentences stand.
pub struct Trouble {
    pub symptom: &'static str,
    pub remedy: &'static str,
}

/// The row of this number, such as `R7`.
pub fn trouble(row: &str) -> Option<Trouble> {
    let cells = |line: &'static str| -> Vec<_> { line.split('|').map(str::trim).collect() };
    TROUBLESHOOTING
        .lines()
        .find_map(|line| match cells(line)[..] {
            [_, number, symptom, _, remedy, _] if number == row => {
                Some(Trouble { symptom, remedy })
            }
            _ => None,
        })
}
