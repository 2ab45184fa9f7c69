//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 ranges that are not global unicast, or where no foreign server can be: network, prefix length.
/// Sources: the IANA IPv4 Special-Purpose Address Registry (RFC 6890) and the RFC named with each.
const INSIDE_V4: [([u8; 4], u32); 18] = [
    ([0, 0, 0, 0], 8), // "this network", RFC 791 §3.2; Linux connects 0.0.0.0 to itself
    ([10, 0, 0, 0], 8), // private, RFC 1918
    ([100, 64, 0, 0], 10), // carrier-grade NAT, RFC 6598; also a cloud's metadata at 100.100.100.200
    ([127, 0, 0, 0], 8),   // loopback, RFC 1122 §3.2.1.3
    ([168, 63, 129, 16], 32), // Azure's virtual host address, reachable only from inside its machines
    ([169, 254, 0, 0], 16),   // link-local, RFC 3927; cloud metadata at 169.254.169.254
    ([172, 16, 0, 0], 12),    // private, RFC 1918
    ([192, 0, 0, 0], 24),     // protocol assignments, RFC 6890; a cloud's metadata at 192.0.0.192
    ([192, 0, 2, 0], 24),     // TEST-NET-1, RFC 5737
    ([192, 31, 196, 0], 24),  // AS112 sinks, RFC 7535
    ([192, 52, 193, 0], 24),  // AMT relays, RFC 7450
    ([192, 88, 99, 0], 24),   // 6to4 relays, RFC 7526: leads into IPv6 ranges refused below
    ([192, 168, 0, 0], 16),   // private, RFC 1918
    ([192, 175, 48, 0], 24),  // AS112 sinks, RFC 7534
    ([198, 18, 0, 0], 15),    // benchmarking, RFC 2544
    ([198, 51, 100, 0], 24),  // TEST-NET-2, RFC 5737
    ([203, 0, 113, 0], 24),   // TEST-NET-3, RFC 5737
    ([224, 0, 0, 0], 3), // multicast 224/4, RFC 5771; reserved 240/4, RFC 1112 §4; broadcast, RFC 919
];

/// IPv6 ranges inside `2000::/3` that are not ordinary global unicast: the first 32 bits, prefix length (≤ 32).
/// Sources: the IANA IPv6 Special-Purpose Address Registry and the RFC named with each.
const INSIDE_V6: [(u32, u32); 4] = [
    (0x2001_0000, 23), // protocol assignments, RFC 2928: Teredo 2001::/32 (RFC 4380), benchmarking 2001:2::/48 (RFC 5180),
    //                    ORCHID 2001:10::/28 and 2001:20::/28 (RFC 4843, 7343), drone ids 2001:30::/28 (RFC 9374)
    (0x2001_0db8, 32), // documentation, RFC 3849
    (0x2002_0000, 16), // 6to4, RFC 3056: carries any IPv4 address
    (0x3fff_0000, 20), // documentation, RFC 9637
];

/// Whether an address is ordinary global unicast, so that a server of somebody else may be there.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let bits = ip.to_bits();
    !INSIDE_V4
        .iter()
        .any(|&(network, prefix)| shares_prefix(bits, u32::from_be_bytes(network), prefix))
}

/// Only `2000::/3` has been given out as global unicast (RFC 4291 §2.4, IANA IPv6 Address Space). That leaves out, among others,
/// `::` and `::1` (RFC 4291), IPv4-compatible `::/96` and IPv4-mapped `::ffff:0:0/96` (RFC 4291 §2.5.5), IPv4-translated `::ffff:0:0:0/96`
/// (RFC 2765), NAT64 `64:ff9b::/96` (RFC 6052) and `64:ff9b:1::/48` (RFC 8215), discard `100::/64` (RFC 6666) and `100:0:0:1::/64` (RFC 9780),
/// `SRv6` `5f00::/16` (RFC 9602), unique local `fc00::/7` (RFC 4193; a cloud's metadata at `fd00:ec2::254`), link-local `fe80::/10`,
/// site-local `fec0::/10` (RFC 3879) and multicast `ff00::/8`.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let first = u32::try_from(ip.to_bits() >> 96).unwrap_or(0);
    shares_prefix(first, 0x2000_0000, 3)
        && !INSIDE_V6
            .iter()
            .any(|&(network, prefix)| shares_prefix(first, network, prefix))
}

/// Whether two 32-bit values agree in their first `prefix` bits (1 to 32).
fn shares_prefix(a: u32, b: u32, prefix: u32) -> bool {
    (a ^ b) >> (32 - prefix) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn addresses_of_ordinary_servers_are_public() {
        for ip in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db7:ffff::1",
            "2001:db9::1",
            "2003::1",
            "2400:cb00::1",
            "2606:4700::1111",
            "2a01:4f8::1",
            "3ffe:ffff::1",
            "3fff:1000::1",
        ] {
            assert!(public(ip), "{ip} should be public");
        }
    }

    #[test]
    fn special_ipv4_ranges_are_inside_from_first_to_last_address() {
        for ip in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.0",
            "169.254.169.254",
            "169.254.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.0",
            "192.0.0.192",
            "192.0.0.255",
            "192.0.2.0",
            "192.0.2.255",
            "192.31.196.1",
            "192.52.193.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "192.175.48.1",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.0",
            "198.51.100.255",
            "203.0.113.0",
            "203.0.113.255",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
        ] {
            assert!(!public(ip), "{ip} should be inside");
        }
    }

    #[test]
    fn special_ipv6_ranges_are_inside() {
        for ip in [
            "::",
            "::1",
            "::2",
            "::7f00:1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "64:ff9b:1:ffff::1",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:0:ffff::1",
            "2001:1::1",
            "2001:2::1",
            "2001:10::1",
            "2001:1f:ffff::1",
            "2001:20::1",
            "2001:2f:ffff::1",
            "2001:30::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2001:db8:ffff::1",
            "2002::1",
            "2002:7f00:1::1",
            "2002:ffff::1",
            "3fff::1",
            "3fff:fff:ffff::1",
            "4000::1",
            "5f00::1",
            "8000::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe00::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "feff::1",
            "ff02::1",
            "ffff::1",
        ] {
            assert!(!public(ip), "{ip} should be inside");
        }
    }

    proptest! {
        #[test]
        fn what_the_standard_library_calls_special_is_never_public(bits: u32) {
            let ip = Ipv4Addr::from_bits(bits);
            let special = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast()
                || ip.is_broadcast() || ip.is_documentation() || ip.is_unspecified();
            prop_assert!(!(special && is_public(IpAddr::V4(ip))));
        }

        #[test]
        fn an_ipv4_address_carried_in_ipv6_is_never_public(bits: u32) {
            let ip = Ipv4Addr::from_bits(bits);
            prop_assert!(!is_public(IpAddr::V6(ip.to_ipv6_mapped())));
            prop_assert!(!is_public(IpAddr::V6(ip.to_ipv6_compatible())));
        }
    }
}
