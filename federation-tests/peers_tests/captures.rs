//! What went over the wire, as the TLS proxy wrote it down.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::kit::setting;

/// The exchanges since the test began.
#[derive(Debug)]
pub(super) struct Captures {
    folder: PathBuf,
    after: u64,
}

/// How a request was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    Draft,
    Rfc9421,
    Not,
}

/// A request and its answer.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) signed: Signed,
    pub(super) target: String,
    pub(super) status: u64,
    pub(super) body: Value,
}

impl Captures {
    pub(super) fn begin() -> Captures {
        let folder = PathBuf::from(setting("KITH_CAPTURES").expect("set beside KITH_PEERS"));
        let mut captures = Captures { folder, after: 0 };
        let hosts = super::HOSTS.iter();
        let last = hosts
            .flat_map(|host| captures.files(host))
            .map(|(at, _)| at);
        captures.after = last.max().unwrap_or(0);
        captures
    }

    /// The files about one host, oldest first, with their numbers.
    fn files(&self, host: &str) -> Vec<(u64, PathBuf)> {
        let Ok(folder) = fs::read_dir(self.folder.join(host)) else {
            return Vec::new();
        };
        let mut files: Vec<_> = folder
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let name = path.file_name()?.to_str()?;
                let number: u64 = name
                    .strip_suffix(".json")?
                    .split('-')
                    .next()?
                    .parse()
                    .ok()?;
                (number > self.after).then_some((number, path))
            })
            .collect();
        files.sort();
        files
    }

    /// Every request with this method to a host, oldest first.
    pub(super) fn all(&self, host: &str, method: &str) -> Vec<Exchange> {
        let files = self.files(host).into_iter();
        let documents = files.map(|(_, path)| {
            let text = fs::read_to_string(&path).expect("a capture");
            serde_json::from_str::<Value>(&text).expect("JSON")
        });
        documents
            .filter(|document| document["request"]["method"] == method)
            .map(|document| Exchange::of(&document))
            .collect()
    }

    /// How the deliveries to a host were signed, and what it answered, oldest first.
    pub(super) fn deliveries(&self, host: &str) -> Vec<(Signed, u64)> {
        let posts = self.all(host, "POST").into_iter();
        posts.map(|post| (post.signed, post.status)).collect()
    }

    /// The delivery of an activity of this type to a host.
    pub(super) fn delivery_of(&self, host: &str, kind: &str) -> Exchange {
        let posts = self.all(host, "POST");
        let found = posts
            .into_iter()
            .rev()
            .find(|post| post.body["type"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} was delivered to {host}"))
    }
}

impl Exchange {
    fn of(document: &Value) -> Exchange {
        let header = |name: &str| {
            let headers = document["request"]["headers"].as_array();
            headers.into_iter().flatten().find_map(|pair| {
                let same = pair[0].as_str()?.eq_ignore_ascii_case(name);
                same.then(|| pair[1].as_str().unwrap_or_default().to_owned())
            })
        };
        let signed = match (header("signature-input"), header("signature")) {
            (Some(_), _) => Signed::Rfc9421,
            (None, Some(_)) => Signed::Draft,
            (None, None) => Signed::Not,
        };
        let body = document["request"]["body"].as_str().unwrap_or_default();
        Exchange {
            signed,
            target: document["request"]["target"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            status: document["response"]["status"].as_u64().unwrap_or(0),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }
}
