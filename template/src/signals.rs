//! Signals of the operating system.

use std::{io, sync::Arc};

use app::auth::Authenticator;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// On SIGHUP, fetches the key set at once, so that a withdrawn key is rejected without a restart.
#[cfg(unix)]
pub(crate) fn refresh_on_hangup(authenticator: Arc<Authenticator>) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match authenticator.keys().refresh_now().await {
                Ok(()) => tracing::info!("SIGHUP: the key set was fetched"),
                Err(_) => tracing::warn!("SIGHUP: the keys stay as they were"),
            }
        }
    });
    Ok(())
}

/// Only Unix has SIGHUP.
#[cfg(not(unix))]
pub(crate) fn refresh_on_hangup(_: Arc<Authenticator>) -> io::Result<()> {
    Ok(())
}

/// Ends at the first SIGTERM or SIGINT (Ctrl-C), so that requests can finish; a second signal stops
/// the program at once.
pub(crate) fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut stops = Stops::new()?;
    Ok(async move {
        stops.next().await;
        tracing::info!("stopping; a second signal stops at once");
        tokio::spawn(async move {
            stops.next().await;
            std::process::exit(1);
        });
    })
}

#[cfg(unix)]
struct Stops {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stops {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Stops(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Stops {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
