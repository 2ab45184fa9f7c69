//! Polls between servers: what leaves, and what comes in.

use std::time::Duration;

use kith::domain::actor::Actor;
use kith::domain::audience::Audience;
use kith::domain::clock::Clock as _;
use kith::domain::follow::FollowState;
use kith::domain::ids::PostId;
use kith::domain::interaction::Policy;
use kith::domain::poll::{NewPoll, Poll, PollOption};
use kith::domain::post::Post;
use kith::jobs;
use kith::services::incoming::{self, IncomingError, ReceivedPost};
use kith::services::poll::{self, ReceivedVote, VoteError};
use kith::services::post::{self, Draft};
use kith::store;

use crate::kit::TestKit;

async fn asked(kit: &TestKit, author: &Actor, audience: Audience) -> Post {
    let draft = Draft {
        text: "Tea?".to_owned(),
        audience,
        warning: String::new(),
        sensitive: false,
        language: None,
        in_reply_to: None,
        poll: Some(NewPoll {
            options: vec!["yes".to_owned(), "no".to_owned()],
            expires_in: 3_600,
            multiple: false,
            hide_totals: false,
        }),
        media: Vec::new(),
        media_changes: Vec::new(),
        quoted: None,
        policy: Policy::default(),
        mentioned: Vec::new(),
    };
    post::publish(&kit.app.ctx, author, &draft).await.unwrap()
}

fn vote(question: &Post, option: &str) -> ReceivedVote {
    ReceivedVote {
        uri: "https://peer.test/votes/1".to_owned(),
        question: question.uri.clone(),
        option: option.to_owned(),
    }
}

async fn sends(kit: &TestKit, who: &Actor, votes: &[ReceivedVote]) {
    let ctx = &kit.app.ctx;
    let taken: store::Result<()> = ctx
        .transact(async |tx| poll::receive_votes(ctx, tx, who, votes).await)
        .await;
    taken.unwrap();
}

async fn stored(kit: &TestKit, post: PostId) -> Poll {
    let mut reader = kit.app.ctx.store.reader().await.unwrap();
    let found = store::polls::find(&mut reader, post).await.unwrap();
    found.unwrap()
}

async fn counts(kit: &TestKit, post: PostId) -> Vec<i64> {
    let poll = stored(kit, post).await;
    poll.options.iter().map(|option| option.votes).collect()
}

/// A poll of `author` with these counts, as it comes.
fn theirs(kit: &TestKit, author: &Actor, votes: [i64; 2]) -> ReceivedPost {
    let now = kit.clock.now();
    let option = |title: &str, votes| PollOption {
        title: title.to_owned(),
        votes,
    };
    let post = Post {
        id: PostId(0),
        uri: "https://peer.test/questions/1".to_owned(),
        url: None,
        local: false,
        kind: "Question".to_owned(),
        author: author.id,
        boost_of: None,
        in_reply_to: None,
        in_reply_to_uri: None,
        thread: PostId(0),
        event: None,
        group: None,
        title: String::new(),
        content: "Tea?".to_owned(),
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
        published_at: now,
        edited_at: None,
    };
    let poll = Poll {
        post: PostId(0),
        multiple: true,
        closes_at: Some(now.plus(Duration::from_hours(1))),
        closed_at: None,
        voters: Some(5),
        hide_totals: false,
        told: false,
        fetched_at: now,
        options: vec![option("yes", votes[0]), option("no", votes[1])],
    };
    ReceivedPost {
        post,
        author_uri: author.uri.clone(),
        recipients: Vec::new(),
        tags: Vec::new(),
        poll: Some(poll),
        quote: None,
    }
}

async fn arrives(kit: &TestKit, received: &ReceivedPost) -> PostId {
    let ctx = &kit.app.ctx;
    let stored: Result<PostId, IncomingError> = ctx
        .transact(async |tx| incoming::receive_post(ctx, tx, received).await)
        .await;
    stored.unwrap()
}

async fn changes(kit: &TestKit, received: &ReceivedPost) {
    let ctx = &kit.app.ctx;
    let edited: Result<(), IncomingError> = ctx
        .transact(async |tx| incoming::receive_edit(ctx, tx, received).await)
        .await;
    edited.unwrap();
}

both_backends! {
    async fn a_vote_from_elsewhere_counts_once_in_time_and_for_what_is_there(kit: TestKit) {
        let ada = kit.person("ada").await;
        let (carla, late) = (kit.remote("carla", "peer.test").await, kit.remote("late", "peer.test").await);
        let question = asked(&kit, &ada, Audience::Public).await;
        sends(&kit, &carla, &[vote(&question, "perhaps"), vote(&question, "yes "), vote(&question, "no")]).await;
        sends(&kit, &carla, &[vote(&question, "no"), vote(&question, "yes")]).await;
        assert_eq!(counts(&kit, question.id).await, [0, 1]);
        assert_eq!(stored(&kit, question.id).await.voters, Some(1));
        kit.clock.advance(Duration::from_hours(1));
        sends(&kit, &late, &[vote(&question, "yes")]).await;
        assert_eq!(counts(&kit, question.id).await, [0, 1]);
    }

    async fn only_who_may_see_a_poll_votes_in_it(kit: TestKit) {
        let ada = kit.person("ada").await;
        let (carla, mallory) = (kit.remote("carla", "peer.test").await, kit.remote("mallory", "other.test").await);
        kit.follow(&carla, &ada, FollowState::Accepted).await;
        let question = asked(&kit, &ada, Audience::Followers).await;
        sends(&kit, &mallory, &[vote(&question, "yes")]).await;
        sends(&kit, &carla, &[vote(&question, "no")]).await;
        assert_eq!(counts(&kit, question.id).await, [0, 1]);
    }

    async fn many_votes_are_one_update_a_minute_and_the_end_is_another(kit: TestKit) {
        let ada = kit.person("ada").await;
        let people = [kit.remote("carla", "peer.test").await, kit.remote("dora", "peer.test").await];
        for person in &people {
            kit.follow(person, &ada, FollowState::Accepted).await;
        }
        let question = asked(&kit, &ada, Audience::Followers).await;
        let due = kit.due().await;
        let created = &due[0].1;
        assert_eq!((&created["type"], &created["object"]["type"]), (&"Create".into(), &"Question".into()));
        assert_eq!(created["object"]["oneOf"][1], serde_json::json!(
            {"type": "Note", "name": "no", "replies": {"type": "Collection", "totalItems": 0}}));
        assert_eq!(created["object"]["endTime"], "2026-06-01T13:00:00Z");
        assert_eq!(created["object"]["votersCount"], 0);
        assert!(created["@context"].to_string().contains("toot:votersCount"), "{created}");
        for person in &people {
            sends(&kit, person, &[vote(&question, "yes")]).await;
        }
        jobs::run_due(&kit.app).await.unwrap();
        assert_eq!(waiting(&kit).await, 1);
        kit.clock.advance(Duration::from_mins(1));
        jobs::run_due(&kit.app).await.unwrap();
        jobs::run_due(&kit.app).await.unwrap();
        assert_eq!(waiting(&kit).await, 2);
        kit.clock.advance(Duration::from_hours(1));
        jobs::run_due(&kit.app).await.unwrap();
        assert_eq!(waiting(&kit).await, 3);
    }

    async fn votes_here_leave_as_notes_without_a_text_one_for_each_choice(kit: TestKit) {
        let (ada, carla) = (kit.person("ada").await, kit.remote("carla", "peer.test").await);
        let ctx = &kit.app.ctx;
        let id = arrives(&kit, &theirs(&kit, &carla, [2, 3])).await;
        poll::vote(ctx, &ada, id, &[0, 1]).await.unwrap();
        assert!(matches!(poll::vote(ctx, &ada, id, &[0]).await, Err(VoteError::Refused(_))));
        let (inbox, create) = kit.due().await.remove(0);
        assert_eq!(inbox, "https://peer.test/inbox");
        let note = &create["object"];
        assert_eq!((&create["type"], &note["type"], &note["name"]), (&"Create".into(), &"Note".into(), &"yes".into()));
        assert_eq!((&note["attributedTo"], &note["to"][0]), (&ada.uri.as_str().into(), &carla.uri.as_str().into()));
        assert_eq!(note["inReplyTo"], "https://peer.test/questions/1");
        assert!(note.get("content").is_none(), "{note}");
        assert_eq!(counts(&kit, id).await, [3, 4]);
        assert_eq!(waiting(&kit).await, 2);

        // The end is told to who voted, once.
        kit.clock.advance(Duration::from_hours(1));
        let end = stored(&kit, id).await.closes_at.unwrap();
        for _ in 0..2 {
            poll::close(ctx, id, end).await.unwrap();
        }
        assert!(stored(&kit, id).await.told);
    }

    async fn counts_are_their_authors_word_and_nobody_elses(kit: TestKit) {
        let (carla, mallory) = (kit.remote("carla", "peer.test").await, kit.remote("mallory", "peer.test").await);
        let id = arrives(&kit, &theirs(&kit, &carla, [2, 3])).await;
        changes(&kit, &theirs(&kit, &mallory, [0, 0])).await;
        assert_eq!(counts(&kit, id).await, [2, 3]);
        changes(&kit, &theirs(&kit, &carla, [4, 1])).await;
        assert_eq!(counts(&kit, id).await, [4, 1]);
        // Another question comes only with an edit.
        let mut other = theirs(&kit, &carla, [9, 9]);
        other.poll.as_mut().unwrap().options[0].title = String::from("never");
        changes(&kit, &other).await;
        assert_eq!(counts(&kit, id).await, [4, 1]);
        other.post.edited_at = Some(kit.clock.now().plus(Duration::from_secs(1)));
        changes(&kit, &other).await;
        let poll = stored(&kit, id).await;
        assert_eq!((poll.options[0].title.as_str(), poll.options[0].votes), ("never", 9));
    }
}

/// How much waits to be delivered.
async fn waiting(kit: &TestKit) -> i64 {
    let mut reader = kit.app.ctx.store.reader().await.unwrap();
    store::deliveries::count_due(&mut reader, kit.clock.now())
        .await
        .unwrap()
}
