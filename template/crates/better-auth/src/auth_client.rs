use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::{Duration, Instant},
};

use reqwest::{Client, RequestBuilder, StatusCode, Url};
use rest::{Network, telemetry::traces::in_span};
use serde_json::{Value, json};
use tokio::{sync::Notify, time::timeout};

use crate::fetch;

/// How long a request may take, body included.
const DEADLINE: Duration = Duration::from_secs(5);
/// The size of the largest accepted response, in bytes.
const MAX_RESPONSE_BYTES: usize = 256 * 1024;
/// How many requests Better Auth gets at the same time; others wait.
const MAX_IN_FLIGHT: usize = 32;
/// The window of SESSION_MAX_LOOKUPS, as long as the window of Better Auth's own rate limit.
const WINDOW: Duration = Duration::from_secs(10);

/// A client of an endpoint of Better Auth that returns the user of a credential: `/get-session`, or
/// the one for API keys. The endpoint returns `null` for an unknown credential.
pub(crate) struct AuthClient {
    client: Client,
    url: Url,
    budget: Budget,
}

impl AuthClient {
    /// One sender may look up at most `max_lookups` unknown credentials in a [`WINDOW`].
    pub(crate) fn new(url: Url, max_lookups: usize) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: fetch::client()?,
            url,
            budget: Budget::new(max_lookups),
        })
    }

    /// Asks with the session cookie, or with a bearer token where `cookie_name` is `None`. Better
    /// Auth's rate limit counts the request against `client_address`. The error says why there is
    /// no response.
    pub(crate) async fn get_session(
        &self,
        cookie_name: Option<&str>,
        credential: &[u8],
        client_address: Option<IpAddr>,
    ) -> Result<Value, String> {
        let request = self.client.get(self.url.clone());
        let request = match cookie_name {
            Some(name) => request.header("cookie", [name.as_bytes(), b"=", credential].concat()),
            None => request.header("authorization", [b"Bearer ", credential].concat()),
        };
        self.send(request, client_address).await
    }

    /// Asks about an API key in the same way.
    pub(crate) async fn check_key(
        &self,
        key: &str,
        client_address: Option<IpAddr>,
    ) -> Result<Value, String> {
        let body = json!({ "key": key }).to_string();
        let request = self.client.post(self.url.clone()).body(body);
        let request = request.header("content-type", "application/json");
        self.send(request, client_address).await
    }

    async fn send(
        &self,
        request: RequestBuilder,
        client_address: Option<IpAddr>,
    ) -> Result<Value, String> {
        let mut request = request.header("accept", "application/json");
        if let Some(address) = client_address {
            request = request.header("x-forwarded-for", address.to_string());
        }
        let response = in_span("ask Better Auth", read_json(request));
        let network = client_address.map(Network::of);
        let response = timeout(DEADLINE, self.budget.spend(network, response)).await;
        response.unwrap_or_else(|_| Err("no response in time".to_owned()))
    }
}

async fn read_json(request: RequestBuilder) -> Result<Value, String> {
    let unreachable = |error: reqwest::Error| fetch::cause_of(&error);
    let response = fetch::traced(request).send().await.map_err(unreachable)?;
    if response.status() != StatusCode::OK {
        return Err(response.status().to_string());
    }
    let body = fetch::read_body(response, MAX_RESPONSE_BYTES).await;
    let body = body.map_err(unreachable)?;
    let body = body.ok_or("the response is too large")?;
    serde_json::from_slice(&body).map_err(|_| "the response is not JSON".to_owned())
}

/// Protects Better Auth and its rate limit from clients that try made-up credentials. Only look-ups
/// of unknown credentials count, and only against their sender.
struct Budget {
    max_lookups: usize,
    load: Mutex<Load>,
    freed: Notify,
}

/// `None` is a client without an address.
type Sender = Option<Network>;

#[derive(Default)]
struct Load {
    in_flight: usize,
    shares: HashMap<Sender, Share>,
    /// The look-ups of unknown credentials in this [`WINDOW`], oldest first.
    fruitless: VecDeque<(Instant, Sender)>,
}

/// One sender's part of the load.
#[derive(Clone, Copy, Default)]
struct Share {
    in_flight: usize,
    fruitless: usize,
}

impl Load {
    fn change(&mut self, sender: Sender, change: impl FnOnce(&mut Share)) {
        let share = self.shares.entry(sender).or_default();
        change(share);
        if share.in_flight == 0 && share.fruitless == 0 {
            self.shares.remove(&sender);
        }
    }

    fn forget_before(&mut self, now: Instant) {
        while let Some((_, sender)) = self.fruitless.pop_front_if(|(at, _)| now - *at >= WINDOW) {
            self.change(sender, |share| share.fruitless -= 1);
        }
    }
}

impl Budget {
    fn new(max_lookups: usize) -> Self {
        Self {
            max_lookups,
            load: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// Runs the look-up when it is this request's turn.
    async fn spend(
        &self,
        sender: Sender,
        look_up: impl Future<Output = Result<Value, String>>,
    ) -> Result<Value, String> {
        let permit = self.acquire(sender).await;
        let permit = permit.ok_or("SESSION_MAX_LOOKUPS is used up")?;
        let response = look_up.await?;
        if response.is_null() {
            permit.found_nobody();
        }
        Ok(response)
    }

    /// Waits while others are in flight; `None` when the sender's look-ups are used up.
    async fn acquire(&self, sender: Sender) -> Option<Permit<'_>> {
        loop {
            // Created before the load is read, so that no notification is missed.
            let freed = self.freed.notified();
            match self.try_acquire(sender) {
                Poll::Ready(permit) => return permit,
                Poll::Pending => freed.await,
            }
        }
    }

    fn try_acquire(&self, sender: Sender) -> Poll<Option<Permit<'_>>> {
        let mut load = self.load();
        load.forget_before(Instant::now());
        let share = load.shares.get(&sender).copied().unwrap_or_default();
        // Requests already sent may fail too.
        match self.max_lookups.saturating_sub(share.fruitless) {
            0 => Poll::Ready(None),
            left if share.in_flight < left && load.in_flight < MAX_IN_FLIGHT => {
                load.in_flight += 1;
                load.change(sender, |share| share.in_flight += 1);
                Poll::Ready(Some(Permit(self, sender)))
            }
            _ => Poll::Pending,
        }
    }

    fn load(&self) -> MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look-up in flight, until it is dropped.
struct Permit<'a>(&'a Budget, Sender);

impl Permit<'_> {
    fn found_nobody(&self) {
        let mut load = self.0.load();
        load.fruitless.push_back((Instant::now(), self.1));
        load.change(self.1, |share| share.fruitless += 1);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut load = self.0.load();
        load.in_flight -= 1;
        load.change(self.1, |share| share.in_flight -= 1);
        drop(load);
        self.0.freed.notify_waiters();
    }
}
