use std::{
    collections::HashSet,
    fmt,
    fs::File,
    io, mem,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use jsonwebtoken::Algorithm;
use reqwest::{Client, Url};
use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    config::TokenSettings,
    fetch::{self, FETCH_DEADLINE, FetchError},
    jwk::RejectedKey,
    key_set::KeySet,
    metrics,
};

/// Fetches the key set from JWKS_FILE, or from JWKS_URL or its fallback.
pub(crate) struct KeySource {
    location: Location,
    algorithms: Vec<Algorithm>,
    /// The rejected keys of the last fetch, which were logged.
    logged: HashSet<RejectedKey>,
}

enum Location {
    Server(JwksServer),
    File(JwksFile),
}

/// A fetched key set with at least one usable key.
pub(crate) struct FetchedKeys {
    pub(crate) keys: KeySet,
    /// `max-age` of the response.
    pub(crate) max_age: Option<Duration>,
}

impl KeySource {
    pub(crate) fn new(settings: &TokenSettings) -> Result<Self, reqwest::Error> {
        let location = match &settings.jwks_file {
            Some(path) => Location::File(JwksFile {
                path: path.clone(),
                last_read: None,
            }),
            None => Location::Server(JwksServer {
                client: fetch::client()?,
                url: settings.jwks_url.clone(),
                fallback: settings.jwks_fallback.clone(),
            }),
        };
        Ok(Self {
            location,
            algorithms: settings.algorithms.clone(),
            logged: HashSet::new(),
        })
    }

    /// Fetches once; logs and counts the outcome.
    pub(crate) async fn fetch(&mut self) -> Result<FetchedKeys, FetchError> {
        let fetched = timeout(FETCH_DEADLINE, self.try_fetch())
            .await
            .unwrap_or(Err(FetchError::Deadline));
        match &fetched {
            Ok(fetched) => {
                metrics::count_fetch("ok");
                tracing::debug!(from = %self.location, keys = fetched.keys.len(), "fetched the key set");
            }
            Err(error) => {
                metrics::count_fetch(error.outcome());
                tracing::warn!(from = %self.location, %error, "could not fetch the key set");
            }
        }
        fetched
    }

    /// Whether the file has changed since it was last read; always false for a server.
    pub(crate) async fn has_changed(&self) -> bool {
        match &self.location {
            Location::Server(_) => false,
            Location::File(file) => file.has_changed().await,
        }
    }

    async fn try_fetch(&mut self) -> Result<FetchedKeys, FetchError> {
        let (keys, rejected, max_age) = match &mut self.location {
            Location::Server(server) => server.fetch(&self.algorithms).await?,
            Location::File(file) => {
                let (keys, rejected) = KeySet::parse(&file.read().await?, &self.algorithms)?;
                (keys, rejected, None)
            }
        };
        self.log_rejected(rejected);
        if keys.is_empty() {
            return Err(FetchError::Empty);
        }
        Ok(FetchedKeys { keys, max_age })
    }

    /// Logs each rejected key once, not at every fetch.
    fn log_rejected(&mut self, rejected: Vec<RejectedKey>) {
        for key in rejected.iter().filter(|key| !self.logged.contains(key)) {
            tracing::warn!(kid = ?key.kid, reason = key.reason, "a key of the key set is not used");
        }
        self.logged = rejected.into_iter().collect();
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(server) => fetch::without_query(server.url.clone()).fmt(f),
            Self::File(file) => file.path.display().fmt(f),
        }
    }
}

/// A parsed response, perhaps without a usable key.
type Response = (KeySet, Vec<RejectedKey>, Option<Duration>);

struct JwksServer {
    client: Client,
    url: Url,
    /// Tried when `url` answers 404; from then on, the address that worked is tried first.
    fallback: Option<Url>,
}

impl JwksServer {
    async fn fetch(&mut self, algorithms: &[Algorithm]) -> Result<Response, FetchError> {
        let first = self.get(&self.url, algorithms).await;
        let second = match (&first, &self.fallback) {
            (Err(error), Some(url)) if error.is_not_found() => self.get(url, algorithms).await,
            _ => return first,
        };
        if let (Ok(_), Some(fallback)) = (&second, &mut self.fallback) {
            mem::swap(&mut self.url, fallback);
            tracing::info!(JWKS_URL = %fetch::without_query(self.url.clone()), "found the key set at this address: set JWKS_URL to it");
        }
        second
    }

    async fn get(&self, url: &Url, algorithms: &[Algorithm]) -> Result<Response, FetchError> {
        let (headers, document) = fetch::download(&self.client, url).await?;
        let (keys, rejected) = KeySet::parse(&document, algorithms)?;
        Ok((keys, rejected, fetch::max_age(&headers)))
    }
}

struct JwksFile {
    path: PathBuf,
    last_read: Option<FileVersion>,
}

/// Identifies a version of a file: it differs after the file was written or replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FileVersion {
    modified: SystemTime,
    length: u64,
    #[cfg(unix)]
    inode: u64,
}

impl FileVersion {
    fn of(path: &Path) -> Option<Self> {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;

        let file = path.metadata().ok()?;
        Some(Self {
            modified: file.modified().ok()?,
            length: file.len(),
            #[cfg(unix)]
            inode: file.ino(),
        })
    }
}

impl JwksFile {
    async fn has_changed(&self) -> bool {
        let path = self.path.clone();
        let version = spawn_blocking(move || FileVersion::of(&path)).await;
        version.is_ok_and(|version| version != self.last_read)
    }

    async fn read(&mut self) -> Result<Vec<u8>, FetchError> {
        let path = self.path.clone();
        let read = spawn_blocking(move || {
            let version = FileVersion::of(&path);
            (version, fetch::read_file(open_regular(&path)))
        });
        let (version, document) = read
            .await
            .map_err(|error| FetchError::Unreadable(io::Error::other(error)))?;
        self.last_read = version;
        document
    }
}

/// Opens regular files only: opening a pipe would block.
fn open_regular(path: &Path) -> io::Result<File> {
    if path.metadata()?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::other("not a regular file"))
    }
}
