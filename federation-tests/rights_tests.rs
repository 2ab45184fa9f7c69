//! Checklist 16, 17, 24, 25, 29, 30 and 58 for events: who decides about what.

use serde_json::{Value, json};

use crate::kit::activities::{PUBLIC, id};
use crate::kit::login::list;
use crate::kit::{Kith, Login, Peer, Remote, Signing, until};

/// A remote group with an organizer, both with documents.
fn club(peer: &Peer) -> (Remote, Remote) {
    let group = Remote::new(peer, "club").with(json!({"type": "Group"}));
    group.publish();
    (group, peer.person("olga"))
}

/// An event of `host`, organised by `organizer`, served at its id.
fn event(host: &Remote, organizer: &Remote, to: &[&str]) -> Value {
    let event = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": host.peer.fresh("events"),
        "type": "Event",
        "name": "Bouldering",
        "content": "<p>four seats</p>",
        "attributedTo": host.id,
        "actor": organizer.id,
        "startTime": "2099-05-01T18:00:00Z",
        "to": to,
        "cc": [],
    });
    host.peer.serve(&event);
    event
}

/// The event as `login` finds it here.
fn shown(login: &Login<'_>, event: &Value) -> Option<Value> {
    list(&login.look_up(id(event))["events"]).into_iter().next()
}

fn standing(login: &Login<'_>, number: &str) -> Value {
    login.get(&format!("/api/v1/events/{number}"))["own_participation"]["status"].clone()
}

fn number(of: &Value) -> &str {
    of["id"].as_str().expect("an id")
}

const ANSWERS: [&str; 3] = ["Accept", "Reject", "TentativeAccept"];

#[test]
fn only_those_behind_an_event_answer_a_join() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (group, olga) = club(&peer);
    let (neighbour, mallory) = (peer.person("neighbour"), other.person("mallory"));
    for decider in [&group, &olga] {
        let event = event(&group, &olga, &[PUBLIC]);
        let found = shown(&ada, &event).expect("a public event");
        let before = peer.received_of("Join").len();
        ada.post(
            &format!("/api/v1/events/{}/join", number(&found)),
            &json!({"answer": "going"}),
        );
        let join = until("the Join", || peer.received_of("Join").get(before).cloned());
        assert_eq!(standing(&ada, number(&found)), "requested");
        for who in [&neighbour, &mallory] {
            for kind in ANSWERS {
                who.send(&kith, &who.activity(kind, join.clone()));
                who.send(&kith, &who.activity(kind, id(&join)));
                who.send(&kith, &who.activity(kind, id(&event)));
            }
            kith.after_all(who, &ada);
        }
        assert_eq!(standing(&ada, number(&found)), "requested");
        decider.tell(&kith, &decider.activity("Accept", join.clone()));
        until("the seat", || {
            (standing(&ada, number(&found)) == "going").then_some(())
        });
        for who in [&neighbour, &mallory] {
            who.send(&kith, &who.activity("Reject", join.clone()));
            who.send(&kith, &who.delete(id(&event)));
            let mut moved = event.clone();
            moved["name"] = json!("Taken over");
            moved["updated"] = json!("2999-01-01T00:00:00Z");
            who.send(&kith, &who.update(&moved));
            moved["attributedTo"] = json!(who.id);
            who.send(&kith, &who.update(&moved));
            kith.after_all(who, &ada);
        }
        let after = ada.get(&format!("/api/v1/events/{}", number(&found)));
        assert_eq!(
            (&after["title"], &after["own_participation"]["status"]),
            (&json!("Bouldering"), &json!("going"))
        );
    }
}

#[test]
fn an_answer_to_a_join_that_was_never_sent_gives_no_seat() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let (group, olga) = club(&peer);
    let event = event(&group, &olga, &[PUBLIC]);
    let found = shown(&ada, &event).expect("a public event");
    let made_up = json!({"id": kith.url("/people/ada/joins/1"), "type": "Join", "actor": ada.uri(), "object": id(&event)});
    for kind in ANSWERS {
        group.send(&kith, &group.activity(kind, made_up.clone()));
        group.send(
            &kith,
            &group.activity(kind, kith.url("/people/ada/joins/1")),
        );
    }
    kith.after_all(&group, &ada);
    assert_eq!(standing(&ada, number(&found)), Value::Null);
    assert_eq!(
        ada.told("participation_answered") + ada.told("invitation"),
        0
    );
}

/// A local event of Ada's.
fn hosted<'a>(
    ada: &'a Login<'_>,
    visibility: &str,
    join_mode: &str,
) -> (Value, impl Fn(&str) -> Vec<String> + 'a) {
    let event = ada.post(
        "/api/v1/events",
        &json!({"title": "Breakfast", "start_time": "2099-05-01T08:00:00Z",
        "timezone": "UTC", "visibility": visibility, "join_mode": join_mode}),
    );
    let path = format!("/api/v1/events/{}/attendees", number(&event));
    let who = move |standing: &str| {
        let mut names: Vec<String> = list(&ada.get(&format!("{path}?status={standing}")))
            .iter()
            .map(|guest| {
                guest["account"]["acct"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        names.sort();
        names
    };
    (event, who)
}

fn invite(ada: &Login<'_>, event: &Value, who: &Remote) -> Value {
    let before = who.peer.received_of("Invite").len();
    ada.post(
        &format!("/api/v1/events/{}/invite", number(event)),
        &json!({"handles": [who.handle()]}),
    );
    until("the Invite", || {
        who.peer.received_of("Invite").get(before).cloned()
    })
}

#[test]
fn only_the_invited_answer_an_invitation_and_only_for_themselves() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let (neighbour, mallory) = (peer.person("neighbour"), other.person("mallory"));
    let (event, at) = hosted(&ada, "public", "invite");
    let uri = event["uri"].as_str().expect("an id");
    let invitation = invite(&ada, &event, &carla);
    for who in [&neighbour, &mallory] {
        let mut for_carla = who.activity("Join", uri);
        for_carla["object"] = json!(uri);
        for_carla["attributedTo"] = json!(carla.id);
        for kind in ANSWERS {
            who.send(&kith, &who.activity(kind, invitation.clone()));
            who.send(&kith, &who.activity(kind, id(&invitation)));
            let mut join = carla.activity("Join", uri);
            join["id"] = json!(who.peer.fresh("join"));
            who.send(&kith, &who.activity(kind, join));
        }
        who.send(&kith, &for_carla);
        who.send(&kith, &who.activity("Join", uri));
        who.send(&kith, &who.activity("Leave", uri));
        who.send(&kith, &who.undo(&invitation));
        kith.after_all(who, &ada);
    }
    assert_eq!(at("going"), [""; 0]);
    carla.tell(&kith, &carla.activity("Accept", invitation.clone()));
    until("Carla's seat", || {
        (at("going") == [carla.handle()]).then_some(())
    });
    // Nobody takes it from her.
    let accept = carla.activity("Accept", invitation);
    for who in [&neighbour, &mallory] {
        let mut join = carla.activity("Join", uri);
        join["id"] = json!(who.peer.fresh("join"));
        who.send(&kith, &who.undo(&accept));
        who.send(&kith, &who.undo(&join));
        who.send(&kith, &who.activity("Leave", uri));
        who.send(&kith, &who.activity("Reject", uri));
        kith.after_all(who, &ada);
    }
    assert_eq!(at("going"), [carla.handle()]);
}

#[test]
fn an_event_for_the_invited_is_not_there_for_anybody_else() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    for join_mode in ["free", "restricted", "invite"] {
        let (event, at) = hosted(&ada, "invited", join_mode);
        let uri = event["uri"].as_str().expect("an id");
        let path = uri.strip_prefix(&kith.url("")).expect("ours");
        invite(&ada, &event, &carla);
        mallory.posts_to(&ada, "known here");
        let before = other.received().len();
        for kind in [
            "Join",
            "Accept",
            "TentativeAccept",
            "Reject",
            "Leave",
            "Like",
            "Announce",
            "Follow",
        ] {
            mallory.send(&kith, &mallory.activity(kind, uri));
        }
        let mut reply = mallory.note("is anybody there?", &[&ada.uri()]);
        reply["inReplyTo"] = json!(uri);
        mallory.tell(&kith, &mallory.create(&reply));
        kith.after_all(&mallory, &ada);
        kith.settle();
        assert_eq!(
            (at("going"), at("requested"), at("declined")),
            (vec![], vec![], vec![]),
            "{join_mode}"
        );
        let heard: Vec<Value> = other.received().split_off(before);
        assert_eq!(
            heard,
            Vec::<Value>::new(),
            "an answer tells that there is something"
        );
        for address in [
            path.to_owned(),
            format!("{path}/attendees"),
            format!("{path}/replies"),
            format!("{path}/activity"),
        ] {
            let signed = kith
                .ask(&Signing::of(&mallory).get(&kith.domain, &address))
                .status;
            assert_eq!(signed, 404, "{address}");
        }
        assert_eq!(
            kith.ask(&Signing::of(&carla).get(&kith.domain, path))
                .status,
            200
        );
    }
}

#[test]
fn who_may_not_invite_opens_nothing_that_is_private() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let (ada, ben) = (kith.user("ada"), kith.user("ben"));
    let (group, olga) = club(&peer);
    let mallory = other.person("mallory");
    let secret = event(&group, &olga, &[&ada.uri()]);
    let mut invitation = olga.activity("Invite", id(&secret));
    invitation["target"] = json!(ada.uri());
    olga.tell(&kith, &invitation);
    let found = until("the invitation", || {
        (ada.told("invitation") == 1).then(|| shown(&ada, &secret))
    })
    .expect("the event");
    // Somebody on the event's own server would count: that server has checked them.
    let mut forged = mallory.activity("Invite", id(&secret));
    forged["target"] = json!(ben.uri());
    mallory.tell(&kith, &forged);
    kith.after_all(&mallory, &ben);
    // Having been invited to something else counts for nothing here.
    let path = format!("/api/v1/events/{}", number(&found));
    assert_eq!(ben.call("GET", &path, &Value::Null).status, 404);
    assert_eq!(
        ben.call("GET", &format!("{path}/attendees"), &Value::Null)
            .status,
        404
    );
    assert_eq!((shown(&ben, &secret), ben.told("invitation")), (None, 0));
    // A public event is shown as a recommendation, and gives no seat.
    let open = event(&group, &olga, &[PUBLIC]);
    let mut recommended = mallory.activity("Invite", id(&open));
    recommended["target"] = json!(ben.uri());
    mallory.tell(&kith, &recommended);
    until("the recommendation", || {
        (ben.told("invitation") == 1).then_some(())
    });
    assert_eq!(
        shown(&ben, &open).expect("public")["own_participation"],
        Value::Null
    );
    // The genuine invitation, once it is taken back, opens nothing any more.
    olga.tell(&kith, &olga.undo(&invitation));
    kith.after_all(&olga, &ada);
    assert_eq!(ada.call("GET", &path, &Value::Null).status, 404);
}

#[test]
fn addressing_an_event_anew_widens_nothing() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let (ada, ben) = (kith.user("ada"), kith.user("ben"));
    let olga = peer.person("olga");
    let secret = event(&olga, &olga, &[&ada.uri()]);
    let mut invitation = olga.activity("Invite", id(&secret));
    invitation["target"] = json!(ada.uri());
    olga.tell(&kith, &invitation);
    let found = until("the invitation", || {
        (ada.told("invitation") == 1).then(|| shown(&ada, &secret))
    })
    .expect("the event");
    let mut wider = secret.clone();
    wider["name"] = json!("Bouldering, edited");
    wider["to"] = json!([PUBLIC, ada.uri(), ben.uri()]);
    wider["cc"] = json!([olga.followers()]);
    wider["updated"] = json!("2099-01-01T00:00:00Z");
    peer.serve(&wider);
    olga.tell(&kith, &olga.update(&wider));
    olga.tell(&kith, &olga.create(&wider));
    let path = format!("/api/v1/events/{}", number(&found));
    until("the edit", || {
        (ada.get(&path)["title"] == "Bouldering, edited").then_some(())
    });
    kith.after_all(&olga, &ada);
    assert_eq!(ben.call("GET", &path, &Value::Null).status, 404);
    assert_eq!(shown(&ben, &secret), None);
    for list in [
        "/api/v1/events?limit=40",
        "/api/v1/timelines/public?limit=40",
    ] {
        assert!(!ben.get(list).to_string().contains("Bouldering"), "{list}");
    }
    assert!(!kith.page("/").text().contains("Bouldering"));
}
