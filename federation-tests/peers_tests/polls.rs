//! Polls with a foreign peer, in both directions.

use serde_json::{Value, json};

use crate::kit::until;

use super::{Scene, befriend, is_followed_by};

fn votes(poll: &Value, at: usize) -> &Value {
    &poll["options"][at]["votes_count"]
}

#[test]
fn fedify_asks_and_a_vote_from_here_is_counted_there() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    is_followed_by(&frank, &ada);
    let option = |name: &str| json!({"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 0}});
    let fields = json!({"oneOf": [option("yes"), option("no")], "endTime": "2036-01-01T00:00:00Z"});
    let sent = frank.does(
        "post",
        json!({"type": "Question", "content": "<p>Tea?</p>", "fields": fields}),
    );
    let uri = sent["activity"]["object"]["id"].as_str().expect("an id");
    let seen = ada.awaits_status(uri);
    assert_eq!(seen["poll"]["options"][0]["title"], "yes", "{seen}");
    let id = seen["id"].as_str().expect("an id");
    ada.post(
        &format!("/api/v1/polls/{id}/votes"),
        &json!({"choices": [0]}),
    );
    until("the vote to arrive", || {
        frank
            .received()
            .into_iter()
            .find(|activity| activity["type"] == "Create" && activity["object"]["name"] == "yes")
    });
    // Its author tells everybody how it stands.
    frank.does("update", json!({"id": uri}));
    let told = until("the counts", || {
        let poll = ada.status(uri)?["poll"].clone();
        (*votes(&poll, 0) == json!(1) && poll["voters_count"] == 1).then_some(poll)
    });
    assert_eq!(told["own_votes"], json!([0]));
}

#[test]
fn fedify_votes_here_and_is_told_the_counts() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    befriend(&frank, &ada);
    let asked = ada.post(
        "/api/v1/statuses",
        &json!({"status": "Tea?", "poll": {"options": ["yes", "no"], "expires_in": 3600}}),
    );
    let uri = asked["uri"].as_str().expect("an id");
    let create = frank.awaits("Create", uri);
    assert_eq!(create["object"]["type"], "Question", "{create}");
    frank.does("vote", json!({"question": uri, "choice": "no"}));
    until("the vote", || {
        let poll = ada.status(uri)?["poll"].clone();
        (*votes(&poll, 1) == json!(1)).then_some(())
    });
}
