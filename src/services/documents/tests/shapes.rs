//! What documents look like.

use serde_json::{Value, json};

use super::super::kit::Kit;
use super::super::{ActorList, EventList, Owner, Wanted};
use crate::domain::audience::Audience;
use crate::domain::event::EventVisibility;
use crate::domain::follow::MemberRole;
use crate::services;

const MARIA: Owner<'static> = Owner::Person("maria");
const CLIMB: Owner<'static> = Owner::Group("climb_berlin");

/// Properties that peers read as lists.
const LISTS: [&str; 8] = [
    "to",
    "cc",
    "tag",
    "attachment",
    "orderedItems",
    "assertionMethod",
    "alsoKnownAs",
    "implements",
];

fn check(value: &Value, at: &str) {
    match value {
        Value::Null => panic!("null at {at}"),
        Value::Array(items) => items.iter().for_each(|item| check(item, at)),
        Value::Object(map) => {
            for (key, inner) in map {
                if key == "@context" {
                    check_context(inner);
                    continue;
                }
                let is_list = !LISTS.contains(&key.as_str()) || inner.is_array();
                assert!(is_list, "{key} at {at} is no list");
                check(inner, &format!("{at}/{key}"));
            }
        }
        _ => {}
    }
}

/// Peers that process JSON-LD load unknown contexts over the network: only these two may be named.
fn check_context(context: &Value) {
    let one = [context.clone()];
    for part in context.as_array().map_or(one.as_slice(), Vec::as_slice) {
        let known = matches!(
            part.as_str(),
            None | Some("https://www.w3.org/ns/activitystreams" | "https://w3id.org/security/v1")
        );
        assert!(known, "{part} is loaded over the network");
    }
    assert!(
        context
            .to_string()
            .contains("https://www.w3.org/ns/activitystreams")
    );
}

async fn shaped(kit: &Kit, path: &str, wanted: Wanted<'_>) -> Value {
    let document = kit.read(wanted).await.json();
    assert_eq!(document["id"], kit.ctx.uris.at(path));
    assert!(document["@context"] != Value::Null);
    check(&document, path);
    document
}

#[tokio::test]
async fn every_document_has_its_address_as_id_and_no_null() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let group = kit.group("climb_berlin", &maria).await;
    kit.fields_of_every_audience(&maria).await;
    let post = kit
        .post(&maria, "hello #bouldering", Audience::Public)
        .await;
    let event = kit
        .event(&maria, Some(&group), EventVisibility::Public)
        .await;
    let (p, e) = (post.id, event.id);
    let person = |list: &str| format!("/people/maria/{list}");
    let climb = |list: &str| format!("/groups/climb_berlin/{list}");
    let all = [
        ("/actor".to_owned(), Wanted::Actor(Owner::Instance)),
        (
            "/actor/outbox".to_owned(),
            Wanted::ActorList(Owner::Instance, ActorList::Outbox),
        ),
        (
            "/actor/outbox/page".to_owned(),
            Wanted::OutboxPage(Owner::Instance, None),
        ),
        (
            "/actor/followers".to_owned(),
            Wanted::ActorList(Owner::Instance, ActorList::Followers),
        ),
        ("/people/maria".to_owned(), Wanted::Actor(MARIA)),
        ("/people/maria".to_owned(), Wanted::Stub(MARIA)),
        ("/groups/climb_berlin".to_owned(), Wanted::Actor(CLIMB)),
        (
            person("outbox"),
            Wanted::ActorList(MARIA, ActorList::Outbox),
        ),
        (person("outbox/page"), Wanted::OutboxPage(MARIA, None)),
        (
            person("followers"),
            Wanted::ActorList(MARIA, ActorList::Followers),
        ),
        (
            person("following"),
            Wanted::ActorList(MARIA, ActorList::Following),
        ),
        (
            person("collections/featured"),
            Wanted::ActorList(MARIA, ActorList::Featured),
        ),
        (
            person("collections/tags"),
            Wanted::ActorList(MARIA, ActorList::FeaturedTags),
        ),
        (
            person("events"),
            Wanted::ActorList(MARIA, ActorList::Events),
        ),
        (climb("outbox"), Wanted::ActorList(CLIMB, ActorList::Outbox)),
        (climb("outbox/page"), Wanted::OutboxPage(CLIMB, None)),
        (
            climb("members"),
            Wanted::ActorList(CLIMB, ActorList::Members),
        ),
        (
            climb("moderators"),
            Wanted::ActorList(CLIMB, ActorList::Moderators),
        ),
        (climb("events"), Wanted::ActorList(CLIMB, ActorList::Events)),
        (format!("/posts/{p}"), Wanted::Post(p)),
        (format!("/posts/{p}/activity"), Wanted::PostActivity(p)),
        (format!("/posts/{p}/replies"), Wanted::Replies(p)),
        (format!("/posts/{p}/replies/page"), Wanted::RepliesPage(p)),
        (format!("/events/{e}"), Wanted::Event(e)),
        (format!("/events/{e}/activity"), Wanted::EventActivity(e)),
        (
            format!("/events/{e}/attendees"),
            Wanted::EventList(e, EventList::Attendees),
        ),
        (
            format!("/events/{e}/organizers"),
            Wanted::EventList(e, EventList::Organizers),
        ),
        (
            format!("/events/{e}/replies"),
            Wanted::EventList(e, EventList::Replies),
        ),
        (
            format!("/events/{e}/replies/page"),
            Wanted::EventList(e, EventList::RepliesPage),
        ),
    ];
    for (path, wanted) in all {
        shaped(&kit, &path, wanted).await;
    }
}

#[tokio::test]
async fn a_create_is_served_as_it_was_sent() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let group = kit.group("climb_berlin", &maria).await;
    kit.post(&maria, "hello #bouldering", Audience::Quiet).await;
    kit.event(&maria, Some(&group), EventVisibility::Public)
        .await;
    let posts = kit.read(Wanted::OutboxPage(MARIA, None)).await.json();
    let events = kit.read(Wanted::OutboxPage(CLIMB, None)).await.json();
    for sent in [&posts["orderedItems"][0], &events["orderedItems"][0]] {
        let id: url::Url = sent["object"]["id"].as_str().unwrap().parse().unwrap();
        let wanted = match kit.ctx.uris.read(&id).unwrap() {
            crate::domain::uris::Local::Post(id) => Wanted::PostActivity(id),
            crate::domain::uris::Local::Event(id) => Wanted::EventActivity(id),
            other => panic!("{other:?}"),
        };
        assert_eq!(kit.read(wanted).await.json(), *sent);
    }
}

#[tokio::test]
async fn a_stub_has_what_a_key_check_needs_and_no_more() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    kit.fields_of_every_audience(&maria).await;
    let stub = kit.read(Wanted::Stub(MARIA)).await.json();
    let mut keys: Vec<&str> = stub
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "@context",
            "id",
            "inbox",
            "preferredUsername",
            "publicKey",
            "type"
        ]
    );
}

#[tokio::test]
async fn a_group_event_is_served_with_its_organizer_and_sent_without() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let group = kit.group("climb_berlin", &maria).await;
    let event = kit
        .event(&maria, Some(&group), EventVisibility::Public)
        .await;
    let served = kit.read(Wanted::Event(event.id)).await.json();
    assert_eq!(served["actor"], maria.uri);
    assert_eq!(served["attributedTo"], group.uri);
    let create = kit.read(Wanted::EventActivity(event.id)).await.json();
    assert_eq!(create["actor"], group.uri);
    assert_eq!(create["object"].get("actor"), None);
}

#[tokio::test]
async fn who_follows_comes_or_belongs_is_counted_and_not_named() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let group = kit.group("climb_berlin", &maria).await;
    let ada = kit.remote("ada", "mastodon.example").await;
    kit.follow(&ada, &maria, MemberRole::Follower).await;
    kit.follow(&ada, &group, MemberRole::Member).await;
    let event = kit
        .event(&maria, Some(&group), EventVisibility::Public)
        .await;
    let lists = [
        (Wanted::ActorList(MARIA, ActorList::Followers), 1),
        (Wanted::ActorList(MARIA, ActorList::Following), 1),
        (Wanted::ActorList(CLIMB, ActorList::Followers), 2),
        (Wanted::ActorList(CLIMB, ActorList::Members), 2),
        (Wanted::EventList(event.id, EventList::Attendees), 0),
    ];
    for (wanted, total) in lists {
        for document in [
            kit.read(wanted).await,
            kit.read_from("mastodon.example", wanted).await,
        ] {
            let list = document.json();
            let mut keys: Vec<&str> = list
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            keys.sort_unstable();
            assert_eq!(keys, ["@context", "id", "totalItems", "type"], "{wanted:?}");
            assert_eq!(list["totalItems"], total, "{wanted:?}");
        }
    }
    let moderators = kit
        .read(Wanted::ActorList(CLIMB, ActorList::Moderators))
        .await;
    assert_eq!(moderators.json()["orderedItems"], json!([maria.uri]));
}

#[tokio::test]
async fn an_outbox_is_read_page_by_page_without_gaps_or_repeats() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let mut written = Vec::new();
    for n in 0..45 {
        let post = kit
            .post(&maria, &format!("post {n}"), Audience::Public)
            .await;
        written.push(post.uri);
    }
    written.reverse();
    let outbox = kit
        .read(Wanted::ActorList(MARIA, ActorList::Outbox))
        .await
        .json();
    assert_eq!(outbox["totalItems"], 45);
    assert_eq!(
        outbox["first"],
        kit.ctx.uris.at("/people/maria/outbox/page")
    );
    let mut read = Vec::new();
    let mut before = None;
    loop {
        let page = kit.read(Wanted::OutboxPage(MARIA, before)).await.json();
        let items = page["orderedItems"].as_array().unwrap();
        assert!(items.len() <= 20);
        read.extend(
            items
                .iter()
                .map(|item| item["object"]["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.get("next") else { break };
        let (part_of, last) = next.as_str().unwrap().rsplit_once("/page/").unwrap();
        assert_eq!(part_of, page["partOf"]);
        before = Some(last.parse().unwrap());
    }
    assert_eq!(read, written);
}

#[tokio::test]
async fn what_was_edited_out_is_in_no_document() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let post = kit.post(&maria, "my number is 555", Audience::Public).await;
    kit.edit(&maria, &post, "never mind").await;
    let places = [
        Wanted::Post(post.id),
        Wanted::PostActivity(post.id),
        Wanted::OutboxPage(MARIA, None),
    ];
    for wanted in places {
        let text = kit.read(wanted).await.json().to_string();
        assert!(text.contains("never mind"), "{wanted:?}");
        assert!(!text.contains("555"), "{wanted:?}");
    }
}

#[tokio::test]
async fn answers_of_blocked_servers_and_private_answers_are_not_listed() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let post = kit.post(&maria, "hello", Audience::Public).await;
    let mut answers = Vec::new();
    for (host, audience) in [
        ("good.example", Audience::Public),
        ("bad.example", Audience::Public),
        ("good.example", Audience::Direct),
    ] {
        let author = kit.remote(&format!("p{}", answers.len()), host).await;
        let mut answer = post.clone();
        answer.id = crate::domain::ids::PostId(kit.ctx.id());
        answer.uri = format!("https://{host}/notes/{}", answer.id);
        answer.local = false;
        answer.author = author.id;
        answer.audience = audience;
        answer.in_reply_to = Some(post.id);
        let stored = &answer;
        kit.write(async |tx| crate::store::posts::insert(tx, stored, &[], &[]).await)
            .await;
        answers.push(answer.uri);
    }
    kit.block("bad.example");
    let page = kit.read(Wanted::RepliesPage(post.id)).await.json();
    assert_eq!(page["orderedItems"], json!([answers[0]]));
    let list = kit.read(Wanted::Replies(post.id)).await.json();
    assert_eq!(list["totalItems"], 1);
}

#[tokio::test]
async fn a_changed_profile_is_served_at_once() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let wanted = Wanted::Actor(MARIA);
    assert_eq!(kit.read(wanted).await.json()["name"], "The maria");
    kit.change(maria, |actor| actor.name = "Maria Lindt".to_owned())
        .await;
    assert_eq!(kit.read(wanted).await.json()["name"], "Maria Lindt");
}

#[tokio::test]
async fn a_deleted_event_is_a_tombstone() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let event = kit.event(&maria, None, EventVisibility::Public).await;
    services::event::delete(&kit.ctx, &maria, event.id)
        .await
        .unwrap();
    let grave = kit.read(Wanted::Event(event.id)).await.tombstone();
    assert_eq!(grave["formerType"], "Event");
    assert_eq!(grave["id"], event.uri);
}

#[tokio::test]
async fn the_answers_in_an_object_are_the_collection_that_is_served() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let post = kit.post(&maria, "hello", Audience::Public).await;
    let event = kit.event(&maria, None, EventVisibility::Public).await;
    let (p, e) = (post.id, event.id);
    for (object, replies, page) in [
        (Wanted::Post(p), Wanted::Replies(p), Wanted::RepliesPage(p)),
        (
            Wanted::Event(e),
            Wanted::EventList(e, EventList::Replies),
            Wanted::EventList(e, EventList::RepliesPage),
        ),
    ] {
        let inside = kit.read(object).await.json()["replies"].clone();
        let served = kit.read(replies).await.json();
        for key in ["type", "id", "first"] {
            assert_eq!(inside[key], served[key], "{key}");
        }
        assert_eq!(inside["first"], kit.read(page).await.json()["id"]);
    }
}
