//! TLS, with a certificate authority and a peer made for these tests.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// Answers `connections` connections over TLS as peer.localhost. Gives the port.
fn secure_peer(connections: usize) -> u16 {
    let certificate =
        CertificateDer::from_pem_slice(include_bytes!("../../fixtures/test-only-peer.pem"))
            .unwrap();
    let key =
        PrivateKeyDer::from_pem_slice(include_bytes!("../../fixtures/test-only-peer.key")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().take(connections) {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, stream.unwrap()));
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|length| length > 2) {
                line.clear();
            }
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 2\r\n\r\n{}";
            let _ = stream.get_mut().write_all(head.as_bytes());
        }
    });
    port
}

fn trusting(hosts: &[String], pem: Option<&[u8]>) -> Client {
    client(&[], |settings| {
        settings.loopback_hosts = hosts.to_vec();
        settings.extra_ca_pem = pem.map(<[u8]>::to_vec);
    })
}

#[tokio::test]
async fn an_extra_authority_is_trusted_for_the_names_it_vouched_for() {
    let port = secure_peer(2);
    let hosts = [
        format!("peer.localhost:{port}"),
        format!("other.localhost:{port}"),
    ];
    let client = trusting(
        &hosts,
        Some(include_bytes!("../../fixtures/test-only-ca.pem")),
    );
    let fetched = get(&client, &format!("https://{}/", hosts[0]))
        .await
        .unwrap();
    assert_eq!(fetched.body.as_ref(), b"{}");
    assert!(matches!(
        get(&client, &format!("https://{}/", hosts[1])).await,
        Err(FetchError::Network(_))
    ));
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let host = format!("peer.localhost:{}", secure_peer(1));
    let client = trusting(std::slice::from_ref(&host), None);
    assert!(matches!(
        get(&client, &format!("https://{host}/")).await,
        Err(FetchError::Network(_))
    ));
}

#[test]
fn an_unreadable_authority_is_reported_when_the_client_is_built() {
    let mut settings = NetSettings::for_domain("kith.example", "Kith");
    settings.extra_ca_pem =
        Some(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec());
    let clock = Arc::new(FixedClock::at(Timestamp::from_secs(0)));
    assert!(Client::with_lookup(settings, clock, records()).is_err());
}
