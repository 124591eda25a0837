//! Addresses that the service could not reach, or should not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

/// Endings of names that mean something only inside of a network.
const PRIVATE: [&str; 7] =
    ["local", "localhost", "internal", "intranet", "lan", "home.arpa", "localdomain"];

/// Whether a host is this machine, or one of a private network.
pub(super) fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_private_name(name.trim_end_matches('.')),
        Host::Ipv4(ip) => is_private_v4(*ip),
        Host::Ipv6(ip) => match IpAddr::V6(*ip).to_canonical() {
            IpAddr::V4(ip) => is_private_v4(ip),
            IpAddr::V6(ip) => is_private_v6(ip),
        },
    }
}

fn is_private_name(name: &str) -> bool {
    let below = |zone: &str| {
        name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !name.contains('.') || PRIVATE.iter().any(|zone| below(zone))
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || first == 0
        // Behind the NAT of a provider (RFC 6598).
        || first == 100 && second & 0xc0 == 64
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    // An IPv4 address inside (RFC 6052), as some networks write them.
    if let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = ip.segments() {
        return is_private_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    }
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn private_addresses_are_told_in_every_spelling() {
        let hosts = [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "nas",
            "printer.local",
            "router.lan",
            "metadata.google.internal",
            "nas.home.arpa",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "[::1]",
            "[::]",
            "[fd00::1]",
            "[fe80::1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::10.0.0.1]",
            "[ff02::1]",
        ];
        for host in hosts {
            let url = Url::parse(&format!("https://{host}/a")).unwrap();
            assert!(is_private(&url.host().unwrap()), "{host}");
        }
    }

    #[test]
    fn public_addresses_are_left_alone() {
        let hosts = [
            "example.com",
            "local.example.com",
            "mylocal.com",
            "internal.example.com",
            "172.32.0.1",
            "8.8.8.8",
            "100.128.0.1",
            "192.169.0.1",
            "[2606:4700::1111]",
            "[64:ff9b::8.8.8.8]",
        ];
        for host in hosts {
            let url = Url::parse(&format!("https://{host}/a")).unwrap();
            assert!(!is_private(&url.host().unwrap()), "{host}");
        }
    }
}
