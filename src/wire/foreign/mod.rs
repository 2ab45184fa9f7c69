//! Documents made by other software, where they lie beside the repository: each parses as what it is, or is refused for
//! the reason given here.

mod captured;
mod properties;
mod recorded;

use std::path::{Path, PathBuf};

use super::activitystreams::ParseError;
use super::activitystreams::activity::IncomingActivity;
use super::activitystreams::actor::{IncomingActor, Keys};
use super::activitystreams::collection::{IncomingCollection, IncomingTombstone};
use super::activitystreams::note::IncomingObject;
use super::activitystreams::object_ref::Embedded;
use super::nodeinfo::{NodeInfo, NodeInfoLinks};
use super::webfinger::Jrd;
use crate::domain::actor::ActorKind;

/// The folder of foreign documents; `None`, with a notice, where it is absent.
fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures");
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// All JSON files below `folder`, as `software/name.json`, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for path in std::fs::read_dir(&next)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                names.push(
                    path.strip_prefix(folder)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
    }
    names.sort();
    names
}

/// Reads a document as what its type and properties say it is, and everything inside it. Answers what it was.
fn understand(body: &[u8]) -> Result<&'static str, ParseError> {
    let value: serde_json::Value = serde_json::from_slice(body)?;
    let kind = value
        .get("type")
        .and_then(super::activitystreams::lenient::kind_of);
    match kind.as_deref() {
        None if value.get("subject").is_some() => Jrd::parse(body).map(|_| "webfinger"),
        None if value.get("software").is_some() => NodeInfo::parse(body).map(|_| "nodeinfo"),
        None => NodeInfoLinks::parse(body).map(|_| "nodeinfo links"),
        Some("Tombstone") => IncomingTombstone::parse(body).map(|_| "tombstone"),
        Some("Key" | "CryptographicKey") => Keys::parse_document(body).map(|_| "key"),
        Some(kind) if kind.contains("Collection") => {
            IncomingCollection::parse(body).map(|_| "collection")
        }
        Some(kind) if ActorKind::parse(kind).is_some() => {
            IncomingActor::parse(body).map(|_| "actor")
        }
        Some(_) if value.get("actor").is_some() && value.get("object").is_some() => {
            let activity = IncomingActivity::parse(body)?;
            if activity.kind == "Delete" {
                return Ok("activity"); // What is deleted is only named.
            }
            activity
                .object
                .iter()
                .filter_map(|object| object.embedded())
                .try_for_each(inside)?;
            Ok("activity")
        }
        Some(_) => IncomingObject::parse(body).map(|_| "object"),
    }
}

fn inside(embedded: &Embedded) -> Result<(), ParseError> {
    match embedded.kind.as_deref() {
        Some(kind) if ActorKind::parse(kind).is_some() => embedded.as_actor().map(|_| ()),
        _ if embedded.actor.is_some() && embedded.object.is_some() => {
            let inner = embedded.as_activity()?;
            inner
                .object
                .iter()
                .filter_map(|object| object.embedded())
                .try_for_each(inside)
        }
        _ => embedded.as_object().map(|_| ()),
    }
}
