use std::time::Duration;

use database::EnvReader;

/// Limits on the size and duration of requests. The application registers it as app data.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// MAX_BODY_BYTES: the largest request body, in bytes.
    pub max_body_bytes: usize,
    /// REQUEST_TIMEOUT: how long a request may take.
    pub request_timeout: Duration,
}

impl Limits {
    /// How long a body may take to arrive: half of REQUEST_TIMEOUT, so that a slow client is not taken for
    /// a slow database.
    pub(crate) fn body_timeout(&self) -> Duration {
        self.request_timeout / 2
    }

    /// Reads the settings; wrong ones are noted in `env`.
    pub fn read(env: &mut EnvReader<'_>) -> Self {
        Self {
            max_body_bytes: env.number("MAX_BODY_BYTES", 262_144, 1..=1 << 30) as usize,
            request_timeout: env.seconds("REQUEST_TIMEOUT", 30, 1..=3600),
        }
    }
}
