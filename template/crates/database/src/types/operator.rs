/// The witness of a command: functions that touch the rows of all users outside of requests take
/// one. Only the program's commands make it.
#[derive(Clone, Copy, Debug)]
pub struct Operator(());

impl Operator {
    /// For commands: whoever runs the program with DATABASE_URL has full access to that database.
    #[must_use]
    pub fn at_the_command_line() -> Self {
        Self(())
    }
}
