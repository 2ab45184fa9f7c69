//! Signing requests, rightly and in every wrong way.
//!
//! Written apart from Kith's own signer, from the two specifications, so that a mistake in one shows in the other.

use std::time::Duration;

use ::kith::domain::clock::Timestamp;
use ::kith::federation::signatures::PrivateKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::wire::Ask;
use super::{Remote, now};

/// How a request is signed. Each field can be changed to break one rule.
#[derive(Debug, Clone)]
pub(crate) struct Signing<'a> {
    pub(crate) key: &'a PrivateKey,
    pub(crate) key_id: String,
    /// RFC 9421 instead of draft-cavage.
    pub(crate) modern: bool,
    /// What the signature covers, in the words of its generation; the usual where `None`.
    pub(crate) covered: Option<Vec<&'static str>>,
    pub(crate) at: Timestamp,
    /// The host and the path that are signed, where they are not those of the request.
    pub(crate) host: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) created: bool,
    /// RFC 9421: seconds after `at`.
    pub(crate) expires: Option<i64>,
}

impl<'a> Signing<'a> {
    /// As it should be.
    pub(crate) fn of(actor: &'a Remote) -> Signing<'a> {
        Signing {
            key: &actor.key,
            key_id: actor.key_id.clone(),
            modern: false,
            covered: None,
            at: now(),
            host: None,
            path: None,
            created: true,
            expires: None,
        }
    }

    /// As it should be, by RFC 9421.
    pub(crate) fn modern(actor: &'a Remote) -> Signing<'a> {
        Signing {
            modern: true,
            ..Signing::of(actor)
        }
    }

    pub(crate) fn covering(mut self, covered: &[&'static str]) -> Signing<'a> {
        self.covered = Some(covered.to_vec());
        self
    }

    /// RFC 9421 without `created`.
    pub(crate) fn untimed(mut self) -> Signing<'a> {
        self.created = false;
        self
    }

    pub(crate) fn earlier(mut self, by: Duration) -> Signing<'a> {
        self.at = self.at.minus(by);
        self
    }

    pub(crate) fn later(mut self, by: Duration) -> Signing<'a> {
        self.at = self.at.plus(by);
        self
    }

    /// A signed POST of `body` to `path` of `host`.
    pub(crate) fn post(&self, host: &str, path: &str, body: Vec<u8>) -> Ask {
        let digest = STANDARD.encode(Sha256::digest(&body));
        let ask = Ask::post(path, body).header("Content-Type", "application/activity+json");
        let ask = if self.modern {
            ask.header("Content-Digest", format!("sha-256=:{digest}:"))
        } else {
            ask.header("Digest", format!("SHA-256={digest}"))
        };
        self.sign(ask, host, true)
    }

    /// A signed GET.
    pub(crate) fn get(&self, host: &str, path: &str) -> Ask {
        let ask = Ask::get(path).header("Accept", "application/activity+json");
        self.sign(ask, host, false)
    }

    fn sign(&self, ask: Ask, host: &str, body: bool) -> Ask {
        let ask = ask.header("Host", host).header("Date", http_date(self.at));
        if self.modern {
            self.rfc9421(ask, host, body)
        } else {
            self.draft(ask, host, body)
        }
    }

    fn draft(&self, ask: Ask, host: &str, body: bool) -> Ask {
        let usual: &[&str] = if body {
            &["(request-target)", "host", "date", "digest", "content-type"]
        } else {
            &["(request-target)", "host", "date"]
        };
        let covered = self.covered.clone().unwrap_or_else(|| usual.to_vec());
        let path = self.path.as_deref().unwrap_or(&ask.target);
        let lines: Vec<String> = covered
            .iter()
            .map(|name| match *name {
                "(request-target)" => {
                    format!("(request-target): {} {path}", ask.method.to_lowercase())
                }
                "host" => format!("host: {}", self.host.as_deref().unwrap_or(host)),
                "(created)" => format!("(created): {}", self.at.secs()),
                name => format!("{name}: {}", ask.value(name).unwrap_or_default()),
            })
            .collect();
        let signature = self.bytes(&lines.join("\n"));
        let created = if covered.contains(&"(created)") {
            format!("created={},", self.at.secs())
        } else {
            String::new()
        };
        let value = format!(
            r#"keyId="{}",algorithm="rsa-sha256",{created}headers="{}",signature="{signature}""#,
            self.key_id,
            covered.join(" ")
        );
        ask.header("Signature", value)
    }

    fn rfc9421(&self, ask: Ask, host: &str, body: bool) -> Ask {
        let usual: &[&str] = if body {
            &["@method", "@target-uri", "content-digest"]
        } else {
            &["@method", "@target-uri"]
        };
        let covered = self.covered.clone().unwrap_or_else(|| usual.to_vec());
        let path = self.path.as_deref().unwrap_or(&ask.target);
        let host = self.host.as_deref().unwrap_or(host);
        let mut text = String::new();
        for name in &covered {
            let value = match *name {
                "@method" => ask.method.clone(),
                "@target-uri" => format!("http://{host}{path}"),
                "@authority" => host.to_owned(),
                "@path" => path.to_owned(),
                name => ask.value(name).unwrap_or_default().to_owned(),
            };
            text.push_str(&format!("\"{name}\": {value}\n"));
        }
        let names: Vec<String> = covered.iter().map(|name| format!("\"{name}\"")).collect();
        let mut parameters = format!("({})", names.join(" "));
        if self.created {
            parameters.push_str(&format!(";created={}", self.at.secs()));
        }
        if let Some(after) = self.expires {
            parameters.push_str(&format!(";expires={}", self.at.secs() + after));
        }
        parameters.push_str(&format!(
            ";keyid=\"{}\";alg=\"rsa-v1_5-sha256\"",
            self.key_id
        ));
        text.push_str(&format!("\"@signature-params\": {parameters}"));
        let signature = self.bytes(&text);
        ask.header("Signature-Input", format!("sig1={parameters}"))
            .header("Signature", format!("sig1=:{signature}:"))
    }

    fn bytes(&self, text: &str) -> String {
        STANDARD.encode(self.key.sign(text.as_bytes()).expect("a signature"))
    }
}

fn http_date(at: Timestamp) -> String {
    let seconds = u64::try_from(at.secs()).expect("after 1970");
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(seconds))
}
