use serde_json::value::RawValue;

use super::super::*;
use super::{assert_is, here, public, url};
use crate::wire::activitystreams::activity::IncomingActivity;
use crate::wire::activitystreams::context::Context;

fn group() -> Url {
    here("groups/climb_berlin")
}

fn event() -> Url {
    here("events/7f3e0c52")
}

fn maria() -> Url {
    here("people/maria")
}

use url::Url;

/// An activity that came from elsewhere.
fn received(kind: &str, id: &str, actor: &str, object: Url) -> OutgoingActivity {
    OutgoingActivity::received(kind, Some(url(id)), url(actor), object).unwrap()
}

#[test]
fn following_and_its_end_are_sent_as_the_examples_show() {
    let ada = url("https://mastodon.example/users/ada");
    let follow = OutgoingActivity::follow(here("follows/9a1f"), maria(), ada.clone());
    assert_is("follow", &follow.clone().to(vec![ada.clone()]).document());
    let undo = OutgoingActivity::undo(
        here("follows/9a1f/undo"),
        maria(),
        follow.to(vec![ada.clone()]),
    );
    assert_is("undo_follow", &undo.addressed(vec![ada], vec![]).document());
}

#[test]
fn answers_embed_what_they_answer() {
    let ada = "https://mastodon.example/users/ada";
    let follow = received("Follow", "https://mastodon.example/8d1b0c5e", ada, maria());
    let accept = OutgoingActivity::accept(here("people/maria/accepts/4"), maria(), follow);
    assert_is(
        "accept_follow",
        &accept.addressed(vec![url(ada)], vec![]).document(),
    );

    let paul = "https://mobilizon.example/@paul";
    let join = received(
        "Join",
        "https://mobilizon.example/join/event/5d0f6f1e-0c1e-4f3a-9c1c-0d7c1f6f2b55",
        paul,
        event(),
    );
    let accept = OutgoingActivity::accept(here("accepts/9c20"), group(), join.clone());
    assert_is(
        "accept_join",
        &accept.addressed(vec![url(paul)], vec![]).document(),
    );
    let mut reject = OutgoingActivity::reject(here("rejects/3"), group(), join);
    reject.summary = Some("<p>The hall is full.</p>".into());
    assert_is(
        "reject_join",
        &reject.addressed(vec![url(paul)], vec![]).document(),
    );
}

#[test]
fn an_invitation_is_answered_with_the_invitation_inside() {
    let jo = "https://other.example/users/jo";
    let theirs = url("https://other.example/events/5");
    let mut invite = received(
        "Invite",
        "https://other.example/invites/12",
        jo,
        theirs.clone(),
    );
    invite.target = Some(maria());
    let mut answer = OutgoingActivity::tentative_accept(here("answers/77"), maria(), invite);
    answer.in_reply_to = Some(theirs);
    assert_is(
        "tentative_accept_invite",
        &answer.addressed(vec![url(jo)], vec![]).document(),
    );
}

#[test]
fn invitations_joins_and_leaves_are_sent_as_the_examples_show() {
    let jo = url("https://other.example/users/jo");
    let mut invite = OutgoingActivity::invite(here("invites/0198f3"), maria(), event());
    invite.target = Some(jo.clone());
    invite.content = Some("<p>Would be good to see you there!</p>".into());
    invite.published = Some("2026-08-12T07:00:00Z".into());
    invite.end_time = Some("2026-08-19T18:30:00Z".into());
    assert_is(
        "invite",
        &invite.addressed(vec![jo], vec![group()]).document(),
    );

    let theirs = url("https://mobilizon.example/events/252d5816");
    let hosts = || {
        vec![
            url("https://mobilizon.example/@boulder_club"),
            url("https://mobilizon.example/@paul"),
        ]
    };
    let mut join = OutgoingActivity::join(here("joins/31a7"), maria(), theirs.clone());
    join.participation_message = Some("I can lend two ropes".into());
    assert_is("join", &join.addressed(hosts(), vec![]).document());
    let leave = OutgoingActivity::leave(here("leaves/8812"), maria(), theirs);
    assert_is("leave", &leave.addressed(hosts(), vec![]).document());
}

#[test]
fn an_announce_names_an_id_or_carries_an_activity_untouched() {
    let to = || (vec![public()], vec![here("groups/climb_berlin/followers")]);
    let mut by_id =
        OutgoingActivity::announce(here("groups/climb_berlin/announces/551"), group(), event());
    by_id.published = Some("2026-08-11T08:30:01Z".into());
    let (primary, secondary) = to();
    assert_is(
        "announce_id",
        &by_id.addressed(primary, secondary).document(),
    );

    let whole = super::fixture("announce_activity");
    let incoming = IncomingActivity::parse(whole.to_string().as_bytes()).unwrap();
    let inner: Box<RawValue> = incoming
        .object
        .as_ref()
        .unwrap()
        .embedded()
        .unwrap()
        .raw()
        .to_owned();
    let raw = inner.get().to_owned();
    let id = here("groups/climb_berlin/announces/552");
    let wrapped = OutgoingActivity::announce(id, group(), ActivityObject::Raw(inner));
    let (primary, secondary) = to();
    let document = wrapped.addressed(primary, secondary).document();
    assert!(document.to_json().contains(&raw));
    assert_is("announce_activity", &document);
}

#[test]
fn what_is_deleted_leaves_a_tombstone() {
    let tombstone = OutgoingTombstone {
        id: event(),
        former_type: Some("Event".into()),
        deleted: Some("2026-08-19T10:00:00Z".into()),
    };
    let delete = OutgoingActivity::delete(here("events/7f3e0c52#delete"), group(), tombstone);
    assert_is(
        "delete_event",
        &delete
            .addressed(vec![public()], vec![here("groups/climb_berlin/followers")])
            .document(),
    );
}

#[test]
fn a_collection_shows_only_what_it_may() {
    let collection = |path: &str, total, body| OutgoingCollection {
        id: here(path),
        attributed_to: None,
        total_items: Some(total),
        body,
    };
    let hidden = collection("people/maria/followers", 12, CollectionBody::Hidden {});
    assert_is("followers_hidden", &hidden.document(Context::Plain));
    let paged = collection(
        "actor/outbox",
        1,
        CollectionBody::Pages {
            first: here("actor/outbox/page/1"),
        },
    );
    assert_is("outbox", &paged.document(Context::Plain));
    let item = RawValue::from_string("\"https://kith.example/posts/1\"".into()).unwrap();
    let listed = collection(
        "t",
        1,
        CollectionBody::Items {
            ordered_items: vec![item],
        },
    );
    assert!(
        listed
            .document(Context::Plain)
            .to_json()
            .ends_with(r#""orderedItems":["https://kith.example/posts/1"]}"#)
    );
}

#[test]
fn only_what_can_be_answered_can_be_embedded() {
    assert!(OutgoingActivity::received("Delete", None, maria(), event()).is_none());
    let without_id = OutgoingActivity::received("Follow", None, maria(), group()).unwrap();
    assert!(!without_id.document().to_json().contains("\"id\""));
}
