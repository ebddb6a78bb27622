use std::{fs::File, path::PathBuf};

use app::auth::fetch::{self, FetchError};
use reqwest::{Url, header::HeaderMap};

/// Where a key set is read from: the value of `--jwks`.
#[derive(Clone, Debug)]
pub enum Source {
    Url(Url),
    File(PathBuf),
}

/// Why a key set was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{0}: {1}")]
    Fetch(Url, #[source] FetchError),
    #[error("{path}: {1}", path = .0.display())]
    File(PathBuf, #[source] FetchError),
    #[error("no TLS client can be made: {0}")]
    Tls(#[from] reqwest::Error),
}

impl Source {
    /// Whatever is no http or https URL is a file.
    pub fn of(argument: &str) -> Self {
        match Url::parse(argument) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Self::Url(url),
            _ => Self::File(argument.into()),
        }
    }

    /// Reads it within the limits that the server keeps to; the headers are those of a URL's answer.
    pub async fn read(&self) -> Result<(HeaderMap, Vec<u8>), ReadError> {
        match self {
            Self::Url(url) => fetch::download(&fetch::client()?, url)
                .await
                .map_err(|error| ReadError::Fetch(url.clone(), error)),
            Self::File(path) => File::open(path)
                .map_err(FetchError::Unreadable)
                .and_then(fetch::read_within_limit)
                .map(|document| (HeaderMap::new(), document))
                .map_err(|error| ReadError::File(path.clone(), error)),
        }
    }
}
