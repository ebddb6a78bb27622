use std::{
    collections::HashSet,
    fs::File,
    io, mem,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use jsonwebtoken::Algorithm;
use reqwest::{Client, Url};
use tokio::{task::spawn_blocking, time::timeout};

use super::{
    fetch::{self, FETCH_DEADLINE, FetchError},
    key_set::{KeySet, RefusedKey},
};
use crate::{config::AuthSettings, telemetry::metrics};

/// Where the key set comes from: JWKS_FILE, or JWKS_URL and what stands in for it.
pub(super) struct Source {
    place: Place,
    algorithms: Vec<Algorithm>,
    known_refusals: HashSet<RefusedKey>,
}

enum Place {
    Server(Server),
    File(KeyFile),
}

/// What a fetch brought: at least one usable key.
pub(super) struct Fetched {
    pub(super) keys: KeySet,
    /// How long the server says that its answer stays fresh.
    pub(super) max_age: Option<Duration>,
}

impl Source {
    pub(super) fn new(settings: &AuthSettings) -> Result<Self, reqwest::Error> {
        let place = match &settings.jwks_file {
            Some(path) => Place::File(KeyFile::new(path)),
            None => Place::Server(Server::new(settings)?),
        };
        Ok(Self {
            place,
            algorithms: settings.algorithms.clone(),
            known_refusals: HashSet::new(),
        })
    }

    /// One fetch, logged and counted.
    pub(super) async fn fetch(&mut self) -> Result<Fetched, FetchError> {
        let fetched = timeout(FETCH_DEADLINE, self.try_fetch())
            .await
            .unwrap_or(Err(FetchError::Deadline));
        match &fetched {
            Ok(fetched) => {
                metrics::key_set_fetched("ok");
                tracing::debug!(from = %self.place, keys = fetched.keys.len(), "the key set was fetched");
            }
            Err(error) => {
                metrics::key_set_fetched(error.outcome());
                tracing::warn!(from = %self.place, %error, "the key set was not fetched");
            }
        }
        fetched
    }

    /// Whether there may be something new before the time: a file that was changed.
    pub(super) async fn has_changed(&self) -> bool {
        match &self.place {
            Place::Server(_) => false,
            Place::File(file) => file.has_changed().await,
        }
    }

    async fn try_fetch(&mut self) -> Result<Fetched, FetchError> {
        let read = match &mut self.place {
            Place::Server(server) => server.fetch(&self.algorithms).await?,
            Place::File(file) => Document::of(&file.read().await?, &self.algorithms)?,
        };
        self.log_refused(read.refused);
        match read.keys.is_empty() {
            true => Err(FetchError::Empty),
            false => Ok(Fetched {
                keys: read.keys,
                max_age: read.max_age,
            }),
        }
    }

    /// Each refused entry is logged once, not at every fetch.
    fn log_refused(&mut self, refused: Vec<RefusedKey>) {
        for key in refused
            .iter()
            .filter(|key| !self.known_refusals.contains(key))
        {
            tracing::warn!(kid = ?key.kid, reason = key.reason, "a key of the key set is not used");
        }
        self.known_refusals = refused.into_iter().collect();
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Server(server) => server.url.fmt(f),
            Self::File(file) => file.path.display().fmt(f),
        }
    }
}

/// A key set as it was read, which may hold no usable key.
struct Document {
    keys: KeySet,
    refused: Vec<RefusedKey>,
    max_age: Option<Duration>,
}

impl Document {
    fn of(bytes: &[u8], algorithms: &[Algorithm]) -> Result<Self, FetchError> {
        let (keys, refused) = KeySet::parse(bytes, algorithms)?;
        Ok(Self {
            keys,
            refused,
            max_age: None,
        })
    }
}

/// The auth server, and the address that works there.
struct Server {
    client: Client,
    url: Url,
    /// Tried when the first answers 404; the one that works comes first from then on.
    other: Option<Url>,
}

impl Server {
    fn new(settings: &AuthSettings) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: fetch::client()?,
            url: settings.jwks_url.clone(),
            other: settings.jwks_fallback.clone(),
        })
    }

    async fn fetch(&mut self, algorithms: &[Algorithm]) -> Result<Document, FetchError> {
        let first = self.get(&self.url, algorithms).await;
        let second = match (&first, &self.other) {
            (Err(error), Some(other)) if error.is_not_found() => self.get(other, algorithms).await,
            _ => return first,
        };
        if let (Ok(_), Some(other)) = (&second, &mut self.other) {
            mem::swap(&mut self.url, other);
            tracing::info!(JWKS_URL = %self.url, "the key set was found here; set JWKS_URL to it");
        }
        second
    }

    async fn get(&self, url: &Url, algorithms: &[Algorithm]) -> Result<Document, FetchError> {
        let (headers, document) = fetch::download(&self.client, url).await?;
        Ok(Document {
            max_age: fetch::max_age(&headers),
            ..Document::of(&document, algorithms)?
        })
    }
}

/// A file, and what it looked like when it was last read.
struct KeyFile {
    path: PathBuf,
    seen: Option<Stamp>,
}

/// What changes when a file is written or replaced: time, length and inode.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp(i64, i64, u64, u64);

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let file = path.metadata().ok()?;
        Some(Self(
            file.mtime(),
            file.mtime_nsec(),
            file.len(),
            file.ino(),
        ))
    }
}

impl KeyFile {
    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            seen: None,
        }
    }

    async fn has_changed(&self) -> bool {
        let path = self.path.clone();
        let stamp = spawn_blocking(move || Stamp::of(&path)).await;
        stamp.is_ok_and(|stamp| stamp != self.seen)
    }

    async fn read(&mut self) -> Result<Vec<u8>, FetchError> {
        let path = self.path.clone();
        let read = spawn_blocking(move || (Stamp::of(&path), read_file(&path))).await;
        let (seen, content) =
            read.map_err(|error| FetchError::Unreadable(io::Error::other(error)))?;
        self.seen = seen;
        content
    }
}

/// A regular file alone: a pipe would be waited for.
fn read_file(path: &Path) -> Result<Vec<u8>, FetchError> {
    let open = || match path.metadata()?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("not a regular file")),
    };
    fetch::read_within_limit(open().map_err(FetchError::Unreadable)?)
}
