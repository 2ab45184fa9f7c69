//! Requests recorded between servers of other software, and the keys of every recorded actor.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::kit::{Sample, fixtures, json};
use crate::domain::clock::Timestamp;
use crate::federation::signatures::{Here, KeyError, Presented, PublicKey, SignatureError};

/// A recorded request with what is known about it.
struct Exchange {
    file: PathBuf,
    sample: Sample,
    to: String,
    time: Timestamp,
    /// `None`: unsigned.
    key: Option<PublicKey>,
    key_id: Option<String>,
}

impl Exchange {
    fn check(&self, sample: &Sample) -> Result<(), SignatureError> {
        let here = Here {
            scheme: "https",
            host: &self.to,
        };
        let presented = Presented::read(&sample.parts(), &here, self.time)?;
        assert_eq!(Some(presented.key_id()), self.key_id.as_deref());
        presented.verify(self.key.as_ref().unwrap())
    }
}

fn exchanges(root: &Path) -> Vec<Exchange> {
    let folders = std::fs::read_dir(root.join("captured"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut all = Vec::new();
    for folder in folders.filter(|path| path.is_dir()) {
        let keys = json(&folder.join("keys.json"));
        for entry in json(&folder.join("manifest.json")).as_array().unwrap() {
            let file = folder.join(entry["file"].as_str().unwrap());
            let recorded = json(&file);
            let key_id = entry["keyId"].as_str().map(str::to_owned);
            let signed = entry["signature_verifies"].as_bool();
            assert!(matches!(signed, None | Some(true)));
            all.push(Exchange {
                sample: sample(&recorded["request"]),
                to: recorded["to"].as_str().unwrap().to_owned(),
                time: Timestamp::parse(recorded["time"].as_str().unwrap()).unwrap(),
                key: signed.map(|_| {
                    PublicKey::from_pem(keys[key_id.as_deref().unwrap()].as_str().unwrap()).unwrap()
                }),
                key_id,
                file,
            });
        }
    }
    all
}

fn sample(request: &Value) -> Sample {
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    let mut sample = Sample::get(&text("target"));
    sample.headers.clear();
    sample.method = text("method");
    sample.body = text("body").into_bytes();
    for header in request["headers"].as_array().unwrap() {
        sample.add(header[0].as_str().unwrap(), header[1].as_str().unwrap());
    }
    sample
}

#[test]
fn recorded_requests_of_other_software_verify() {
    let Some(root) = fixtures() else { return };
    let all = exchanges(&root);
    assert_eq!(all.len(), 88);
    let (signed, unsigned): (Vec<_>, Vec<_>) = all.into_iter().partition(|e| e.key.is_some());
    for exchange in &unsigned {
        let here = Here {
            scheme: "https",
            host: &exchange.to,
        };
        let read = Presented::read(&exchange.sample.parts(), &here, exchange.time);
        assert_eq!(
            read.unwrap_err(),
            SignatureError::Missing,
            "{}",
            exchange.file.display()
        );
    }
    for exchange in &signed {
        assert_eq!(
            exchange.check(&exchange.sample),
            Ok(()),
            "{}",
            exchange.file.display()
        );
    }
    assert!(signed.len() > 50, "{}", signed.len());
}

#[test]
fn recorded_requests_with_one_byte_changed_do_not_verify() {
    let Some(root) = fixtures() else { return };
    for exchange in exchanges(&root).iter().filter(|e| e.key.is_some()) {
        let fails = |change: &dyn Fn(&mut Sample)| {
            let mut sample = exchange.sample.clone();
            change(&mut sample);
            assert!(
                exchange.check(&sample).is_err(),
                "{}",
                exchange.file.display()
            );
        };
        fails(&|s| s.target.push('x'));
        fails(&|s| s.method = "PATCH".into());
        fails(&|s| s.set("host", "other.test"));
        fails(&|s| {
            // A character before the end holds only bits of the signature, no padding and no separator.
            let mut forged = s.headers["signature"].as_bytes().to_vec();
            let at = forged.iter().rposition(u8::is_ascii_alphanumeric).unwrap() - 5;
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            s.set("signature", &forged);
        });
        for at in (0..exchange.sample.body.len()).step_by(97) {
            fails(&|s| s.body[at] ^= 1);
        }
        fails(&|s| s.body.push(b'\n'));
    }
}

/// Every key that stands anywhere in the document.
fn keys_in(value: &Value) -> Vec<(&str, &str)> {
    match value {
        Value::Array(items) => items.iter().flat_map(keys_in).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value.as_str()) {
                (name @ ("publicKeyPem" | "publicKeyMultibase"), Some(text)) => vec![(name, text)],
                _ => keys_in(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn keys_of_recorded_actors_are_read_or_refused_for_a_known_reason() {
    /// Documents that the projects which collected them have altered.
    const REFUSED: [(&str, KeyError); 2] = [
        ("mastodon/update-person.json", KeyError::Encoding), // a character of the base64 is missing
        ("kbin/person.json", KeyError::Encoding),            // only the first line is left
    ];
    let Some(root) = fixtures() else { return };
    let (mut read, mut refused) = (0, 0);
    for folder in std::fs::read_dir(&root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
    {
        for file in std::fs::read_dir(&folder)
            .unwrap()
            .map(|e| e.unwrap().path())
        {
            if file.extension().is_none_or(|e| e != "json") {
                continue;
            }
            let name = file
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            for (form, text) in keys_in(&json(&file)) {
                let key = match form {
                    "publicKeyPem" => PublicKey::from_pem(text),
                    _ => PublicKey::from_multibase(text),
                };
                match key {
                    Ok(key) => {
                        read += 1;
                        assert_eq!(PublicKey::from_pem(&key.to_spki_pem()).unwrap(), key);
                    }
                    Err(e) => {
                        refused += 1;
                        assert!(REFUSED.contains(&(name.as_str(), e)), "{name}: {e}");
                    }
                }
            }
        }
    }
    assert!(read >= 50, "{read}");
    assert_eq!(refused, REFUSED.len());
}
