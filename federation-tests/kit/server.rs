//! A web server that does what a test tells it, and remembers everything it is asked.

use std::collections::{HashMap, VecDeque};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::wire;

/// What is answered at one address.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Waits before the answer.
    pub(crate) delay: Duration,
    /// After the body: the last 64 KiB of zeros again and again, until the other side closes.
    pub(crate) endless: bool,
    /// One byte of the body at a time, with this pause.
    pub(crate) drip: Option<Duration>,
}

impl Page {
    pub(crate) fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Page {
        Page {
            status,
            headers: vec![("Content-Type".to_owned(), kind.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
            endless: false,
            drip: None,
        }
    }

    pub(crate) fn activity(document: &Value) -> Page {
        Page::new(200, "application/activity+json", document.to_string())
    }

    pub(crate) fn status(status: u16) -> Page {
        Page::new(status, "text/plain", "")
    }

    pub(crate) fn redirect(to: &str) -> Page {
        Page::status(302).header("Location", to)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Page {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Page {
        self.delay = delay;
        self
    }
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What was answered.
    pub(crate) status: u16,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        wire::find(&self.headers, name)
    }
}

/// What is shared with the threads that answer.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pages: Mutex<HashMap<String, Page>>,
    /// Answers to the next requests for a path, before `pages`.
    queues: Mutex<HashMap<String, VecDeque<Page>>>,
    /// What every signature must hold, and the answer to those that do not.
    guard: Mutex<Option<(String, Page)>>,
    seen: Mutex<Vec<Seen>>,
    /// Requests being answered, and the most at once.
    open: AtomicUsize,
    most_open: AtomicUsize,
    /// Connections accepted.
    connections: AtomicUsize,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Script {
    /// Listens on `port` of 127.0.0.1 until the process ends.
    pub(crate) fn listen(port: u16) -> Arc<Script> {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a free port");
        let script = Arc::new(Script::default());
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || shared.converse(stream));
            }
        });
        script
    }

    pub(crate) fn set(&self, path: &str, page: Page) {
        lock(&self.pages).insert(path.to_owned(), page);
    }

    pub(crate) fn remove(&self, path: &str) {
        lock(&self.pages).remove(path);
    }

    /// Takes only requests with this text in their `Signature-Input`; all others are answered with `refusal`.
    pub(crate) fn demand(&self, text: &str, refusal: Page) {
        *lock(&self.guard) = Some((text.to_owned(), refusal));
    }

    pub(crate) fn queue(&self, path: &str, page: Page) {
        let mut queues = lock(&self.queues);
        queues.entry(path.to_owned()).or_default().push_back(page);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }

    pub(crate) fn forget(&self) {
        lock(&self.seen).clear();
        self.connections.store(0, Ordering::Relaxed);
        self.most_open.store(0, Ordering::Relaxed);
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The most requests that were being answered at the same time.
    pub(crate) fn most_open(&self) -> usize {
        self.most_open.load(Ordering::Relaxed)
    }

    fn page(&self, seen: &Seen) -> Page {
        let (method, target) = (seen.method.as_str(), seen.target.as_str());
        let open = target.starts_with("/.well-known/");
        if let Some((text, refusal)) = &*lock(&self.guard)
            && !open
            && !seen
                .header("signature-input")
                .is_some_and(|input| input.contains(text))
        {
            return refusal.clone();
        }
        let path = target.split('?').next().unwrap_or(target);
        if let Some(page) = lock(&self.queues)
            .get_mut(path)
            .and_then(VecDeque::pop_front)
        {
            return page;
        }
        let pages = lock(&self.pages);
        if let Some(page) = pages.get(target).or_else(|| pages.get(path)) {
            return page.clone();
        }
        let inbox = method == "POST" && path.ends_with("inbox");
        Page::status(if inbox { 202 } else { 404 })
    }

    fn converse(&self, mut stream: TcpStream) {
        let _ = stream.set_read_timeout(Some(Duration::from_mins(1)));
        let _ = stream.set_nodelay(true);
        let mut bytes = Vec::new();
        while let Some((mut seen, rest)) = read_request(&mut stream, bytes) {
            bytes = rest;
            let open = self.open.fetch_add(1, Ordering::Relaxed) + 1;
            self.most_open.fetch_max(open, Ordering::Relaxed);
            let page = self.page(&seen);
            seen.status = page.status;
            // What hangs is remembered when it came, so that a test can see it.
            lock(&self.seen).push(seen);
            std::thread::sleep(page.delay);
            self.open.fetch_sub(1, Ordering::Relaxed);
            if write_page(&mut stream, &page).is_err() {
                return;
            }
        }
    }
}

fn read_request(stream: &mut TcpStream, mut bytes: Vec<u8>) -> Option<(Seen, Vec<u8>)> {
    let mut part = [0; 16 * 1024];
    loop {
        if let Some((first, headers, rest)) = wire::head(&bytes) {
            let length = wire::find(&headers, "content-length").and_then(|v| v.parse().ok());
            let length: usize = length.unwrap_or(0);
            if rest.len() >= length {
                let mut words = first.split(' ');
                let seen = Seen {
                    at: Instant::now(),
                    method: words.next()?.to_owned(),
                    target: words.next()?.to_owned(),
                    headers,
                    body: rest[..length].to_vec(),
                    status: 0,
                };
                return Some((seen, rest[length..].to_vec()));
            }
        }
        match stream.read(&mut part) {
            Ok(n) if n > 0 => bytes.extend(&part[..n]),
            _ => return None,
        }
    }
}

fn write_page(stream: &mut TcpStream, page: &Page) -> std::io::Result<()> {
    let mut text = format!("HTTP/1.1 {} Scripted\r\n", page.status);
    for (name, value) in &page.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if page.endless {
        text.push_str("Connection: close\r\n\r\n");
    } else {
        text.push_str(&format!("Content-Length: {}\r\n\r\n", page.body.len()));
    }
    stream.write_all(text.as_bytes())?;
    match page.drip {
        Some(pause) => {
            for byte in &page.body {
                stream.write_all(&[*byte])?;
                std::thread::sleep(pause);
            }
        }
        None => stream.write_all(&page.body)?,
    }
    // Ends when the other side closes.
    if page.endless {
        loop {
            stream.write_all(&[b' '; 64 * 1024])?;
        }
    }
    Ok(())
}
