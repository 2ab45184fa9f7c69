//! Profiles, following, searching.

use axum::http::Method;
use serde_json::{Value, json};

use super::kit::{DOMAIN, Kit, Sent};

const UPDATE: &str = "/api/v1/accounts/update_credentials";

fn names(account: &Value) -> Vec<&str> {
    let fields = account["fields"].as_array().unwrap();
    fields.iter().map(|f| f["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_a_profile_is_seen_by_its_audience() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let changes = json!({
        "display_name": "Ada L.",
        "note": "I like **engines** <script>alert(1)</script>",
        "locked": true,
        "fields_attributes": [
            {"name": "Pronouns", "value": "she/her"},
            {"name": "Desk", "value": "7", "audience": "instance"},
            {"name": "Phone", "value": "0123", "audience": "friends"},
            {"name": "Hopes", "value": "<b>secret</b>", "audience": "only_me"},
        ],
    });
    let own = ada.send(Method::PATCH, UPDATE, Sent::Json(changes)).await;
    assert_eq!(own.status, 200, "{:?}", own.json);
    assert_eq!(own.text("display_name"), "Ada L.");
    assert_eq!(own.json["locked"], true);
    assert!(own.text("note").contains("<strong>engines</strong>"));
    assert!(!own.text("note").contains("<script"));
    assert_eq!(names(&own.json), ["Pronouns", "Desk", "Phone", "Hopes"]);
    let source = &own.json["source"];
    assert_eq!(source["fields"][3]["audience"], "only_me");
    assert_eq!(source["fields"][3]["value"], "<b>secret</b>");
    assert_eq!(own.json["fields"][3]["value"], "&lt;b&gt;secret&lt;/b&gt;");
    let path = format!("/api/v1/accounts/{}", ada.id());
    let seen = kit.stranger().get(&path).await;
    assert_eq!(names(&seen.json), ["Pronouns"]);
    assert!(seen.json.get("source").is_none());
    assert!(seen.json["fields"][0].get("audience").is_none());
    assert_eq!(names(&grace.get(&path).await.json), ["Pronouns", "Desk"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_knows_no_audiences_does_not_widen_them() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let first = "fields_attributes[0][name]=Phone&fields_attributes[0][value]=1\
        &fields_attributes[0][audience]=only_me";
    ada.send(Method::PATCH, UPDATE, Sent::Form(first)).await;
    let second = "fields_attributes[0][name]=Phone&fields_attributes[0][value]=2\
        &fields_attributes[1][name]=Web&fields_attributes[1][value]=https://ada.example/\
        &fields_attributes[2][name]=&fields_attributes[2][value]=";
    let own = ada.send(Method::PATCH, UPDATE, Sent::Form(second)).await;
    assert_eq!(own.status, 200, "{:?}", own.json);
    assert_eq!(names(&own.json), ["Phone", "Web"]);
    let path = format!("/api/v1/accounts/{}", ada.id());
    let seen = kit.stranger().get(&path).await;
    assert_eq!(names(&seen.json), ["Web"]);
    let link = seen.json["fields"][0]["value"].as_str().unwrap();
    assert!(link.starts_with("<a href=\"https://ada.example/\" rel=\"me "));
    // What is not sent stays.
    let own = ada.send(Method::PATCH, UPDATE, Sent::Form("note=x")).await;
    assert_eq!(names(&own.json), ["Phone", "Web"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_too_long_is_refused_whole() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let long = format!("note=fine&display_name={}", "x".repeat(101));
    let reply = ada.send(Method::PATCH, UPDATE, Sent::Form(&long)).await;
    assert_eq!(reply.status, 422);
    assert!(reply.json["details"]["display_name"].is_array());
    let bad = json!({"fields_attributes": {"0": {"name": "a", "value": "b", "audience": "all"}}});
    let reply = ada.send(Method::PATCH, UPDATE, Sent::Json(bad)).await;
    assert_eq!(reply.status, 422);
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(own.json["source"]["note"], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_answers_who_asks_to_follow() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let eve = kit.person("eve").await;
    ada.send(Method::PATCH, UPDATE, Sent::Form("locked=true"))
        .await;
    for client in [&grace, &eve] {
        let path = format!("/api/v1/accounts/{}/follow", ada.id());
        let standing = client.post(&path).await;
        assert_eq!(standing.json["requested"], true);
        assert_eq!(standing.json["following"], false);
    }
    let asking = ada.get("/api/v1/follow_requests").await;
    assert_eq!(asking.ids(), [eve.id(), grace.id()]);
    let answer = |who: String, verb: &str| format!("/api/v1/follow_requests/{who}/{verb}");
    let yes = ada.post(&answer(grace.id(), "authorize")).await;
    assert_eq!(yes.json["followed_by"], true);
    assert_eq!(ada.post(&answer(eve.id(), "reject")).await.status, 200);
    let again = ada.post(&answer(grace.id(), "reject")).await;
    assert_eq!(again.status, 404, "a follower is not a request");
    let followers = format!("/api/v1/accounts/{}/followers", ada.id());
    assert_eq!(kit.stranger().get(&followers).await.ids(), [grace.id()]);
    let following = format!("/api/v1/accounts/{}/following", grace.id());
    assert_eq!(kit.stranger().get(&following).await.ids(), [ada.id()]);
    let query = format!("?id[]={}&id[]={}&id[]=1", ada.id(), eve.id());
    let both = grace
        .get(&format!("/api/v1/accounts/relationships{query}"))
        .await;
    assert_eq!(both.ids(), [ada.id(), eve.id()]);
    assert_eq!(both.json[0]["following"], true);
    let unfollow = format!("/api/v1/accounts/{}/unfollow", ada.id());
    assert_eq!(grace.post(&unfollow).await.json["following"], false);
    let oneself = format!("/api/v1/accounts/{}/follow", ada.id());
    assert_eq!(ada.post(&oneself).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_posts_and_hashtags_are_found() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let private = ada.says("status=psst&visibility=private").await;
    let search = async |q: &str| {
        grace
            .get(&format!("/api/v2/search?q={q}&resolve=true"))
            .await
    };
    for q in [
        "ada",
        "@ada",
        "ada@kith.example",
        "https://kith.example/@ada",
    ] {
        let found = search(q).await;
        assert_eq!(found.json["accounts"][0]["id"], ada.id().as_str(), "{q}");
    }
    let tags = search("%23Tea").await;
    assert_eq!(tags.json["hashtags"][0]["name"], "tea");
    let address = format!("https://{DOMAIN}/posts/{private}");
    assert_eq!(search(&address).await.json["statuses"], json!([]));
    let own = ada.get(&format!("/api/v2/search?q={address}")).await;
    assert_eq!(own.json["statuses"][0]["id"], private.as_str());
    assert_eq!(search("").await.status, 400);
    let found = grace.get("/api/v1/accounts/search?q=ad").await;
    assert_eq!(found.ids(), [ada.id()]);
    let known = kit.stranger().get("/api/v1/accounts/lookup?acct=ada").await;
    assert_eq!(known.text("id"), ada.id());
    assert_eq!(known.text("created_at"), "2026-05-04T00:00:00.000Z");
}
