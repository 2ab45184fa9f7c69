//! Events and groups.

use axum::http::Method;
use serde_json::{Value, json};

use super::kit::{Client, Kit, Sent};

fn draft(more: Value) -> Value {
    let mut event = json!({
        "title": "Bouldering",
        "description": "Bring *shoes*",
        "start_time": "2026-05-12T19:00:00+02:00",
        "end_time": "2026-05-12T21:00:00+02:00",
        "timezone": "Europe/Berlin",
        "place": {"name": "Hall", "city": "Berlin"},
    });
    let (Value::Object(event_map), Value::Object(more)) = (&mut event, more) else {
        panic!("both are objects")
    };
    event_map.extend(more);
    event
}

async fn create(client: &Client<'_>, more: Value) -> String {
    let reply = client.json("/api/v1/events", draft(more)).await;
    assert_eq!(reply.status, 200, "{:?}", reply.json);
    reply.text("id")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_has_the_shape_of_the_contract() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let group = kit.group("climbers", &ada).await;
    let more = json!({"group_id": group.id.to_string(), "capacity": 4});
    let id = create(&ada, more).await;
    let event = kit.stranger().get(&format!("/api/v1/events/{id}")).await;
    let keys: Vec<&String> = event.json.as_object().unwrap().keys().collect();
    let mut expected = vec![
        "id",
        "uri",
        "url",
        "title",
        "description",
        "start_time",
        "end_time",
        "timezone",
        "status",
        "capacity",
        "waitlist",
        "going_count",
        "waitlist_count",
        "join_mode",
        "visibility",
        "place",
        "online_url",
        "group",
        "host",
        "own_participation",
        "rrule",
        "created_at",
    ];
    let mut keys: Vec<&str> = keys.into_iter().map(String::as_str).collect();
    keys.sort_unstable();
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(event.text("start_time"), "2026-05-12T17:00:00.000Z");
    assert!(event.text("description").contains("<em>shoes</em>"));
    assert_eq!(event.json["group"]["username"], "climbers");
    assert_eq!(event.json["group"]["group"], true);
    assert_eq!(event.json["host"]["username"], "ada");
    assert_eq!(event.json["own_participation"], Value::Null);
    let list = kit
        .stranger()
        .get(&format!("/api/v1/events?group_id={}", group.id))
        .await;
    assert_eq!(list.ids(), [id.as_str()]);
    let later = kit
        .stranger()
        .get("/api/v1/events?from=2026-06-01T00:00:00Z")
        .await;
    assert!(later.ids().is_empty());
    let path = format!("/api/v1/groups/{}", group.id);
    let shown = kit.stranger().get(&path).await;
    assert_eq!(shown.json["organizers"][0]["id"], ada.id().as_str());
    let all = kit.stranger().get("/api/v1/groups?q=climb").await;
    assert_eq!(all.ids(), [group.id.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_answers_than_seats_make_a_waiting_list() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let (eve, joan) = (kit.person("eve").await, kit.person("joan").await);
    let id = create(&ada, json!({"capacity": 1})).await;
    let path = |tail: &str| format!("/api/v1/events/{id}/{tail}");
    let answer = |status: &str, position: Value| json!({"status": status, "guests": 0, "position": position});
    let own = "own_participation";
    let first = grace.json(&path("join"), json!({"answer": "going"})).await;
    assert_eq!(first.json[own], answer("going", Value::Null));
    eve.form(&path("join"), "answer=going").await;
    let third = joan.post(&path("join")).await;
    assert_eq!(third.json[own], answer("waitlisted", json!(2)));
    assert_eq!(third.json["waitlist_count"], 2);
    assert_eq!(third.json["going_count"], 1);
    let everybody = ada.get(&path("attendees")).await;
    assert_eq!(everybody.json.as_array().unwrap().len(), 3);
    let going = joan.get(&path("attendees")).await;
    assert_eq!(going.json[0]["account"]["username"], "grace");
    assert_eq!(going.json.as_array().unwrap().len(), 1);
    assert_eq!(kit.stranger().get(&path("attendees")).await.json, json!([]));
    let left = grace.post(&path("leave")).await;
    assert_eq!(left.json[own]["status"], "left");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_invited_people_see_an_event_for_the_invited() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let eve = kit.person("eve").await;
    let id = create(
        &ada,
        json!({"visibility": "invited", "join_mode": "invite"}),
    )
    .await;
    let path = format!("/api/v1/events/{id}");
    assert_eq!(grace.get(&path).await.status, 404);
    let join = format!("{path}/join");
    assert_eq!(grace.post(&join).await.status, 404);
    let invite = format!("{path}/invite");
    let unknown = ada
        .json(&invite, json!({"handles": ["grace", "nobody"]}))
        .await;
    assert_eq!(unknown.status, 422);
    assert_eq!(grace.get(&path).await.status, 404, "all of them, or nobody");
    let sent = ada.json(&invite, json!({"handles": ["@grace"]})).await;
    assert_eq!(sent.status, 200, "{:?}", sent.json);
    let seen = grace.get(&path).await;
    assert_eq!(seen.json["own_participation"]["status"], "invited");
    let told = grace.get("/api/v1/notifications").await;
    assert_eq!(told.json[0]["type"], "invitation");
    assert_eq!(told.json[0]["event"]["id"], id.as_str());
    assert_eq!(grace.post(&join).await.status, 200);
    let theirs = grace.json(&invite, json!({"handles": ["eve"]})).await;
    assert_eq!(theirs.status, 403);
    let told = ada.get("/api/v1/notifications").await;
    assert_eq!(told.json[0]["type"], "participation");
    assert_eq!(
        eve.send(Method::DELETE, &path, Sent::Nothing).await.status,
        404
    );
    assert_eq!(
        grace
            .send(Method::DELETE, &path, Sent::Nothing)
            .await
            .status,
        403
    );
    assert_eq!(
        ada.send(Method::DELETE, &path, Sent::Nothing).await.status,
        200
    );
    assert_eq!(ada.get(&path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_cannot_be_yet_is_refused() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    for (field, more) in [
        ("title", json!({"title": "x"})),
        ("start_time", json!({"start_time": "tomorrow"})),
        ("start_time", json!({"start_time": ""})),
        ("end_time", json!({"end_time": "2026-05-01T00:00:00Z"})),
        ("timezone", json!({"timezone": "Berlin"})),
        ("capacity", json!({"capacity": 0})),
        ("online_url", json!({"online_url": "javascript:alert(1)"})),
        ("join_mode", json!({"join_mode": "maybe"})),
        ("rrule", json!({"rrule": "FREQ=WEEKLY"})),
        ("guests_allowed", json!({"guests_allowed": 2})),
        (
            "place",
            json!({"place": {"name": "Home", "disclosure": "nobody"}}),
        ),
        (
            "place",
            json!({"place": {"name": "Home", "latitude": 91.0}}),
        ),
    ] {
        let reply = ada.json("/api/v1/events", draft(more)).await;
        assert_eq!(reply.status, 422, "{field}: {:?}", reply.json);
        assert!(reply.json["details"][field].is_array(), "{field}");
    }
    let group = json!({"group_id": "1"});
    let reply = ada.json("/api/v1/events", draft(group)).await;
    assert_eq!(reply.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn street_and_link_are_for_those_who_go() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let place = json!({"name": "Hall", "street": "Side Street 1", "city": "Berlin", "latitude": 52.5, "longitude": 13.4});
    let id = create(
        &ada,
        json!({"place": place, "online_url": "https://meet.example/room"}),
    )
    .await;
    let path = format!("/api/v1/events/{id}");
    let told = |event: &serde_json::Value| {
        assert_eq!(
            (&event["place"]["name"], &event["place"]["city"]),
            (&json!("Hall"), &json!("Berlin"))
        );
        let street = event["place"]["street"] == "Side Street 1";
        assert_eq!(event["place"]["latitude"].is_number(), street);
        assert_eq!(event["online_url"].is_string(), street);
        street
    };
    assert!(!told(&kit.stranger().get(&path).await.json));
    assert!(!told(&grace.get(&path).await.json));
    assert!(
        told(&ada.get(&path).await.json),
        "the host knows where it is"
    );
    grace
        .json(&format!("{path}/join"), json!({"answer": "going"}))
        .await;
    assert!(told(&grace.get(&path).await.json));
    let open = json!({"name": "Hall", "street": "Side Street 1", "latitude": 52.5, "city": "Berlin", "disclosure": "everyone"});
    let id = create(
        &ada,
        json!({"place": open, "online_url": "https://meet.example/room"}),
    )
    .await;
    assert!(told(
        &kit.stranger()
            .get(&format!("/api/v1/events/{id}"))
            .await
            .json
    ));
}
