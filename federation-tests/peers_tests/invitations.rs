//! Invitations in both directions, and their answers.

use serde_json::{Value, json};

use crate::kit::login::list;
use crate::kit::{Login, until};

use super::events::{awaits_attendee, breakfast};
use super::groups::uri;
use super::someone::Someone;
use super::{Scene, is_followed_by, with_each_peer};

fn id(of: &Value) -> &str {
    of["id"].as_str().expect("an id")
}

/// Invites somebody, and answers the `Invite` that arrived there.
fn invites(host: &Login<'_>, event: &Value, someone: &Someone<'_>) -> Value {
    let path = format!("/api/v1/events/{}/invite", id(event));
    host.post(&path, &json!({"handles": [someone.handle()]}));
    let invite = someone.awaits("Invite", uri(event));
    assert_eq!(invite["actor"], host.uri(), "{invite}");
    assert_eq!(invite["target"], someone.uri(), "{invite}");
    invite
}

fn an_invitation_of_ours_is_answered(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let event = breakfast(
        &ada,
        &json!({"join_mode": "invite", "visibility": "invited"}),
    );
    let invite = invites(&ada, &event, someone);
    for (answer, status) in [
        ("TentativeAccept", "maybe"),
        ("Reject", "declined"),
        ("Accept", "going"),
    ] {
        someone.send(
            &json!({"type": answer, "object": invite, "to": [ada.uri()]}),
            &ada.uri(),
        );
        awaits_attendee(&ada, &event, (someone, Some(status)));
    }
}

/// An event on the peer, addressed to all.
fn dinner(someone: &Someone<'_>) -> String {
    let place = json!({"type": "Place", "name": "At home"});
    let start = "2030-06-01T18:00:00Z";
    let sent = someone.does(
        "post",
        json!({"type": "Event", "name": "Dinner", "content": "<p>Bring a friend</p>",
            "fields": {"startTime": start, "location": place}}),
    );
    sent["activity"]["object"]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn event_at(login: &Login<'_>, uri: &str) -> Value {
    until("the event", || {
        list(&login.look_up(uri)["events"]).into_iter().next()
    })
}

#[test]
fn an_event_of_theirs_is_shown_to_their_followers() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    is_followed_by(&frank, &ada);
    let address = dinner(&frank);
    let event = event_at(&ada, &address);
    assert_eq!(
        (&event["title"], &event["uri"]),
        (&json!("Dinner"), &json!(address))
    );
    assert_eq!(event["start_time"], "2030-06-01T18:00:00.000Z", "{event}");
    assert_eq!(event["place"]["name"], "At home", "{event}");
    assert_eq!(event["host"]["uri"], frank.uri(), "{event}");
}

#[test]
fn an_invitation_of_theirs_is_accepted_and_left_again() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    let address = dinner(&frank);
    let invite =
        json!({"type": "Invite", "object": address, "target": ada.uri(), "to": [ada.uri()]});
    let invite = frank.send(&invite, &ada.uri());
    until("the invitation", || {
        (ada.told("invitation") == 1).then_some(())
    });
    let event = event_at(&ada, &address);
    let path = format!("/api/v1/events/{}", id(&event));
    ada.post(&format!("{path}/join"), &json!({"answer": "going"}));
    let answer = frank.awaits("Accept", id(&invite));
    assert_eq!(answer["actor"], ada.uri());
    // The host has the last word: seats may be taken meanwhile.
    let confirmed = json!({"type": "Accept", "object": answer, "to": [ada.uri()]});
    frank.send(&confirmed, &ada.uri());
    until("her seat", || {
        (ada.get(&path)["own_participation"]["status"] == "going").then_some(())
    });
    ada.post(&format!("{path}/leave"), &json!({}));
    let declined = until("her other answer", || {
        frank
            .has("Reject", id(&invite))
            .or_else(|| frank.has("Leave", &address))
    });
    assert_eq!(declined["actor"], ada.uri());
}

#[test]
fn a_join_of_ours_waits_for_their_answer() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    let address = dinner(&frank);
    let event = event_at(&ada, &address);
    let path = format!("/api/v1/events/{}", id(&event));
    let asked = ada.post(&format!("{path}/join"), &json!({"answer": "going"}));
    assert_eq!(asked["own_participation"]["status"], "requested", "{asked}");
    let join = frank.awaits("Join", &address);
    frank.send(
        &json!({"type": "Reject", "object": join, "to": [ada.uri()]}),
        &ada.uri(),
    );
    until("the refusal", || {
        let status = ada.get(&path)["own_participation"]["status"].clone();
        (status != "requested" && status != "going").then_some(())
    });
}

with_each_peer!(an_invitation_of_ours_is_answered);
