//! Who may read what.

use super::super::kit::Kit;
use super::super::{ActorList, Document, EventList, Owner, Wanted};
use crate::domain::audience::{Audience, FieldAudience};
use crate::domain::event::{EventVisibility, InvitationState};
use crate::domain::follow::MemberRole;
use crate::domain::ids::{EventId, PostId};
use crate::domain::post::Post;
use crate::services;
use crate::store::participations;

const STRANGER: &str = "stranger.example";

fn wanted_of(post: PostId) -> [Wanted<'static>; 4] {
    [
        Wanted::Post(post),
        Wanted::PostActivity(post),
        Wanted::Replies(post),
        Wanted::RepliesPage(post),
    ]
}

fn wanted_of_event(event: EventId) -> [Wanted<'static>; 6] {
    [
        Wanted::Event(event),
        Wanted::EventActivity(event),
        Wanted::EventList(event, EventList::Attendees),
        Wanted::EventList(event, EventList::Organizers),
        Wanted::EventList(event, EventList::Replies),
        Wanted::EventList(event, EventList::RepliesPage),
    ]
}

async fn is_hidden(kit: &Kit, post: &Post, host: &str) -> bool {
    for wanted in wanted_of(post.id) {
        if !kit.read_from(host, wanted).await.is_missing() {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn only_fields_for_everyone_stand_in_an_actor_document() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    kit.fields_of_every_audience(&maria).await;
    let document = kit.read(Wanted::Actor(Owner::Person("maria"))).await;
    let text = document.json().to_string();
    for audience in FieldAudience::ALL {
        let shown = text.contains(&format!("secret of {audience}"));
        assert_eq!(shown, *audience == FieldAudience::Everyone, "{audience}");
    }
    let asked = kit.read_from(STRANGER, Wanted::Actor(Owner::Person("maria")));
    assert_eq!(asked.await, document);
}

#[tokio::test]
async fn a_followers_post_is_served_to_the_servers_of_followers_alone() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let ada = kit.remote("ada", "mastodon.example").await;
    kit.follow(&ada, &maria, MemberRole::Follower).await;
    let post = kit.post(&maria, "for you", Audience::Followers).await;
    for wanted in wanted_of(post.id) {
        assert!(kit.read(wanted).await.is_missing(), "{wanted:?}");
        let Document::Found(sheet) = kit.read_from("mastodon.example", wanted).await else {
            panic!("{wanted:?} is missing");
        };
        assert!(!sheet.public);
    }
    assert!(is_hidden(&kit, &post, STRANGER).await);
    assert!(is_hidden(&kit, &post, "mastodon.example.evil.example").await);
    assert!(is_hidden(&kit, &post, "mastodon.exampl_").await);
}

#[tokio::test]
async fn a_direct_post_is_served_to_the_servers_of_those_it_names_alone() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let ada = kit.remote("ada", "mastodon.example").await;
    let follower = kit.remote("bob", "follower.example").await;
    kit.follow(&follower, &maria, MemberRole::Follower).await;
    let text = "@ada@mastodon.example hello";
    let post = kit.post_to(&maria, text, Audience::Direct, &[ada]).await;
    assert!(kit.read(Wanted::Post(post.id)).await.is_missing());
    assert!(is_hidden(&kit, &post, "follower.example").await);
    let note = kit.read_from("mastodon.example", Wanted::Post(post.id));
    assert_eq!(note.await.json()["id"], post.uri);
}

#[tokio::test]
async fn a_deleted_public_post_is_a_tombstone_for_everybody() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let post = kit.post(&maria, "hello", Audience::Public).await;
    services::post::delete(&kit.ctx, &maria, post.id)
        .await
        .unwrap();
    let grave = kit.read(Wanted::Post(post.id)).await.tombstone();
    assert_eq!(grave["id"], post.uri);
    assert_eq!(grave["formerType"], "Note");
    assert!(kit.read(Wanted::PostActivity(post.id)).await.is_missing());
}

#[tokio::test]
async fn a_deleted_followers_post_is_a_tombstone_only_where_it_was_sent() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let ada = kit.remote("ada", "mastodon.example").await;
    kit.follow(&ada, &maria, MemberRole::Follower).await;
    let post = kit.post(&maria, "for you", Audience::Followers).await;
    services::post::delete(&kit.ctx, &maria, post.id)
        .await
        .unwrap();
    let wanted = Wanted::Post(post.id);
    assert!(kit.read(wanted).await.is_missing());
    assert!(kit.read_from(STRANGER, wanted).await.is_missing());
    let grave = kit.read_from("mastodon.example", wanted).await;
    assert_eq!(grave.tombstone()["type"], "Tombstone");
}

#[tokio::test]
async fn a_suspended_or_deleted_actor_is_a_tombstone_and_takes_everything_along() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let post = kit.post(&maria, "hello", Audience::Public).await;
    let event = kit.event(&maria, None, EventVisibility::Public).await;
    let actor = Wanted::Actor(Owner::Person("maria"));
    assert!(!kit.read(actor).await.is_missing());
    kit.change(maria.clone(), |actor| {
        actor.suspended_at = Some(actor.created_at);
    })
    .await;
    assert_eq!(kit.read(actor).await.tombstone()["formerType"], "Person");
    let outbox = Wanted::OutboxPage(Owner::Person("maria"), None);
    let list = Wanted::ActorList(Owner::Person("maria"), ActorList::Outbox);
    let rest = [outbox, list, Wanted::Post(post.id), Wanted::Event(event.id)];
    for wanted in rest {
        assert!(kit.read(wanted).await.is_missing(), "{wanted:?}");
    }
}

#[tokio::test]
async fn a_group_event_is_served_to_the_servers_of_members_alone() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let group = kit.group("climb_berlin", &maria).await;
    let ada = kit.remote("ada", "mastodon.example").await;
    kit.follow(&ada, &group, MemberRole::Member).await;
    let event = kit
        .event(&maria, Some(&group), EventVisibility::Group)
        .await;
    for wanted in wanted_of_event(event.id) {
        assert!(kit.read(wanted).await.is_missing(), "{wanted:?}");
        assert!(kit.read_from(STRANGER, wanted).await.is_missing());
        let there = kit.read_from("mastodon.example", wanted).await;
        assert!(matches!(there, Document::Found(sheet) if !sheet.public));
    }
}

#[tokio::test]
async fn each_server_learns_only_of_its_own_invited_people() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let ada = kit.remote("ada", "mastodon.example").await;
    let jo = kit.remote("jo", "other.example").await;
    let event = kit.event(&maria, None, EventVisibility::Invited).await;
    let people = [ada.clone(), jo];
    let invited = services::invite::invite(&kit.ctx, &maria, event.id, &people)
        .await
        .unwrap();
    let wanted = Wanted::Event(event.id);
    let seen = kit.read_from("mastodon.example", wanted).await.json();
    assert_eq!(seen["to"], serde_json::json!([ada.uri]));
    assert!(!seen.to_string().contains("other.example"));
    assert!(kit.read(wanted).await.is_missing());
    assert!(kit.read_from(STRANGER, wanted).await.is_missing());

    let first = invited[0].id;
    let invite = Wanted::Invite(first.0);
    let sent = kit.read_from("mastodon.example", invite).await.json();
    assert_eq!(sent["target"], ada.uri);
    assert!(kit.read(invite).await.is_missing());
    assert!(kit.read_from("other.example", invite).await.is_missing());

    kit.write(async |tx| {
        participations::set_invitation_state(tx, first, InvitationState::Withdrawn).await
    })
    .await;
    for wanted in [wanted, invite] {
        let now = kit.read_from("mastodon.example", wanted).await;
        assert!(now.is_missing(), "{wanted:?}");
    }
}

#[tokio::test]
async fn an_activity_is_served_to_whom_it_was_addressed() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let ada = kit.remote("ada", "mastodon.example").await;
    let follow = services::follow::follow(&kit.ctx, &maria, &ada)
        .await
        .unwrap();
    let path = follow.uri.strip_prefix(kit.ctx.uris.base()).unwrap();
    let wanted = Wanted::Activity(path);
    assert!(kit.read(wanted).await.is_missing());
    assert!(kit.read_from(STRANGER, wanted).await.is_missing());
    let sent = kit.read_from("mastodon.example", wanted).await.json();
    assert_eq!(sent["id"], follow.uri);

    let post = kit.post(&maria, "hello", Audience::Public).await;
    let boost = services::reaction::boost(&kit.ctx, &maria, post.id)
        .await
        .unwrap();
    let path = boost.uri.strip_prefix(kit.ctx.uris.base()).unwrap();
    let public = kit.read(Wanted::Activity(path)).await.json();
    assert_eq!(public["object"], post.uri);
}

#[tokio::test]
async fn lists_for_strangers_hold_public_things_alone() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let group = kit.group("climb_berlin", &maria).await;
    for audience in Audience::ALL {
        kit.post(&maria, &format!("post for {audience}"), *audience)
            .await;
    }
    for visibility in EventVisibility::ALL {
        kit.event(&maria, Some(&group), *visibility).await;
    }
    let page = kit.read(Wanted::OutboxPage(Owner::Person("maria"), None));
    let text = page.await.json().to_string();
    assert!(text.contains("post for public") && text.contains("post for quiet"));
    assert!(!text.contains("post for followers") && !text.contains("post for direct"));
    let list = Wanted::ActorList(Owner::Group("climb_berlin"), ActorList::Events);
    let events = kit.read(list).await.json();
    assert_eq!(events["totalItems"], 1);
}

#[tokio::test]
async fn an_address_is_answered_only_as_it_is_spelled_in_the_id() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    kit.group("climb_berlin", &maria).await;
    let others = [
        Owner::Person("Maria"),
        Owner::Person("climb_berlin"),
        Owner::Group("maria"),
        Owner::Person("nobody"),
        Owner::Person(""),
    ];
    for owner in others {
        let found = kit.read(Wanted::Actor(owner)).await;
        assert!(found.is_missing(), "{owner:?}");
    }
}

#[tokio::test]
async fn no_server_learns_the_street_or_the_link_of_an_event() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let ada = kit.remote("ada", "mastodon.example").await;
    kit.follow(&ada, &maria, MemberRole::Follower).await;
    let event = kit.event(&maria, None, EventVisibility::Public).await;
    let told = |text: &str| {
        ["Geheime", "10999", "52.49", "13.43", "secret-room"]
            .iter()
            .any(|word| text.contains(word))
    };
    for wanted in wanted_of_event(event.id) {
        let text = kit
            .read_from("mastodon.example", wanted)
            .await
            .json()
            .to_string();
        assert!(!told(&text), "{wanted:?}: {text}");
    }
    let served = kit.read(Wanted::Event(event.id)).await.json();
    assert_eq!(served["location"]["name"], "Boulderhalle Nord");
    assert_eq!(served["location"]["address"]["addressLocality"], "Berlin");
    let outbox = kit
        .read(Wanted::OutboxPage(Owner::Person("maria"), None))
        .await
        .json();
    assert_eq!(outbox["orderedItems"][0]["object"]["id"], event.uri);
    assert!(!told(&outbox.to_string()));
}
