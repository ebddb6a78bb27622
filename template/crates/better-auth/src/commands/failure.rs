/// The error of a command: its text goes to standard error, and the exit status is 1.
pub type Failure = Box<dyn std::error::Error>;
