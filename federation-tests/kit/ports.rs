//! Ports for servers that are started, stopped and started again under one name.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port that nothing listens on. It is outside the range that the kernel gives to outgoing connections, and each
/// test process begins at another place, so that a server can come back to its port after a stop.
pub(crate) fn free() -> u16 {
    let start = u16::try_from(std::process::id() % 1_000).expect("below 1,000") * 20;
    for _ in 0..2_000 {
        let port = 10_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between 10,000 and 30,000");
}
