use std::net::IpAddr;

use proptest::prelude::*;

use super::*;

fn settings() -> NetSettings {
    let mut settings = NetSettings::for_domain("kith.example", "Kith");
    settings.loopback_hosts = [
        "peer.localhost:9000",
        "peer.test:8443",
        "127.0.0.1:9443",
        "8.8.8.8:444",
        "[::1]:9443",
    ]
    .map(str::to_owned)
    .to_vec();
    settings
}

fn check(url: &str) -> Result<Target, RefusedUrl> {
    Target::check(&Url::parse(url).unwrap(), &settings())
}

#[test]
fn ordinary_https_urls_are_contacted() {
    for url in [
        "https://social.example/people/maria",
        "https://SOCIAL.example:443/people/maria?page=1",
        "https://bücher.example/",
        "https://xn--bcher-kva.example/",
        "https://a_b.social.example/",
        "https://1.social.example/",
    ] {
        assert!(check(url).is_ok(), "{url}");
    }
}

#[test]
fn the_fragment_is_taken_off_and_the_key_names_the_host() {
    let target = check("https://Social.example:443/people/maria#main-key").unwrap();
    assert_eq!(target.url().as_str(), "https://social.example/people/maria");
    assert_eq!(target.host_key(), "social.example");
    assert_eq!(
        check("http://peer.localhost:9000/x").unwrap().host_key(),
        "peer.localhost:9000"
    );
}

#[test]
fn other_schemes_are_refused() {
    for url in [
        "http://social.example/",
        "ftp://social.example/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "gopher://social.example/",
    ] {
        assert_eq!(check(url), Err(RefusedUrl::Scheme), "{url}");
    }
}

#[test]
fn every_spelling_of_an_address_is_refused() {
    for url in [
        "https://127.0.0.1/",
        "https://8.8.8.8/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2606:4700::1111]/",
        "https://１２７.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://8.8.8.8:444/",
    ] {
        assert_eq!(check(url), Err(RefusedUrl::AddressAsHost), "{url}");
    }
}

#[test]
fn ports_user_names_short_names_and_special_names_are_refused() {
    for (url, why) in [
        ("https://social.example:8443/", RefusedUrl::Port),
        ("https://social.example:80/", RefusedUrl::Port),
        ("https://social.example:22/", RefusedUrl::Port),
        ("https://maria@social.example/", RefusedUrl::UserInfo),
        ("https://:secret@social.example/", RefusedUrl::UserInfo),
        ("https://social.example@127.0.0.1/", RefusedUrl::UserInfo),
        ("https://localhost/", RefusedUrl::HostName),
        ("https://intranet/", RefusedUrl::HostName),
        ("https://printer.local/", RefusedUrl::HostName),
        ("https://metadata.google.internal/", RefusedUrl::HostName),
        ("https://hidden.onion/", RefusedUrl::HostName),
        ("https://other.localhost/", RefusedUrl::HostName),
        ("https://social.example./", RefusedUrl::HostName),
        ("https://social..example/", RefusedUrl::HostName),
        ("https://-a.example/", RefusedUrl::HostName),
        ("https://kith.example/people/maria", RefusedUrl::OwnDomain),
        ("https://KITH.example:443/", RefusedUrl::OwnDomain),
    ] {
        assert_eq!(check(url), Err(why), "{url}");
    }
    let long = format!("https://social.example/{}", "a".repeat(MAX_URL_BYTES));
    assert_eq!(check(&long), Err(RefusedUrl::TooLong));
}

#[test]
fn a_listed_host_is_contacted_on_its_listed_port_only() {
    for url in [
        "http://peer.localhost:9000/x",
        "https://peer.localhost:9000/x",
        "https://peer.test:8443/x",
        "https://127.0.0.1:9443/",
        "https://[::1]:9443/",
    ] {
        assert!(check(url).is_ok(), "{url}");
    }
    for (url, why) in [
        ("https://peer.test/", RefusedUrl::Port),
        ("https://peer.test:8444/", RefusedUrl::Port),
        ("http://peer.test:8443/", RefusedUrl::Scheme),
        ("http://127.0.0.1:9443/", RefusedUrl::Scheme),
        ("http://peer.localhost:9001/", RefusedUrl::HostName),
        ("https://peer.localhost/", RefusedUrl::HostName),
        ("http://sub.peer.localhost:9000/", RefusedUrl::HostName),
        ("http://peer.localhost.:9000/", RefusedUrl::HostName),
        ("https://127.0.0.1:9444/", RefusedUrl::AddressAsHost),
    ] {
        assert_eq!(check(url), Err(why), "{url}");
    }
}

#[test]
fn an_own_domain_with_a_port_shuts_that_port_only() {
    let mut settings = settings();
    settings.own_domain = "peer.localhost:9000".to_owned();
    settings
        .loopback_hosts
        .push("peer.localhost:9001".to_owned());
    let check = |url: &str| Target::check(&Url::parse(url).unwrap(), &settings);
    assert_eq!(
        check("http://peer.localhost:9000/"),
        Err(RefusedUrl::OwnDomain)
    );
    assert!(check("http://peer.localhost:9001/").is_ok());
}

#[test]
fn a_handle_names_a_bare_host() {
    let settings = settings();
    for (text, host) in [
        ("social.example", "social.example"),
        ("Social.EXAMPLE", "social.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("peer.localhost:9000", "peer.localhost:9000"),
        ("kith.example", "kith.example"),
    ] {
        assert_eq!(bare_host(text, &settings).as_deref(), Some(host), "{text}");
    }
    for text in [
        "",
        ".",
        "social",
        "social.example:443",
        "social.example:8443",
        "social.example:",
        "social.example/x",
        "social.example?x",
        "social.example#x",
        "maria@social.example",
        "127.0.0.1",
        "127.0.0.1:9443",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "::1",
        "social.example.",
        "social example",
        "social.example\n",
        "social.example\0",
        "social%2eexample",
        "social.example\\x",
        "peer.localhost",
        "peer.localhost:9001",
        "peer.localhost:9000:1",
        "peer.test",
        "localhost",
        "x.internal",
        "１２７.0.0.1",
        "https://social.example",
        "a..example",
        "social.\u{ad}",
    ] {
        assert_eq!(bare_host(text, &settings), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic_or_pass_an_address(
        text in prop_oneof![
            any::<String>(),
            "https?://[0-9xa-f.:\\[\\]]{1,24}(:[0-9]{1,5})?/.{0,8}",
            "https?://[a-z0-9.@:-]{1,40}/",
        ]
    ) {
        let settings = settings();
        let _ = is_bare_host(&text, &settings);
        if let Ok(url) = Url::parse(&text) && let Ok(target) = Target::check(&url, &settings) {
            match target.url().host() {
                Some(Host::Domain(name)) => prop_assert!(name.parse::<IpAddr>().is_err()),
                Some(Host::Ipv4(ip)) => prop_assert!(ip.is_loopback() && target.url().port() == Some(9443)),
                Some(Host::Ipv6(ip)) => prop_assert!(ip.is_loopback() && target.url().port() == Some(9443)),
                None => prop_assert!(false, "a target has a host"),
            }
        }
    }

    #[test]
    fn no_address_is_a_target_in_any_spelling(bits: u32, form in 0..5_u8) {
        let [a, b, c, d] = bits.to_be_bytes();
        let host = match form {
            0 => format!("{a}.{b}.{c}.{d}"),
            1 => bits.to_string(),
            2 => format!("0x{bits:x}"),
            3 => format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            _ => format!("{a}.{b}.{}", bits & 0xffff),
        };
        let url = Url::parse(&format!("https://{host}/")).unwrap();
        prop_assert_eq!(Target::check(&url, &settings()), Err(RefusedUrl::AddressAsHost));
        prop_assert!(!is_bare_host(&host, &settings()));
    }
}
