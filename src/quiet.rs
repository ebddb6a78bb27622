//! Keeps what cargo-generate prints off the terminal: it has no option for that.

use anyhow::Result;

/// Runs `work` without what it prints to standard error; if it panics, everything is printed after all.
#[cfg(unix)]
pub fn quietly<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let _redirected = Redirected::start()?;
    work()
}

#[cfg(not(unix))]
pub fn quietly<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    work()
}

/// Standard error goes to a file until this is dropped.
#[cfg(unix)]
struct Redirected {
    terminal: std::os::fd::OwnedFd,
    printed: std::fs::File,
}

#[cfg(unix)]
impl Redirected {
    fn start() -> Result<Self> {
        use std::os::fd::AsFd;
        let terminal = std::io::stderr().as_fd().try_clone_to_owned()?;
        let printed = tempfile::tempfile()?;
        rustix::stdio::dup2_stderr(&printed)?;
        Ok(Self { terminal, printed })
    }
}

#[cfg(unix)]
impl Drop for Redirected {
    fn drop(&mut self) {
        use std::io::Seek;
        let _ = rustix::stdio::dup2_stderr(&self.terminal);
        if std::thread::panicking() && self.printed.rewind().is_ok() {
            let _ = std::io::copy(&mut self.printed, &mut std::io::stderr());
        }
    }
}
