//! Verification without tokio and without Actix: a blocking fetch and a blocking guard, for a
//! command-line tool, a worker or another server. Reads a token a line, writes a verdict a line:
//!
//!     cargo run --example verify_blocking < tokens.txt
//!
//! The settings about tokens are those of the API, and so are the limits of a fetch; the key set comes
//! from JWKS_URL alone.

use std::{
    error::Error,
    io::{BufRead, Read},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use app::config::Settings;
use better_auth::{
    Claims, KeySet, Rejection, Token, Verifier,
    config::TokenSettings,
    fetch::{FETCH_DEADLINE, FetchError, MAX_KEY_SET_BYTES, check_head},
};
use reqwest::{blocking::Client, redirect};

fn main() -> Result<(), Box<dyn Error>> {
    let mut guard = Guard::new(Settings::from_env()?.better_auth.tokens)?;
    for token in std::io::stdin().lock().lines() {
        match guard.authenticate(&token?) {
            Ok(claims) => println!("{}", claims.uuid),
            Err(rejection) => println!("rejected: {rejection}"),
        }
    }
    Ok(())
}

/// Tells who sent a token.
struct Guard {
    verifier: Verifier,
    keys: Keys,
}

impl Guard {
    fn new(settings: TokenSettings) -> Result<Self, reqwest::Error> {
        Ok(Self {
            verifier: Verifier::new(&settings),
            keys: Keys::new(settings)?,
        })
    }

    fn authenticate(&mut self, token: &str) -> Result<Claims, Rejection> {
        let token = Token::parse(token)?;
        self.keys.renew_if_old();
        if let Err(Rejection::UnknownKey) = self.verifier.key_for(&token, &self.keys.current) {
            self.keys.renew();
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        self.verifier.verify(token, &self.keys.current, now)
    }
}

/// The key set, fetched when it is old or lacks a key.
struct Keys {
    client: Client,
    settings: TokenSettings,
    current: KeySet,
    loaded_at: Option<Instant>,
    /// The last two fetches, the older one first.
    asked_at: [Option<Instant>; 2],
}

impl Keys {
    fn new(settings: TokenSettings) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(FETCH_DEADLINE)
            .build()?;
        Ok(Self {
            client,
            settings,
            current: KeySet::default(),
            loaded_at: None,
            asked_at: [None; 2],
        })
    }

    /// An old set serves for a while when no new one is to be had, but not for ever.
    fn renew_if_old(&mut self) {
        if self.is_older_than(self.settings.keys.ttl) {
            self.renew();
        }
        let longest = self.settings.keys.ttl.max(self.settings.keys.max_stale);
        if self.is_older_than(longest) {
            self.current = KeySet::default();
        }
    }

    fn is_older_than(&self, age: Duration) -> bool {
        self.loaded_at
            .is_none_or(|loaded_at| loaded_at.elapsed() > age)
    }

    /// Asks at most twice in a cool-down, whatever is sent. An empty set never replaces keys that
    /// work.
    fn renew(&mut self) {
        let [older, newer] = self.asked_at;
        if older.is_some_and(|asked| asked.elapsed() < self.settings.keys.cooldown) {
            return;
        }
        self.asked_at = [newer, Some(Instant::now())];
        match self.fetch() {
            Ok(keys) if !keys.is_empty() => {
                self.loaded_at = Some(Instant::now());
                self.current = keys;
            }
            Ok(_) => eprintln!("the key set holds no usable key"),
            Err(error) => eprintln!("the key set was not fetched: {error}"),
        }
    }

    fn fetch(&self) -> Result<KeySet, Box<dyn Error>> {
        let deadline = Instant::now() + FETCH_DEADLINE;
        let request = self.client.get(self.settings.jwks_url.clone());
        let mut answer = request.send()?;
        check_head(answer.status(), answer.headers())?;
        let (mut document, mut chunk) = (Vec::new(), [0; 16 * 1024]);
        while let length @ 1.. = answer.read(&mut chunk)? {
            if Instant::now() > deadline {
                return Err(FetchError::Deadline.into());
            }
            if document.len() + length > MAX_KEY_SET_BYTES {
                return Err(FetchError::TooLarge.into());
            }
            document.extend_from_slice(&chunk[..length]);
        }
        let (keys, _) = KeySet::parse(&document, &self.settings.algorithms)?;
        Ok(keys)
    }
}
