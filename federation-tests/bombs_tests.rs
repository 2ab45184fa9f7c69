//! Checklist 44 and 46: what is small on the wire and huge when unpacked, in answers and in requests.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::json;

use crate::kit::activities::id;
use crate::kit::kith::Setup;
use crate::kit::{Ask, Kith, Page, Peer, Signing};

const KIND: &str = "application/activity+json";
/// Unpacked, far above what a document may have; packed, below it.
const HUGE: usize = 160 * 1024 * 1024;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// White space without end, packed.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let part = vec![b' '; 1024 * 1024];
    for _ in 0..HUGE / part.len() {
        encoder.write_all(&part).expect("memory");
    }
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn packed(coding: &str, body: Vec<u8>) -> Page {
    Page::new(200, KIND, body).header("Content-Encoding", coding)
}

/// Fails where the server now holds much more memory than `before`, in KiB.
fn is_flat(kith: &Kith, before: u64, what: &str) {
    let (after, _) = kith.usage();
    assert!(
        after < before + 64 * 1024,
        "{what}: {before} KiB before, {after} after"
    );
}

#[test]
fn packed_answers_are_unpacked_up_to_the_limit_and_no_further() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).limits("fetch_seconds = 3").start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "before");
    let (before, _) = kith.usage();
    let bomb = bomb();
    assert!(bomb.len() < 1024 * 1024, "{}", bomb.len());
    let spaces = vec![b' '; 4 * 1024 * 1024];
    let twice = gzip(&gzip(&spaces));
    // The first bytes of a stream that claims a window of 16 MiB (RFC 7932 §9.1), and of a Zstandard frame.
    let brotli = [&[0xcf, 0xff, 0xff, 0x7f, 0xf8][..], &[0x2a; 4_000]].concat();
    let zstd = [
        &[0x28, 0xb5, 0x2f, 0xfd, 0xa4, 0xff, 0xff, 0xff, 0xff][..],
        &[0x03; 4_000],
    ]
    .concat();
    let mut endless = packed("gzip", gzip(&spaces));
    endless.endless = true;
    let mut slow = packed("gzip", bomb.clone());
    slow.drip = Some(Duration::from_millis(20));
    let pages = [
        packed("gzip", bomb.clone()),
        packed("x-gzip", bomb.clone()),
        packed("GZIP", bomb.clone()),
        packed("gzip, gzip", twice),
        packed("deflate", zlib(&spaces)),
        packed("deflate", deflate(&spaces)),
        packed("br", brotli),
        packed("zstd", zstd),
        packed("gzip", bomb[..bomb.len() / 2].to_vec()),
        packed("gzip", b"no gzip at all".to_vec()),
        packed("identity, chunked, nonsense", bomb.clone()),
        endless,
        slow,
    ];
    for (at, page) in pages.into_iter().enumerate() {
        let path = format!("/bomb/{at}");
        peer.script.set(&path, page);
        let begun = Instant::now();
        let found = ada.look_up(&peer.url(&path));
        assert_eq!(found["statuses"], json!([]), "{path}");
        assert!(
            begun.elapsed() < Duration::from_secs(6),
            "{path}: {:?}",
            begun.elapsed()
        );
    }
    // Also where no person waits: an actor, a WebFinger answer, a boost.
    peer.script.set("/users/bomb", packed("gzip", bomb.clone()));
    peer.serve_webfinger("bomb", &peer.url("/users/bomb"));
    ada.look_up(&format!("@bomb@{}", peer.host));
    let jrd = Page::new(200, "application/jrd+json", bomb).header("Content-Encoding", "gzip");
    peer.script.queue("/.well-known/webfinger", jrd);
    ada.look_up(&format!("@other@{}", peer.host));
    ada.follows_remote(&carla);
    carla.tell(&kith, &carla.announce(&peer.url("/bomb/0")));
    is_flat(&kith, before, "packed answers");
    let note = carla.note("small when unpacked", &[]);
    peer.script.set(
        peer.path(id(&note)),
        packed("gzip", gzip(note.to_string().as_bytes())),
    );
    assert_eq!(ada.look_up(id(&note))["statuses"][0]["uri"], note["id"]);
}

#[test]
fn packed_requests_are_not_unpacked() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "before");
    let (before, _) = kith.usage();
    let bomb = bomb();
    let note = carla.note("packed", &[&ada.uri()]);
    let small = gzip(carla.create(&note).to_string().as_bytes());
    for body in [&bomb, &small] {
        for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
            let signed = Signing::of(&carla).post(&kith.domain, "/inbox", body.clone());
            let status = kith.ask(&signed.header("Content-Encoding", coding)).status;
            assert!(matches!(status, 400 | 415), "{coding}: {status}");
            let api = Ask::post("/api/v1/statuses", body.clone())
                .header("Content-Type", "application/json")
                .header("Content-Encoding", coding)
                .header("Authorization", format!("Bearer {}", ada.token));
            let status = kith.ask(&api).status;
            assert!(matches!(status, 400 | 415), "{coding}: {status}");
        }
        let chunked = format!(
            "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: {KIND}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            kith.domain
        );
        let mut stream = crate::kit::wire::connect(kith.port).expect("a connection");
        let _ = stream.write_all(chunked.as_bytes());
        let _ = stream.write_all(format!("{:x}\r\n", body.len()).as_bytes());
        let _ = stream.write_all(body);
        let _ = stream.write_all(b"\r\n0\r\n\r\n");
        let answer = crate::kit::Answer::read(&mut stream);
        assert!(answer.is_none_or(|a| matches!(a.status, 400 | 401 | 411 | 501)));
    }
    is_flat(&kith, before, "packed requests");
    kith.digest();
    assert!(ada.status(id(&note)).is_none());
    carla.posts_to(&ada, "after");
}

#[test]
fn endless_bodies_are_cut_off_at_every_address_that_reads_one() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    let (before, _) = kith.usage();
    for (method, path) in [
        ("POST", "/api/v1/statuses"),
        ("PATCH", "/api/v1/accounts/update_credentials"),
        ("POST", "/api/v1/events"),
        ("POST", "/people/ada/inbox"),
        ("POST", "/"),
        ("GET", "/"),
    ] {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\n\
             Transfer-Encoding: chunked\r\n\r\n",
            kith.domain, ada.token
        );
        let mut stream = crate::kit::wire::connect(kith.port).expect("a connection");
        stream.write_all(head.as_bytes()).expect("written");
        let mut chunk = b"10000\r\n".to_vec();
        chunk.extend([b' '; 0x10000]);
        chunk.extend(b"\r\n");
        let taken = (0..1_000)
            .take_while(|_| stream.write_all(&chunk).is_ok())
            .count();
        assert!(taken < 320, "{method} {path} took {taken} parts");
        if let Some(answer) = crate::kit::Answer::read(&mut stream) {
            assert!(
                matches!(answer.status, 200 | 401 | 405 | 413),
                "{method} {path}: {}",
                answer.status
            );
        }
    }
    is_flat(&kith, before, "endless bodies");
    assert_eq!(ada.toot("after")["content"], "<p>after</p>");
}
