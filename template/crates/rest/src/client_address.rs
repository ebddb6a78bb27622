use std::net::IpAddr;

use actix_web::{HttpRequest, http::header};

use crate::config::Network;

/// Where a request comes from: the peer, or behind `trusted` proxies the last address of
/// X-Forwarded-For that is not itself such a proxy. What clients write there by themselves never
/// counts: each proxy appends, so that only the end of the list is known to be true.
#[must_use]
pub fn client_address(request: &HttpRequest, trusted: &[Network]) -> Option<IpAddr> {
    let mut client = request.peer_addr()?.ip();
    let lines = request.headers().get_all(header::X_FORWARDED_FOR);
    let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
    let named = lines.iter().flat_map(|line| line.split(','));
    for address in named.rev() {
        if !trusted.iter().any(|network| network.contains(client)) {
            break;
        }
        let Ok(address) = address.trim().parse() else {
            break;
        };
        client = address;
    }
    Some(client)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_a_client_writes_itself_counts_only_where_a_trusted_proxy_wrote_it() {
        let trusted: Vec<Network> = ["10.0.0.0/8", "192.0.2.7"]
            .iter()
            .map(|network| network.parse().expect("a network"))
            .collect();
        for (peer, forwarded, client) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, 192.0.2.7", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, junk", "10.0.0.1"),
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
}
