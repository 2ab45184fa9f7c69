//! What other servers tell.

use std::time::Duration;

use kith::domain::actor::Actor;
use kith::domain::audience::Audience;
use kith::domain::clock::{Clock as _, Timestamp};
use kith::domain::event::{Event, EventVisibility, JoinMode};
use kith::domain::interaction::Policy;
use kith::domain::participation::Answer;
use kith::domain::post::Post;
use kith::services::event::{self, EventDraft};
use kith::services::incoming::{self, IncomingError, ReceivedPost};
use kith::services::post::{self, Draft};
use kith::services::{participation, reaction};
use kith::store;

use crate::kit::TestKit;

async fn post(kit: &TestKit, author: &Actor) -> Post {
    let draft = Draft {
        text: "hello".to_owned(),
        audience: Audience::Public,
        warning: String::new(),
        sensitive: false,
        language: None,
        in_reply_to: None,
        poll: None,
        media: Vec::new(),
        media_changes: Vec::new(),
        quoted: None,
        policy: Policy::default(),
        mentioned: Vec::new(),
    };
    post::publish(&kit.app.ctx, author, &draft).await.unwrap()
}

async fn breakfast(kit: &TestKit, host: &Actor) -> Event {
    let draft = EventDraft {
        group: None,
        title: "Breakfast".to_owned(),
        description: String::new(),
        starts_at: kit.clock.now().plus(Duration::from_hours(24)),
        ends_at: None,
        timezone: "Europe/Berlin".to_owned(),
        place: None,
        online_url: None,
        capacity: Some(1),
        join_mode: JoinMode::Free,
        visibility: EventVisibility::Public,
        language: None,
    };
    let published = event::publish(&kit.app.ctx, host, &draft).await;
    published.unwrap()
}

/// A version of a post of another server: what it says, and when that was written.
fn version(of: &Post, content: &str, edited_at: Option<Timestamp>) -> ReceivedPost {
    let post = Post {
        uri: "https://peer.test/notes/1".to_owned(),
        local: false,
        content: content.to_owned(),
        edited_at,
        ..of.clone()
    };
    ReceivedPost {
        post,
        author_uri: "https://peer.test/users/carla".to_owned(),
        recipients: Vec::new(),
        tags: Vec::new(),
        poll: None,
        quote: None,
    }
}

async fn edit(kit: &TestKit, received: ReceivedPost) -> String {
    let ctx = &kit.app.ctx;
    let edited: Result<(), IncomingError> = ctx
        .transact(async |tx| incoming::receive_edit(ctx, tx, &received).await)
        .await;
    edited.unwrap();
    let mut reader = ctx.store.reader().await.unwrap();
    let found = store::posts::find_by_uri(&mut reader, &received.post.uri).await;
    found.unwrap().unwrap().content
}

both_backends! {
    async fn whoever_is_gone_leaves_no_likes_and_no_seats(kit: TestKit) {
        let (ada, ben) = (kit.person("ada").await, kit.person("ben").await);
        let ctx = &kit.app.ctx;
        let (liked, event) = (post(&kit, &ada).await, breakfast(&kit, &ada).await);
        let own = breakfast(&kit, &ben).await;
        reaction::like(ctx, &ben, liked.id).await.unwrap();
        participation::answer(ctx, &ben, event.id, Answer::Going).await.unwrap();
        participation::answer(ctx, &ada, own.id, Answer::Going).await.unwrap();

        let gone: Result<(), IncomingError> = ctx
            .transact(async |tx| incoming::receive_actor_deletion(ctx, tx, &ben).await)
            .await;
        gone.unwrap();

        let mut reader = ctx.store.reader().await.unwrap();
        assert_eq!(store::posts::find(&mut reader, liked.id).await.unwrap().unwrap().likes, 0);
        let left = store::events::find(&mut reader, event.id).await.unwrap().unwrap();
        assert_eq!((left.seats_taken, left.going), (0, 0));
        assert!(store::participations::find(&mut reader, event.id, ben.id).await.unwrap().is_none());
        assert!(store::events::find(&mut reader, own.id).await.unwrap().is_none());
    }

    async fn an_edit_counts_unless_it_is_older_than_what_is_stored(kit: TestKit) {
        let ada = kit.person("ada").await;
        let ctx = &kit.app.ctx;
        let original = post(&kit, &ada).await;
        let first = version(&original, "first", None);
        let stored: Result<_, IncomingError> = ctx
            .transact(async |tx| incoming::receive_post(ctx, tx, &first).await)
            .await;
        stored.unwrap();
        let at = |seconds| Some(original.published_at.plus(Duration::from_secs(seconds)));

        // Whole seconds: two edits, and the post itself, may bear the same time.
        assert_eq!(edit(&kit, version(&original, "second", at(0))).await, "second");
        assert_eq!(edit(&kit, version(&original, "third", at(0))).await, "third");
        assert_eq!(edit(&kit, version(&original, "fourth", at(9))).await, "fourth");
        assert_eq!(edit(&kit, version(&original, "late", at(5))).await, "fourth");
        assert_eq!(edit(&kit, version(&original, "undated", None)).await, "fourth");
        let uri = "https://peer.test/notes/1";
        let mut reader = kit.app.ctx.store.reader().await.unwrap();
        let stored = store::posts::find_by_uri(&mut reader, uri).await.unwrap().unwrap();
        let earlier = store::post_versions::list(&mut reader, stored.id).await.unwrap();
        let earlier: Vec<_> = earlier.iter().map(|version| version.content.as_str()).collect();
        assert_eq!(earlier.last(), Some(&"third"), "{earlier:?}");
        assert!(!earlier.contains(&"late") && !earlier.contains(&"fourth"));
    }

    async fn what_comes_by_several_ways_at_once_is_stored_once(kit: TestKit) {
        let ada = kit.person("ada").await;
        let ctx = &kit.app.ctx;
        let (like, of) = (version(&post(&kit, &ada).await, "hello", None), breakfast(&kit, &ada).await);
        let event = Event { uri: "https://peer.test/events/1".to_owned(), local: false, ..of };
        let mut coming = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (ctx, like, event) = (ctx.clone(), like.clone(), event.clone());
            coming.spawn(async move {
                let posted: Result<_, IncomingError> =
                    ctx.transact(async |tx| incoming::receive_post(&ctx, tx, &like).await).await;
                let met: Result<_, IncomingError> =
                    ctx.transact(async |tx| incoming::receive_event(&ctx, tx, &event).await).await;
                (posted.unwrap(), met.unwrap().id)
            });
        }
        let stored = coming.join_all().await;
        assert!(stored.iter().all(|ids| *ids == stored[0]), "{stored:?}");
    }
}
