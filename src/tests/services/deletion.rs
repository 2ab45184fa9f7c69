//! People and groups that are deleted.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use kith::domain::actor::Actor;
use kith::domain::audience::Audience;
use kith::domain::clock::Timestamp;
use kith::domain::event::{Event, EventVisibility, JoinMode};
use kith::domain::follow::{FollowState, MemberRole};
use kith::domain::interaction::Policy;
use kith::domain::participation::Answer;
use kith::domain::post::Post;
use kith::services::accounts::{self, AccountError};
use kith::services::event::EventDraft;
use kith::services::post::Draft;
use kith::services::{event, participation, post, reaction};
use kith::store::tombstones::Over;
use kith::store::{self, accounts as account_rows, deliveries, follows, posts, tombstones};

use crate::kit::{Reply, TestKit};

async fn write(kit: &TestKit, author: &Actor, audience: Audience, mentioned: &[&Actor]) -> Post {
    let names: Vec<String> = mentioned.iter().map(|actor| actor.full_handle()).collect();
    let draft = Draft {
        text: format!("hello {}", names.join(" ")),
        audience,
        warning: String::new(),
        sensitive: false,
        language: None,
        in_reply_to: None,
        poll: None,
        media: Vec::new(),
        media_changes: Vec::new(),
        quoted: None,
        policy: Policy::default(),
        mentioned: mentioned.iter().map(|actor| (*actor).clone()).collect(),
    };
    post::publish(&kit.app.ctx, author, &draft).await.unwrap()
}

async fn organize(kit: &TestKit, host: &Actor, group: Option<&Actor>) -> Event {
    let draft = EventDraft {
        group: group.map(|group| group.id),
        title: "Breakfast".to_owned(),
        description: String::new(),
        starts_at: Timestamp::parse("2030-05-01T08:00:00Z").unwrap(),
        ends_at: None,
        timezone: "Europe/Berlin".to_owned(),
        place: None,
        online_url: None,
        capacity: Some(2),
        join_mode: JoinMode::Free,
        visibility: EventVisibility::Public,
        language: None,
    };
    event::publish(&kit.app.ctx, host, &draft).await.unwrap()
}

/// Asks for the ActivityPub document of an id of this instance.
async fn document(kit: &TestKit, uri: &str) -> Reply {
    let path = uri.strip_prefix("https://kith.test").unwrap();
    let request = Request::get(path).header("accept", "application/activity+json");
    kit.send(request.body(Body::empty()).unwrap()).await
}

/// The inboxes that a Delete of `actor` and nothing else waits for.
async fn told(kit: &TestKit, actor: &Actor) -> Vec<String> {
    let due = kit.due().await;
    for (inbox, activity) in &due {
        assert_eq!(activity["type"], "Delete", "{inbox}: {activity}");
        assert_eq!(activity["actor"], actor.uri);
        assert_eq!(activity["object"], actor.uri);
        assert_eq!(
            activity["to"][0],
            "https://www.w3.org/ns/activitystreams#Public"
        );
    }
    due.into_iter().map(|(inbox, _)| inbox).collect()
}

async fn close(kit: &TestKit, over: Over) -> usize {
    let closed: store::Result<usize> = kit
        .app
        .ctx
        .store
        .transaction(async |tx| tombstones::close(tx, over, 100).await)
        .await;
    closed.unwrap()
}

both_backends! {
    async fn everybody_who_had_anything_of_a_person_is_told(kit: TestKit) {
        let ada = kit.person("ada").await;
        let follower = kit.remote("f", "follower.test").await;
        let target = kit.remote("g", "followed.test").await;
        let asking = kit.remote("h", "asking.test").await;
        let asked = kit.remote("i", "asked.test").await;
        let named = kit.remote("j", "named.test").await;
        let liked = kit.remote("k", "liked.test").await;
        kit.remote("l", "stranger.test").await;
        kit.follow(&follower, &ada, FollowState::Accepted).await;
        kit.follow(&ada, &target, FollowState::Accepted).await;
        kit.follow(&asking, &ada, FollowState::Pending).await;
        kit.follow(&ada, &asked, FollowState::Pending).await;
        write(&kit, &ada, Audience::Public, &[]).await;
        write(&kit, &ada, Audience::Direct, &[&named]).await;
        let theirs = theirs(&kit, &liked).await;
        reaction::like(&kit.app.ctx, &ada, theirs.id).await.unwrap();
        accounts::delete(&kit.app.ctx, ada.id).await.unwrap();
        let expected = ["asked", "asking", "followed", "follower", "liked", "named"];
        let expected: Vec<_> = expected.iter().map(|host| format!("https://{host}.test/inbox")).collect();
        assert_eq!(told(&kit, &ada).await, expected);
        let mut reader = kit.app.ctx.store.reader().await.unwrap();
        assert_eq!(posts::find(&mut reader, theirs.id).await.unwrap().unwrap().likes, 0);
        // The Delete is signed with the key that others know.
        assert!(kit.app.federation.keyring.signer(ada.id).await.is_ok());
    }

    async fn a_deleted_person_and_their_posts_are_gone_for_everybody(kit: TestKit) {
        let ada = kit.person("ada").await;
        let grace = kit.person("grace").await;
        let public = write(&kit, &ada, Audience::Public, &[]).await;
        let secret = write(&kit, &ada, Audience::Followers, &[]).await;
        let own = organize(&kit, &ada, None).await;
        let other = organize(&kit, &grace, None).await;
        participation::answer(&kit.app.ctx, &ada, other.id, Answer::Going).await.unwrap();
        assert_eq!(document(&kit, &ada.uri).await.status, StatusCode::OK);
        accounts::delete(&kit.app.ctx, ada.id).await.unwrap();

        for (uri, former) in [(&ada.uri, "Person"), (&public.uri, "Note"), (&own.uri, "Event")] {
            let reply = document(&kit, uri).await;
            assert_eq!(reply.status, StatusCode::GONE, "{uri}");
            assert_eq!(reply.json()["type"], "Tombstone");
            assert_eq!(reply.json()["formerType"], former);
            let path = uri.strip_prefix("https://kith.test").unwrap();
            let page = Request::get(path).header("accept", "text/html").body(Body::empty()).unwrap();
            assert_eq!(kit.send(page).await.status, StatusCode::GONE, "{uri}");
        }
        assert_eq!(document(&kit, &secret.uri).await.status, StatusCode::NOT_FOUND);
        for path in ["outbox", "followers", "following", "collections/featured"] {
            let reply = document(&kit, &format!("{}/{path}", ada.uri)).await;
            assert!(matches!(reply.status.as_u16(), 404 | 410), "{path}");
        }
        let found = kit.get("/.well-known/webfinger?resource=acct:ada@kith.test").await;
        assert_eq!(found.status, StatusCode::GONE);
        // A seat is free again.
        let mut reader = kit.app.ctx.store.reader().await.unwrap();
        let other = store::events::find(&mut reader, other.id).await.unwrap().unwrap();
        assert_eq!((other.going, other.seats_taken), (0, 0));
    }

    async fn a_deleted_persons_name_is_never_given_again_and_their_address_is(kit: TestKit) {
        let ada = kit.person("ada").await;
        let ctx = &kit.app.ctx;
        let (_, account) = accounts::find_person(ctx, "ada").await.unwrap();
        let token = accounts::create_token(ctx, account.id, &"read".parse().unwrap()).await.unwrap();
        accounts::delete(ctx, ada.id).await.unwrap();
        assert!(accounts::authenticate(ctx, token.expose()).await.unwrap().is_none());
        assert!(matches!(accounts::delete(ctx, ada.id).await, Err(AccountError::Unknown)));
        assert!(matches!(accounts::find_person(ctx, "ada").await, Err(AccountError::Unknown)));
        assert!(matches!(accounts::delete(ctx, ctx.instance).await, Err(AccountError::Unknown)));
        let again = accounts::NewPerson {
            handle: "ada".to_owned(),
            email: "ada@people.test".to_owned(),
            password_hash: None,
            role: kith::domain::actor::Role::Member,
            name: String::new(),
        };
        let pairs = crate::kit::some_pairs;
        let refused = accounts::create_person(ctx, again.clone(), pairs()).await;
        assert!(matches!(refused, Err(AccountError::HandleTaken)));
        let renamed = accounts::NewPerson { handle: "ada2".to_owned(), ..again };
        accounts::create_person(ctx, renamed, pairs()).await.unwrap();
    }

    async fn a_deleted_groups_events_go_and_its_members_servers_are_told(kit: TestKit) {
        let ada = kit.person("ada").await;
        let club = kit.group("club", &ada).await;
        let member = kit.remote("m", "member.test").await;
        let guest = kit.remote("n", "guest.test").await;
        kit.join(&member, &club, (FollowState::Accepted, MemberRole::Member)).await;
        let meeting = organize(&kit, &ada, Some(&club)).await;
        let event = meeting.id;
        let asked = &participation::Asked {
            kind: "Join".to_owned(),
            uri: "https://guest.test/joins/1".to_owned(),
            answer: Answer::Going,
        };
        let (ctx, guest) = (&kit.app.ctx, &guest);
        ctx.transact(async |tx| participation::receive(ctx, tx, guest, event, asked).await).await.unwrap();
        accounts::delete(ctx, club.id).await.unwrap();
        assert_eq!(told(&kit, &club).await, ["https://guest.test/inbox", "https://member.test/inbox"]);
        for (uri, former) in [(&club.uri, "Group"), (&meeting.uri, "Event")] {
            let reply = document(&kit, uri).await;
            assert_eq!((reply.status, reply.json()["formerType"].as_str()), (StatusCode::GONE, Some(former)));
        }
        assert_eq!(document(&kit, &ada.uri).await.status, StatusCode::OK);
    }

    async fn a_group_without_organizer_is_its_moderators_or_nobodys(kit: TestKit) {
        let ada = kit.person("ada").await;
        let grace = kit.person("grace").await;
        let club = kit.group("club", &ada).await;
        let empty = kit.group("empty", &ada).await;
        kit.join(&grace, &club, (FollowState::Accepted, MemberRole::Moderator)).await;
        let left = accounts::delete(&kit.app.ctx, ada.id).await.unwrap();
        let orphaned: Vec<_> = left.orphaned.iter().map(|group| group.id).collect();
        assert_eq!(orphaned, [empty.id]);
        let mut reader = kit.app.ctx.store.reader().await.unwrap();
        let membership = follows::find(&mut reader, grace.id, club.id).await.unwrap().unwrap();
        assert_eq!(membership.role, MemberRole::Organizer);
    }

    async fn an_interrupted_deletion_is_finished_by_the_next(kit: TestKit) {
        let ada = kit.person("ada").await;
        let named = kit.remote("j", "named.test").await;
        let secret = write(&kit, &ada, Audience::Direct, &[&named]).await;
        let ctx = &kit.app.ctx;
        accounts::suspend(ctx, ada.id).await.unwrap();
        let had: store::Result<()> = ctx.store.transaction(async |tx| {
            store::erasure::inherit_receipts(tx, std::slice::from_ref(&secret.uri), &ada.uri).await?;
            posts::delete(tx, &secret).await
        }).await;
        had.unwrap();
        accounts::delete(ctx, ada.id).await.unwrap();
        assert_eq!(told(&kit, &ada).await, ["https://named.test/inbox"]);
        let mut reader = ctx.store.reader().await.unwrap();
        assert!(account_rows::find_by_actor(&mut reader, ada.id).await.unwrap().is_none());
    }

    async fn a_deletion_is_over_once_all_are_told_or_after_a_month(kit: TestKit) {
        let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
        let named = kit.remote("j", "named.test").await;
        let secret = write(&kit, &ada, Audience::Direct, &[&named]).await;
        let ctx = &kit.app.ctx;
        accounts::delete(ctx, ada.id).await.unwrap();
        accounts::delete(ctx, grace.id).await.unwrap();
        let days = |days: u64| ctx.now().plus(Duration::from_secs(days * 86_400));
        let hosts = async |uri: &str| {
            let mut reader = ctx.store.reader().await.unwrap();
            deliveries::list_receiving_hosts(&mut reader, uri, 10).await.unwrap()
        };
        let now = Over { settled_before: ctx.now(), any_before: ctx.now() };
        assert_eq!(close(&kit, now).await, 0);
        // Nobody had anything of Grace's; the post's own deletion was never sent by itself.
        let over = Over { settled_before: days(1), any_before: ctx.now() };
        assert_eq!(close(&kit, over).await, 2);
        assert!(kit.app.federation.keyring.signer(grace.id).await.is_err());
        assert!(hosts(&secret.uri).await.is_empty());
        assert_eq!(hosts(&ada.uri).await, ["named.test"]);
        assert!(kit.app.federation.keyring.signer(ada.id).await.is_ok());
        kit.app.federation.keyring.forget(ada.id);
        let over = Over { settled_before: days(31), any_before: days(1) };
        assert_eq!(close(&kit, over).await, 1);
        assert!(hosts(&ada.uri).await.is_empty());
        assert!(kit.app.federation.keyring.signer(ada.id).await.is_err());
        assert!(kit.due().await.is_empty());
        assert_eq!(document(&kit, &ada.uri).await.status, StatusCode::GONE);
    }
}

/// A post of a remote person, as it is stored here.
async fn theirs(kit: &TestKit, author: &Actor) -> Post {
    let ctx = &kit.app.ctx;
    let id = kith::domain::ids::PostId(ctx.id());
    let post = &Post {
        id,
        uri: format!("{}/statuses/1", author.uri),
        url: None,
        local: false,
        kind: "Note".to_owned(),
        author: author.id,
        boost_of: None,
        in_reply_to: None,
        in_reply_to_uri: None,
        thread: id,
        event: None,
        group: None,
        title: String::new(),
        content: "hello".to_owned(),
        source: None,
        warning: String::new(),
        sensitive: false,
        language: None,
        audience: Audience::Public,
        attachments: None,
        policy: Policy::default(),
        likes: 0,
        boosts: 0,
        replies: 0,
        quotes: 0,
        published_at: ctx.now(),
        edited_at: None,
    };
    let stored: store::Result<()> = ctx
        .store
        .transaction(async |tx| posts::insert(tx, post, &[], &[]).await)
        .await;
    stored.unwrap();
    post.clone()
}
