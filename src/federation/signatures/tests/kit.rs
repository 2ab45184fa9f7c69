//! Requests built and signed by hand, independently of the code under test.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::domain::clock::Timestamp;
use crate::federation::signatures::{
    Here, KeyAlgorithm, Presented, PrivateKey, PublicKey, RequestParts, SignatureError,
};

pub(super) static RSA: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::generate(KeyAlgorithm::Rsa).unwrap());
pub(super) static ED25519: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap());

pub(super) const KEY_ID: &str = "https://remote.example/people/ada#main-key";
pub(super) const HERE: Here<'static> = Here {
    scheme: "https",
    host: "kith.example",
};
pub(super) const NOW_SECS: i64 = 1_800_000_000;
pub(super) const NOW: Timestamp = Timestamp::from_secs(NOW_SECS);
pub(super) const HOUR: i64 = 3_600;

/// A request that can be changed after it was signed.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Sample {
    /// A POST with every header that either generation may cover, dated now.
    pub(super) fn post() -> Self {
        let body = br#"{"type":"Follow"}"#.to_vec();
        let digest = STANDARD.encode(Sha256::digest(&body));
        let mut sample = Sample {
            method: "POST".into(),
            target: "/inbox".into(),
            headers: HeaderMap::new(),
            body,
        };
        sample.set("host", "kith.example");
        sample.set("date", &http_date(NOW_SECS));
        sample.set("content-type", "application/activity+json");
        sample.set("digest", &format!("SHA-256={digest}"));
        sample.set("content-digest", &format!("sha-256=:{digest}:"));
        sample
    }

    pub(super) fn get(target: &str) -> Self {
        let mut sample = Sample::post();
        sample.method = "GET".into();
        sample.target = target.into();
        sample.body.clear();
        for name in ["content-type", "digest", "content-digest"] {
            sample.headers.remove(name);
        }
        sample
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }

    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    pub(super) fn parts(&self) -> RequestParts<'_> {
        RequestParts {
            method: &self.method,
            target: &self.target,
            headers: &self.headers,
            body: &self.body,
        }
    }

    pub(super) fn read(&self) -> Result<Presented, SignatureError> {
        self.read_at(NOW)
    }

    pub(super) fn read_at(&self, now: Timestamp) -> Result<Presented, SignatureError> {
        Presented::read(&self.parts(), &HERE, now)
    }

    /// Reads and verifies.
    pub(super) fn check(&self, key: &PublicKey) -> Result<(), SignatureError> {
        self.read()?.verify(key)
    }

    /// Signs by draft-cavage: `covered` is the list, `extra` stands between it and the signature.
    pub(super) fn sign_draft(&mut self, key: &PrivateKey, covered: &str, extra: &str) {
        let parameter = |name: &str| {
            let (_, rest) = extra.split_once(&format!("{name}=")).unwrap();
            rest.split(',').next().unwrap().trim_matches('"').to_owned()
        };
        let line = |name: &str| match name {
            "(request-target)" => format!("{name}: {} {}", self.method.to_lowercase(), self.target),
            "(created)" => format!("{name}: {}", parameter("created")),
            "(expires)" => format!("{name}: {}", parameter("expires")),
            _ => format!("{name}: {}", self.header(name)),
        };
        let text: Vec<String> = covered.split(' ').map(line).collect();
        let signature = STANDARD.encode(key.sign(text.join("\n").as_bytes()).unwrap());
        let value =
            format!(r#"keyId="{KEY_ID}",headers="{covered}",{extra}signature="{signature}""#);
        self.set("signature", &value);
    }

    /// Signs by RFC 9421: `covered` without quotes, `parameters` from the first `;` on.
    pub(super) fn sign_rfc9421(&mut self, key: &PrivateKey, covered: &str, parameters: &str) {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut text = String::new();
        let mut list = Vec::new();
        for name in covered.split(' ').filter(|n| !n.is_empty()) {
            let value = match name {
                "@method" => self.method.clone(),
                "@target-uri" => format!("https://kith.example{}", self.target),
                "@authority" => "kith.example".to_owned(),
                "@scheme" => "https".to_owned(),
                "@path" => path.to_owned(),
                "@query" => format!("?{query}"),
                "@request-target" => self.target.clone(),
                _ => self.header(name).to_owned(),
            };
            writeln!(text, "\"{name}\": {value}").unwrap();
            list.push(format!("\"{name}\""));
        }
        let input = format!("({}){parameters}", list.join(" "));
        write!(text, "\"@signature-params\": {input}").unwrap();
        let signature = STANDARD.encode(key.sign(text.as_bytes()).unwrap());
        self.set("signature-input", &format!("sig1={input}"));
        self.set("signature", &format!("sig1=:{signature}:"));
    }
}

pub(super) fn http_date(secs: i64) -> String {
    httpdate::fmt_http_date(
        std::time::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(secs).unwrap()),
    )
}

/// The folder of recorded documents, or `None` with a notice where it is not beside the checkout.
pub(super) fn fixtures() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures"));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no recorded documents at {}", folder.display());
    None
}

pub(super) fn json(path: &std::path::Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
