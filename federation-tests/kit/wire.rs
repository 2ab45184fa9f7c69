//! HTTP/1.1 over a socket, with nothing in between: every byte is the test's own.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// A request. Every one opens a connection of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Sent as they are; `Connection: close` and, with a body, `Content-Length` are added.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Ask {
    /// Any method, without a body.
    pub(crate) fn of(method: &str, target: &str) -> Ask {
        Ask {
            method: method.to_owned(),
            target: target.to_owned(),
            ..Ask::default()
        }
    }

    pub(crate) fn get(target: &str) -> Ask {
        Ask {
            method: "GET".to_owned(),
            target: target.to_owned(),
            ..Ask::default()
        }
    }

    pub(crate) fn post(target: &str, body: impl Into<Vec<u8>>) -> Ask {
        Ask {
            method: "POST".to_owned(),
            target: target.to_owned(),
            body: body.into(),
            ..Ask::default()
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Ask {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Replaces every header of this name.
    pub(crate) fn set(mut self, name: &str, value: impl Into<String>) -> Ask {
        self = self.without(name);
        self.header(name, value)
    }

    pub(crate) fn without(mut self, name: &str) -> Ask {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() && self.value("content-length").is_none() {
            text.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        text.push_str("Connection: close\r\n\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend(&self.body);
        bytes
    }

    /// Sends it to a port of this machine. `None` where there is no whole answer.
    pub(crate) fn send(&self, port: u16) -> Option<Answer> {
        let mut stream = connect(port)?;
        // A server may answer, and close, before it has read everything.
        let _ = stream.write_all(&self.bytes());
        if self.method == "HEAD" {
            return Answer::read_head(&mut stream);
        }
        Answer::read(&mut stream)
    }
}

/// A connection with limits on how long a read or write waits.
pub(crate) fn connect(port: u16) -> Option<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
    stream
        .set_write_timeout(Some(Duration::from_mins(1)))
        .ok()?;
    stream.set_nodelay(true).ok()?;
    Some(stream)
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads one answer.
    pub(crate) fn read(stream: &mut TcpStream) -> Option<Answer> {
        let mut bytes = Vec::new();
        let mut part = [0; 16 * 1024];
        loop {
            if let Some(answer) = parse(&bytes, false) {
                return Some(answer);
            }
            match stream.read(&mut part) {
                Ok(0) => return parse(&bytes, true),
                Ok(n) => bytes.extend(&part[..n]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return parse(&bytes, true),
            }
        }
    }

    /// Reads the answer to a HEAD: what comes after the headers, if anything, is its body.
    fn read_head(stream: &mut TcpStream) -> Option<Answer> {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let (first, headers, rest) = head(&bytes)?;
        Some(Answer {
            status: first.split(' ').nth(1)?.parse().ok()?,
            headers,
            body: rest.to_vec(),
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

pub(crate) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

type Headers = Vec<(String, String)>;

/// Splits a head from what follows: first line, headers, rest.
pub(crate) fn head(bytes: &[u8]) -> Option<(String, Headers, &[u8])> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = text.split("\r\n");
    let first = lines.next()?.to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
        .collect();
    Some((first, headers, &bytes[end + 4..]))
}

fn parse(bytes: &[u8], ended: bool) -> Option<Answer> {
    let (first, headers, rest) = head(bytes)?;
    let status: u16 = first.split(' ').nth(1)?.parse().ok()?;
    let chunked = find(&headers, "transfer-encoding").is_some_and(|v| v.contains("chunked"));
    let length = find(&headers, "content-length").and_then(|v| v.parse::<usize>().ok());
    let body = if chunked {
        dechunk(rest)?
    } else {
        match length {
            Some(length) if rest.len() >= length => rest[..length].to_vec(),
            None if ended || matches!(status, 204 | 304) => rest.to_vec(),
            _ => return None,
        }
    };
    Some(Answer {
        status,
        headers,
        body,
    })
}

fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|w| w == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
