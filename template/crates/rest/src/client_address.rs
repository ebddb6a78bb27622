use std::net::{IpAddr, SocketAddr};

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderValue},
};
use database::EnvReader;
use ipnet::IpNet;

/// TRUSTED_PROXIES: the networks whose X-Forwarded-For counts.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads the setting; what is wrong is noted in `env`.
    pub fn read(env: &mut EnvReader<'_>) -> Self {
        const NAME: &str = "TRUSTED_PROXIES";
        let mut networks = Vec::new();
        for item in env.list(NAME).unwrap_or_default() {
            match network(&item) {
                Some(network) => networks.push(network),
                None => env.problem(NAME, &item, "networks such as 10.0.0.0/8 or addresses"),
            }
        }
        Self(networks)
    }

    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(address)
}

/// The address a request comes from: the peer, or behind `trusted` proxies the last address of
/// X-Forwarded-For that is not itself such a proxy. What clients write there themselves never
/// counts: each proxy appends, so only the end of the list can be trusted.
#[must_use]
pub fn client_address(request: &HttpRequest, trusted: &TrustedProxies) -> Option<IpAddr> {
    let mut client = request.peer_addr()?.ip();
    let lines = request.headers().get_all(header::X_FORWARDED_FOR);
    let lines: Vec<_> = lines.map(HeaderValue::as_bytes).collect();
    let addresses = lines
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b','));
    for address in addresses.rev() {
        if !trusted.contain(client) {
            break;
        }
        let Some(address) = forwarded(address.trim_ascii()) else {
            break;
        };
        client = address;
    }
    Some(client)
}

/// An address as a proxy writes it; some add the port.
fn forwarded(address: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(address).ok()?;
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port)
}

/// What counts as one client: an IPv4 address, or the first half of an IPv6 address, whose owner
/// chooses the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(u64);

impl Network {
    /// The network of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            // No routed IPv6 network starts with this many zeros.
            IpAddr::V4(address) => address.to_bits().into(),
            IpAddr::V6(address) => (address.to_bits() >> 64) as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn trusted(networks: &str) -> Option<TrustedProxies> {
        database::read_settings(|_| Some(networks.to_owned()), TrustedProxies::read).ok()
    }

    #[test]
    fn a_network_contains_the_addresses_that_start_with_its_bits() {
        let contain = |networks: &str, address: &str| {
            let trusted = trusted(networks).expect("networks");
            trusted.contain(address.parse().expect("an address"))
        };
        assert!(contain("10.0.0.0/8", "10.255.0.1") && !contain("10.0.0.0/8", "11.0.0.1"));
        assert!(contain("10.1.2.3", "10.1.2.3") && !contain("10.1.2.3", "10.1.2.4"));
        assert!(contain("fd00::/8", "fd12::1") && !contain("fd00::/8", "fe80::1"));
        assert!(contain("0.0.0.0/0", "192.0.2.1") && !contain("0.0.0.0/0", "::1"));
        assert!(contain("127.0.0.1", "::ffff:127.0.0.1"));
        for bad in ["10.0.0.0/33", "10.0.0.0/", "10.0.0", "::/129", "proxy"] {
            assert!(trusted(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_a_client_writes_itself_counts_only_where_a_trusted_proxy_wrote_it() {
        let trusted = trusted("10.0.0.0/8, 192.0.2.7").expect("networks");
        for (peer, forwarded, client) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, 192.0.2.7", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, junk", "10.0.0.1"),
            ("10.0.0.1", "1.2.3.4, 198.51.100.1:51234", "198.51.100.1"),
            ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
            ("10.0.0.1", "10.1.1.1", "10.1.1.1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] {
            let request = TestRequest::get()
                .peer_addr((peer.parse::<IpAddr>().expect("an address"), 1).into())
                .insert_header((header::X_FORWARDED_FOR, forwarded))
                .to_http_request();
            let expected = client.parse().ok();
            assert_eq!(client_address(&request, &trusted), expected, "{forwarded}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_spoil_no_other_address() {
        let trusted = trusted("10.0.0.0/8").expect("networks");
        for (lines, client) in [
            (&[&b"\xff, 198.51.100.1"[..]][..], "198.51.100.1"),
            (&[b"1.2.3.4", b"\xff, 198.51.100.1"], "198.51.100.1"),
            (&[b"1.2.3.4", b"\xff"], "10.0.0.1"),
        ] {
            let mut request = TestRequest::get().peer_addr(([10, 0, 0, 1], 1).into());
            for line in lines {
                let line = HeaderValue::from_bytes(line).expect("a header");
                request = request.append_header((header::X_FORWARDED_FOR, line));
            }
            let found = client_address(&request.to_http_request(), &trusted);
            assert_eq!(found, client.parse().ok(), "{lines:?}");
        }
    }

    #[test]
    fn a_network_is_an_ipv4_address_or_the_first_half_of_an_ipv6_address() {
        let network = |text: &str| Network::of(text.parse().expect("an address"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
