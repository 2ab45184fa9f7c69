//! Quotes between instances, and what a hostile server may try with them (FEP-044f).

use serde_json::{Value, json};

use crate::kit::activities::{PUBLIC, id};
use crate::kit::kith::Setup;
use crate::kit::{Kith, Login, Peer, Remote, ports, until};

fn word<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().expect("a text")
}

fn status(login: &Login<'_>, of: &Value) -> Value {
    login.get(&format!("/api/v1/statuses/{}", word(of, "id")))
}

fn quoting(who: &Remote, quoted: &str, authorization: Option<&str>) -> Value {
    let mut note = who.note("Look", &[]);
    note["quote"] = json!(quoted);
    if let Some(authorization) = authorization {
        note["quoteAuthorization"] = json!(authorization);
    }
    who.peer.serve(&note);
    note
}

fn request(who: &Remote, quoted: &str, quoting: &str) -> Value {
    let mut request = who.activity("QuoteRequest", quoted);
    request["instrument"] = json!(quoting);
    request
}

/// A public note of `who` that everybody may quote.
fn quotable(who: &Remote) -> Value {
    let mut note = who.note("Quote me", &[]);
    note["interactionPolicy"] = json!({"canQuote": {"automaticApproval": [PUBLIC]}});
    who.peer.serve(&note);
    note
}

#[test]
fn a_quote_between_two_instances_is_asked_agreed_to_and_revoked() {
    let (a, b) = (ports::free(), ports::free());
    let make = |name: &str, port| {
        let mut setup = Setup::new(&[]).named(name);
        setup.hosts = vec![
            format!("alpha.localhost:{a}"),
            format!("beta.localhost:{b}"),
        ];
        let kith = setup.make_at(port);
        kith.launch();
        kith
    };
    let (alpha, beta) = (make("alpha", a), make("beta", b));
    let (ada, bea) = (alpha.user("ada"), beta.user("bea"));
    let account = bea.follow(&ada.handle());
    until("the follow", || bea.follows(&account).then_some(()));
    let back = ada.follow(&bea.handle());
    until("the follow back", || ada.follows(&back).then_some(()));
    let first = ada.toot("The first");
    let seen = bea.awaits_status(word(&first, "uri"));
    assert_eq!(seen["quote_approval"]["current_user"], "automatic");
    let body = json!({"status": "Look", "quoted_status_id": seen["id"]});
    let quote = bea.post("/api/v1/statuses", &body);
    until("the author to agree", || {
        (status(&bea, &quote)["quote"]["state"] == "accepted").then_some(())
    });
    let there = until("the quote at the author's", || {
        ada.status(word(&quote, "uri"))
            .filter(|there| there["quote"]["state"] == "accepted")
    });
    assert_eq!(there["quote"]["quoted_status"]["id"], first["id"]);
    assert_eq!(status(&ada, &first)["quotes_count"], 1);
    assert_eq!(ada.told("quote"), 1);
    let document: Value = beta
        .document(&format!("/posts/{}", word(&quote, "id")))
        .json();
    let authorization = word(&document, "quoteAuthorization").to_owned();
    let path = authorization
        .strip_prefix(&alpha.url(""))
        .expect("on the author's server")
        .to_owned();
    assert_eq!(alpha.document(&path).json()["type"], "QuoteAuthorization");
    let revoke = format!(
        "/api/v1/statuses/{}/quotes/{}/revoke",
        word(&first, "id"),
        word(&there, "id")
    );
    ada.post(&revoke, &json!({}));
    until("the end of the quote", || {
        (status(&bea, &quote)["quote"]["state"] == "revoked").then_some(())
    });
    assert_eq!(alpha.document(&path).status, 404);
}

#[test]
fn requests_are_answered_by_the_policy_and_only_for_own_posts() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let open = ada.toot("Quote me");
    let closed = ada.post(
        "/api/v1/statuses",
        &json!({"status": "Do not", "quote_approval_policy": "nobody"}),
    );
    let note = quoting(&carla, word(&open, "uri"), None);
    carla.tell(&kith, &request(&carla, word(&open, "uri"), id(&note)));
    let accept = peer.awaits("Accept");
    assert_eq!(accept["object"]["type"], "QuoteRequest");
    assert_eq!(accept["object"]["instrument"], json!(id(&note)));
    let authorization = word(&accept, "result").to_owned();
    assert!(authorization.starts_with(&kith.url("/")), "{authorization}");
    let refused = quoting(&carla, word(&closed, "uri"), None);
    carla.tell(&kith, &request(&carla, word(&closed, "uri"), id(&refused)));
    assert!(peer.awaits("Reject").get("result").is_none());
    // For somebody else's post: nothing is handed out.
    mallory.tell(&kith, &request(&mallory, word(&open, "uri"), id(&note)));
    kith.after_all(&mallory, &ada);
    assert!(other.received_of("Accept").is_empty());
    assert_eq!(status(&ada, &open)["quotes_count"], 0, "no post yet");
    ada.follows_remote(&carla);
    let whole = quoting(&carla, word(&open, "uri"), Some(&authorization));
    let mut sent = note.clone();
    sent["quoteAuthorization"] = whole["quoteAuthorization"].clone();
    peer.serve(&sent);
    carla.tell(&kith, &carla.create(&sent));
    let shown = ada.awaits_status(id(&note));
    assert_eq!(shown["quote"]["state"], "accepted");
    assert_eq!(status(&ada, &open)["quotes_count"], 1);
    // The authorization of one post is none for another.
    carla.tell(&kith, &carla.create(&whole));
    assert_eq!(ada.awaits_status(id(&whole))["quote"]["state"], "pending");
}

#[test]
fn what_elsewhere_quotes_elsewhere_is_shown_only_with_a_true_authorization() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, dora) = (peer.person("carla"), other.person("dora"));
    ada.follows_remote(&carla);
    let first = quotable(&dora);
    let says = |at: &Peer, quoting: &Value, by: &Remote| {
        let id = at.fresh("authorizations");
        at.serve(&json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": id, "type": "QuoteAuthorization", "attributedTo": by.id,
            "interactingObject": quoting["id"], "interactionTarget": first["id"],
        }));
        id
    };
    let arrives = |note: &Value, authorization: &str| {
        let mut note = note.clone();
        note["quoteAuthorization"] = json!(authorization);
        peer.serve(&note);
        carla.tell(&kith, &carla.create(&note));
        ada.awaits_status(id(&note))
    };
    let fresh = || quoting(&carla, id(&first), None);
    // Forged by the quoting side; for another post; in another's name.
    let forged = fresh();
    let forged_seen = arrives(&forged, &says(&peer, &forged, &dora));
    let borrowed = fresh();
    let borrowed_seen = arrives(&borrowed, &says(&other, &forged, &dora));
    let renamed = fresh();
    let renamed_seen = arrives(&renamed, &says(&other, &renamed, &carla));
    let good = fresh();
    let authorization = says(&other, &good, &dora);
    let good_seen = arrives(&good, &authorization);
    until("the quote", || {
        (status(&ada, &good_seen)["quote"]["state"] == "accepted").then_some(())
    });
    for seen in [&forged_seen, &borrowed_seen, &renamed_seen] {
        let quote = &status(&ada, seen)["quote"];
        assert_eq!(quote["state"], "pending", "{quote}");
        assert!(quote.get("quoted_status").is_none());
    }
    // Only its author takes it back.
    let stolen = carla.send(&kith, &carla.delete(&authorization));
    assert_eq!(stolen.status, 403);
    assert_eq!(status(&ada, &good_seen)["quote"]["state"], "accepted");
    dora.tell(&kith, &dora.delete(&authorization));
    until("the end of the quote", || {
        (status(&ada, &good_seen)["quote"]["state"] == "revoked").then_some(())
    });
}

#[test]
fn a_chain_of_quotes_is_not_followed() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    ada.follows_remote(&carla);
    // Each by the same author, so that each would stand.
    let mut last = carla.note("The deepest", &[]);
    let mut paths = vec![peer.path(id(&last)).to_owned()];
    for _ in 0..6 {
        last = quoting(&carla, id(&last), None);
        paths.push(peer.path(id(&last)).to_owned());
    }
    carla.tell(&kith, &carla.create(&last));
    let seen = ada.awaits_status(id(&last));
    until("the first quote", || {
        (status(&ada, &seen)["quote"]["state"] == "accepted").then_some(())
    });
    kith.settle();
    let fetched = peer.fetched();
    let followed = paths.iter().filter(|path| fetched.contains(path)).count();
    assert_eq!(followed, 1, "{fetched:?}");
}

#[test]
fn policies_from_elsewhere_are_obeyed_here() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    ada.follows_remote(&carla);
    let mut note = carla.note("Not for you", &[]);
    let nobody = json!({"automaticApproval": [carla.id], "manualApproval": []});
    note["interactionPolicy"] = json!({
        "canLike": nobody, "canReply": nobody, "canAnnounce": nobody,
        "canQuote": {"automaticApproval": [carla.id]},
    });
    peer.serve(&note);
    carla.tell(&kith, &carla.create(&note));
    let seen = ada.awaits_status(id(&note));
    let path = format!("/api/v1/statuses/{}", word(&seen, "id"));
    for (target, body) in [
        (format!("{path}/favourite"), Value::Null),
        (format!("{path}/reblog"), Value::Null),
        (
            "/api/v1/statuses".to_owned(),
            json!({"status": "x", "in_reply_to_id": seen["id"]}),
        ),
        (
            "/api/v1/statuses".to_owned(),
            json!({"status": "x", "quoted_status_id": seen["id"]}),
        ),
    ] {
        assert_eq!(
            ada.call("POST", &target, &body).status,
            422,
            "{target} {body}"
        );
    }
    // And ours elsewhere: who may not answer is not heard.
    let ours = ada.post(
        "/api/v1/statuses",
        &json!({"status": "Quiet please", "reply_approval_policy": "nobody"}),
    );
    let document: Value = kith
        .document(&format!("/posts/{}", word(&ours, "id")))
        .json();
    assert_eq!(
        document["interactionPolicy"]["canReply"]["automaticApproval"],
        json!([ada.uri()])
    );
    let mut answer = carla.note("But", &[]);
    answer["inReplyTo"] = json!(document["id"]);
    peer.serve(&answer);
    carla.tell(&kith, &carla.create(&answer));
    kith.after_all(&carla, &ada);
    assert!(ada.status(id(&answer)).is_none());
}

#[test]
fn an_asked_author_says_yes_or_no_and_nobody_else_does() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    ada.follows_remote(&carla);
    let note = quotable(&carla);
    carla.tell(&kith, &carla.create(&note));
    let seen = ada.awaits_status(id(&note));
    let body = json!({"status": "Look", "quoted_status_id": seen["id"]});
    let quote = ada.post("/api/v1/statuses", &body);
    assert_eq!(quote["quote"]["state"], "pending");
    let asked = peer.awaits("QuoteRequest");
    assert_eq!(asked["object"], note["id"]);
    assert_eq!(asked["instrument"]["id"], quote["uri"]);
    let answer = |who: &Remote, kind: &str, result: &str| {
        let mut answer = who.activity(kind, asked["id"].clone());
        answer["result"] = json!(result);
        who.tell(&kith, &answer);
    };
    answer(&mallory, "Accept", &other.fresh("authorizations"));
    answer(&carla, "Accept", &other.fresh("authorizations"));
    kith.after_all(&mallory, &ada);
    kith.after_all(&carla, &ada);
    assert_eq!(status(&ada, &quote)["quote"]["state"], "pending");
    let authorization = peer.fresh("authorizations");
    answer(&carla, "Accept", &authorization);
    until("the yes", || {
        (status(&ada, &quote)["quote"]["state"] == "accepted").then_some(())
    });
    let document: Value = kith
        .document(&format!("/posts/{}", word(&quote, "id")))
        .json();
    assert_eq!(document["quoteAuthorization"], json!(authorization));
    assert!(word(&document, "content").contains("class=\"quote-inline\""));
    answer(&carla, "Reject", "");
    kith.after_all(&carla, &ada);
    assert_eq!(status(&ada, &quote)["quote"]["state"], "accepted");
}
