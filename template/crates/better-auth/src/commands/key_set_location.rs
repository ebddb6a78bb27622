use std::{fs::File, path::PathBuf};

use reqwest::{Url, header::HeaderMap};

use crate::{
    config::TokenSettings,
    fetch::{self, FetchError},
};

/// Where a command reads the key set from.
#[derive(Clone, Debug)]
pub(crate) enum KeySetLocation {
    Url(Url),
    File(PathBuf),
}

/// Why a key set could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("{0}: {1}")]
    Fetch(Url, #[source] FetchError),
    #[error("{path}: {1}", path = .0.display())]
    File(PathBuf, #[source] FetchError),
    #[error("no TLS client can be created: {0}")]
    Tls(#[from] reqwest::Error),
}

impl KeySetLocation {
    /// The value of `--jwks`: a file unless it is an http or https URL.
    pub(crate) fn parse(argument: &str) -> Self {
        match Url::parse(argument) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Self::Url(url),
            _ => Self::File(argument.into()),
        }
    }

    /// JWKS_FILE, or else the URL in the settings.
    pub(crate) fn from_settings(settings: &TokenSettings) -> Self {
        match &settings.jwks_file {
            Some(file) => Self::File(file.clone()),
            None => Self::Url(settings.jwks_url.clone()),
        }
    }

    /// Reads it within the server's limits. The headers are those of the response, if any.
    pub(crate) async fn read(&self) -> Result<(HeaderMap, Vec<u8>), ReadError> {
        match self {
            Self::Url(url) => fetch::download(&fetch::client()?, url)
                .await
                .map_err(|error| ReadError::Fetch(fetch::without_query(url.clone()), error)),
            Self::File(path) => fetch::read_file(File::open(path))
                .map(|document| (HeaderMap::new(), document))
                .map_err(|error| ReadError::File(path.clone(), error)),
        }
    }
}
