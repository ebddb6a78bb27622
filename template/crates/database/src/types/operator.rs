/// Proof that a command is running: functions that touch rows of all users outside of requests take
/// one. Only the program's commands create it.
#[derive(Clone, Copy, Debug)]
pub struct Operator(());

impl Operator {
    /// For commands: whoever runs the program with DATABASE_URL has full access to that database.
    #[must_use]
    pub fn at_the_command_line() -> Self {
        Self(())
    }
}
