//! Events of Kith, towards people whose servers know no events of their own: they send and receive any activity.

use serde_json::{Value, json};

use crate::kit::login::list;
use crate::kit::{Login, until};

use super::groups::{group, joins, uri};
use super::someone::Someone;
use super::{Scene, follows, with_each_peer};

fn id(of: &Value) -> &str {
    of["id"].as_str().expect("an id")
}

/// A breakfast with a place; `more` fields of the client API.
pub(super) fn breakfast(host: &Login<'_>, more: &Value) -> Value {
    let mut wish = json!({"title": "Breakfast", "description": "Bring *honey*",
        "start_time": "2030-05-01T08:00:00Z", "end_time": "2030-05-01T10:00:00Z", "timezone": "Europe/Berlin",
        "visibility": "public", "place": {"name": "Café Sonne", "city": "Berlin", "latitude": 52.5, "longitude": 13.4,
            "disclosure": "everyone"}});
    for (key, value) in more.as_object().into_iter().flatten() {
        wish[key] = value.clone();
    }
    host.post("/api/v1/events", &wish)
}

/// What Kith shows of who comes.
pub(super) fn attendee(host: &Login<'_>, event: &Value, someone: &Someone<'_>) -> Option<String> {
    let all = list(&host.get(&format!("/api/v1/events/{}/attendees", id(event))));
    let found = all
        .into_iter()
        .find(|one| one["account"]["uri"] == someone.uri())?;
    found["status"].as_str().map(str::to_owned)
}

pub(super) fn awaits_attendee(
    host: &Login<'_>,
    event: &Value,
    (someone, status): (&Someone<'_>, Option<&str>),
) {
    until(&format!("{} to be {status:?}", someone.uri()), || {
        (attendee(host, event, someone).as_deref() == status).then_some(())
    });
}

fn is_the_breakfast(event: &Value) {
    assert_eq!(event["type"], "Event", "{event}");
    assert_eq!(event["name"], "Breakfast");
    assert_eq!(event["startTime"], "2030-05-01T10:00:00+02:00", "{event}");
    assert_eq!(event["endTime"], "2030-05-01T12:00:00+02:00", "{event}");
    assert_eq!(event["timezone"], "Europe/Berlin", "{event}");
    let place = &event["location"];
    assert_eq!(
        (&place["type"], &place["name"]),
        (&json!("Place"), &json!("Café Sonne")),
        "{event}"
    );
    assert_eq!(place["address"]["addressLocality"], "Berlin", "{event}");
    assert_eq!(
        (&place["latitude"], &place["longitude"]),
        (&json!(52.5), &json!(13.4)),
        "{event}"
    );
    let summary = event["summary"].as_str().expect("a summary");
    assert!(
        summary.contains("Café Sonne") && summary.contains("10:00"),
        "{summary}"
    );
    assert!(
        event["content"].to_string().contains("<em>honey</em>"),
        "{event}"
    );
}

fn an_event_of_a_person_reaches_their_followers(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    follows(someone, &ada);
    let event = breakfast(&ada, &json!({}));
    let create = someone.awaits("Create", uri(&event));
    assert_eq!(create["actor"], ada.uri());
    is_the_breakfast(&create["object"]);
    assert_eq!(create["object"]["attributedTo"], ada.uri());
}

fn an_event_of_a_group_reaches_its_followers(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let group = group(&scene.alpha, &ada);
    joins(someone, &group);
    let event = breakfast(&ada, &json!({"group_id": id(&group)}));
    let create = someone.awaits("Create", uri(&event));
    assert_eq!(create["actor"], uri(&group));
    is_the_breakfast(&create["object"]);
    assert_eq!(create["object"]["attributedTo"], uri(&group));
    assert!(create["object"]["actor"].is_null(), "{create}");
    let path = url::Url::parse(uri(&event)).expect("an address");
    let served = scene.alpha.document(path.path()).json();
    is_the_breakfast(&served);
    assert_eq!(served["actor"], ada.uri());
}

fn a_deleted_event_is_taken_back(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    follows(someone, &ada);
    let event = breakfast(&ada, &json!({}));
    someone.awaits("Create", uri(&event));
    ada.call(
        "DELETE",
        &format!("/api/v1/events/{}", id(&event)),
        &Value::Null,
    );
    someone.awaits("Delete", uri(&event));
    let delete = scene.captures.delivery_of(someone.host(), "Delete").body;
    assert_eq!(delete["object"]["type"], "Tombstone", "{delete}");
    assert_eq!(delete["object"]["formerType"], "Event", "{delete}");
}

/// Sends a `Join` and answers its id.
fn asks_to_join(someone: &Someone<'_>, event: &Value, host: &str) -> String {
    let join = json!({"type": "Join", "object": uri(event), "to": [host]});
    let sent = someone.send(&join, host);
    sent["id"].as_str().expect("an id").to_owned()
}

fn somebody_joins_and_leaves(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let event = breakfast(&ada, &json!({}));
    let join = asks_to_join(someone, &event, &ada.uri());
    let accept = someone.awaits("Accept", &join);
    assert_eq!(accept["actor"], ada.uri());
    let inner = &accept["object"];
    if inner.is_object() {
        assert_eq!(
            (&inner["type"], &inner["actor"]),
            (&json!("Join"), &json!(someone.uri())),
            "{accept}"
        );
    }
    awaits_attendee(&ada, &event, (someone, Some("going")));
    let path = format!("/api/v1/events/{}", id(&event));
    assert_eq!(ada.get(&path)["going_count"], 1);
    assert_eq!(ada.told("participation"), 1);
    someone.send(
        &json!({"type": "Leave", "object": uri(&event), "to": [ada.uri()]}),
        &ada.uri(),
    );
    until("them to be gone", || {
        (ada.get(&path)["going_count"] == 0).then_some(())
    });
    awaits_attendee(&ada, &event, (someone, Some("left")));
}

fn somebody_joins_an_event_of_a_group(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let group = group(&scene.alpha, &ada);
    let event = breakfast(&ada, &json!({"group_id": id(&group)}));
    let join = asks_to_join(someone, &event, uri(&group));
    let accept = someone.awaits("Accept", &join);
    assert_eq!(accept["actor"], uri(&group), "{accept}");
    awaits_attendee(&ada, &event, (someone, Some("going")));
}

fn a_join_waits_for_the_host_where_they_decide(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let account = ada.account(&someone.handle()).expect("an account");
    let event = breakfast(&ada, &json!({"join_mode": "restricted"}));
    for (verdict, told, status) in [
        ("accept", "Accept", Some("going")),
        ("reject", "Reject", None),
    ] {
        let join = asks_to_join(someone, &event, &ada.uri());
        awaits_attendee(&ada, &event, (someone, Some("requested")));
        assert!(someone.has(told, &join).is_none());
        let path = format!(
            "/api/v1/events/{}/attendees/{}/{verdict}",
            id(&event),
            id(&account)
        );
        ada.post(&path, &json!({}));
        someone.awaits(told, &join);
        if status.is_some() {
            assert_eq!(attendee(&ada, &event, someone).as_deref(), status);
            someone.send(&json!({"type": "Leave", "object": uri(&event)}), &ada.uri());
            awaits_attendee(&ada, &event, (someone, Some("left")));
        } else {
            assert_ne!(attendee(&ada, &event, someone).as_deref(), Some("going"));
        }
    }
}

with_each_peer!(
    an_event_of_a_person_reaches_their_followers,
    an_event_of_a_group_reaches_its_followers,
    a_deleted_event_is_taken_back,
    somebody_joins_and_leaves,
    somebody_joins_an_event_of_a_group,
    a_join_waits_for_the_host_where_they_decide,
);
