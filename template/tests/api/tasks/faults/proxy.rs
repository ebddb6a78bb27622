use std::net::SocketAddr;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// Stands between a client and a server of which it only knows the address; can refuse, cut and
/// fall silent.
pub struct Proxy {
    address: SocketAddr,
    upstream: String,
    silent: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    /// Its own: tests block theirs while a program starts.
    runtime: Option<Runtime>,
}

impl Proxy {
    pub async fn to(upstream: &str) -> Self {
        let (silent, _) = watch::channel(false);
        let mut proxy = Self {
            address: "127.0.0.1:0".parse().unwrap(),
            upstream: upstream.to_owned(),
            silent,
            accepting: tokio::spawn(async {}),
            runtime: Some(Runtime::new().unwrap()),
        };
        proxy.start().await;
        proxy
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As a server that was stopped: connections break, new ones are refused.
    pub async fn stop(&mut self) {
        self.accepting.abort();
        (&mut self.accepting).await.ok();
    }

    /// As a server that was started again.
    pub async fn start(&mut self) {
        let runtime = self.runtime.as_ref().unwrap();
        let address = self.address;
        let listener = runtime.spawn(async move { TcpListener::bind(address).await });
        let listener = listener.await.unwrap().unwrap();
        self.address = listener.local_addr().unwrap();
        let accepted = accept(listener, self.upstream.clone(), self.silent.subscribe());
        self.accepting = runtime.spawn(accepted);
    }

    /// As a machine that lost its network: nothing passes, nothing breaks, and connections are
    /// lost for good.
    pub fn fall_silent(&self) {
        self.silent.send_replace(true);
    }

    /// New connections pass again.
    pub fn speak(&self) {
        self.silent.send_replace(false);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

/// Its connections end with it.
async fn accept(listener: TcpListener, upstream: String, silent: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(forward(client, upstream.clone(), silent.clone()));
    }
}

async fn forward(mut client: TcpStream, upstream: String, mut silent: watch::Receiver<bool>) {
    let Ok(mut server) = TcpStream::connect(upstream).await else {
        return;
    };
    let falls_silent = async {
        silent.wait_for(|silent| *silent).await.ok();
    };
    let is_silent = tokio::select! {
        biased;
        () = falls_silent => true,
        _ = copy_bidirectional(&mut client, &mut server) => false,
    };
    if is_silent {
        std::future::pending().await
    }
}
