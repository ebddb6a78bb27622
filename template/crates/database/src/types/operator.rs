/// The witness that somebody at the machine asked, not a request: what touches everybody's rows
/// outside of requests takes one. Only the program's commands make it.
#[derive(Clone, Copy, Debug)]
pub struct Operator(());

impl Operator {
    /// For commands: who runs the program with DATABASE_URL can do anything to that database.
    #[must_use]
    pub fn at_the_command_line() -> Self {
        Self(())
    }
}
