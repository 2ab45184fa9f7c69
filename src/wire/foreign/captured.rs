//! Whole exchanges between servers, recorded on the wire.

use serde_json::Value;

use super::*;
use crate::wire::host_meta::lrdd_template;

#[test]
fn every_recorded_body_is_understood() {
    let Some(folder) = folder() else { return };
    let mut understood = 0;
    for name in files(&folder)
        .iter()
        .filter(|name| name.starts_with("captured/"))
    {
        let file: Value =
            serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        let (Some(request), Some(response)) = (file.get("request"), file.get("response")) else {
            continue;
        };
        let posted = request["method"] == "POST";
        if !posted && response["status"] != 200 {
            continue; // An error page; what was asked for is not in it.
        }
        let body = if posted {
            &request["body"]
        } else {
            &response["body"]
        }
        .as_str()
        .unwrap();
        if name.contains("host-meta") {
            assert!(lrdd_template(body).is_some(), "{name}");
        } else {
            let what = understand(body.as_bytes());
            assert!(what.is_ok(), "{name}: {what:?}");
            assert_eq!(what.ok() == Some("activity"), posted, "{name}");
        }
        understood += 1;
    }
    assert!(understood >= 70, "only {understood} exchanges");
}

#[test]
fn recorded_actors_have_what_delivery_needs() {
    let Some(folder) = folder() else { return };
    for name in files(&folder)
        .iter()
        .filter(|name| name.contains("/get-by-") && name.ends_with("-200.json"))
    {
        let file: Value =
            serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        let Ok(actor) = IncomingActor::parse(file["response"]["body"].as_str().unwrap().as_bytes())
        else {
            continue;
        };
        assert!(actor.inboxes_on_own_origin(), "{name}");
        let keys = actor.keys();
        assert!(!keys.pem.is_empty() || !keys.urls.is_empty(), "{name}");
        assert!(
            actor.preferred_username.is_some() || actor.webfinger.is_some(),
            "{name}"
        );
    }
}
