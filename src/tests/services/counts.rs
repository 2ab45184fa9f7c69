//! Counts that everybody sees.

use kith::domain::actor::Actor;
use kith::domain::audience::Audience;
use kith::domain::ids::PostId;
use kith::domain::interaction::Policy;
use kith::domain::post::Post;
use kith::services::incoming::{self, IncomingError, ReceivedPost};
use kith::services::post::{self, Draft};
use kith::services::reading;
use kith::store::{Conn, posts};

use crate::kit::TestKit;

async fn write(kit: &TestKit, author: &Actor, audience: Audience, parent: Option<PostId>) -> Post {
    let draft = Draft {
        text: "hello".to_owned(),
        audience,
        warning: String::new(),
        sensitive: false,
        language: None,
        in_reply_to: parent,
        poll: None,
        media: Vec::new(),
        media_changes: Vec::new(),
        quoted: None,
        policy: Policy::default(),
        mentioned: Vec::new(),
    };
    post::publish(&kit.app.ctx, author, &draft).await.unwrap()
}

/// A post of somebody elsewhere that answers `parent`.
fn answer(kit: &TestKit, author: &Actor, audience: Audience, parent: &str) -> ReceivedPost {
    let now = kit.app.ctx.now();
    let post = Post {
        id: PostId(0),
        uri: format!("{}/statuses/{}", author.uri, kit.app.ctx.id()),
        url: None,
        local: false,
        kind: "Note".to_owned(),
        author: author.id,
        boost_of: None,
        in_reply_to: None,
        in_reply_to_uri: Some(parent.to_owned()),
        thread: PostId(0),
        event: None,
        group: None,
        title: String::new(),
        content: "as it was".to_owned(),
        source: None,
        warning: String::new(),
        sensitive: false,
        language: None,
        audience,
        attachments: None,
        policy: Policy::default(),
        likes: 0,
        boosts: 0,
        replies: 0,
        quotes: 0,
        published_at: now,
        edited_at: None,
    };
    ReceivedPost {
        post,
        author_uri: author.uri.clone(),
        recipients: Vec::new(),
        tags: Vec::new(),
        poll: None,
        quote: None,
    }
}

async fn receive(kit: &TestKit, received: &ReceivedPost) {
    let ctx = &kit.app.ctx;
    let done: Result<PostId, IncomingError> = ctx
        .transact(async |tx: &mut Conn| incoming::receive_post(ctx, tx, received).await)
        .await;
    done.unwrap();
}

async fn edit(kit: &TestKit, received: &ReceivedPost) {
    let ctx = &kit.app.ctx;
    let done: Result<(), IncomingError> = ctx
        .transact(async |tx: &mut Conn| incoming::receive_edit(ctx, tx, received).await)
        .await;
    done.unwrap();
}

async fn stored(kit: &TestKit, uri: &str) -> Post {
    let mut reader = kit.app.ctx.store.reader().await.unwrap();
    posts::find_by_uri(&mut reader, uri).await.unwrap().unwrap()
}

both_backends! {
    async fn only_what_everybody_may_read_is_counted(kit: TestKit) {
        let ada = kit.person("ada").await;
        for audience in Audience::ALL {
            write(&kit, &ada, *audience, None).await;
        }
        let counts = reading::counts(&kit.app.ctx, &[ada.id]).await.unwrap();
        assert_eq!(counts[&ada.id].posts, 2, "public and quiet");
    }

    async fn answers_that_are_not_for_everybody_raise_no_count(kit: TestKit) {
        let ada = kit.person("ada").await;
        let bea = kit.remote("bea", "elsewhere.test").await;
        let parent = write(&kit, &ada, Audience::Public, None).await;
        for audience in Audience::ALL {
            write(&kit, &ada, *audience, Some(parent.id)).await;
        }
        assert_eq!(stored(&kit, &parent.uri).await.replies, 2);
        let theirs = answer(&kit, &bea, Audience::Public, &parent.uri);
        receive(&kit, &theirs).await;
        receive(&kit, &answer(&kit, &bea, Audience::Direct, &parent.uri)).await;
        assert_eq!(stored(&kit, &parent.uri).await.replies, 3);
        let mut narrower = theirs.clone();
        narrower.post.audience = Audience::Followers;
        narrower.post.edited_at = Some(kit.app.ctx.now());
        edit(&kit, &narrower).await;
        assert_eq!(stored(&kit, &parent.uri).await.replies, 2);
        let (known, ctx) = (stored(&kit, &theirs.post.uri).await, &kit.app.ctx);
        let gone: Result<(), kith::store::Error> =
            ctx.transact(async |tx: &mut Conn| posts::delete(tx, &known).await).await;
        gone.unwrap();
        assert_eq!(stored(&kit, &parent.uri).await.replies, 2);
    }

    async fn answers_that_came_before_their_parent_are_counted_the_same_way(kit: TestKit) {
        let bea = kit.remote("bea", "elsewhere.test").await;
        let mut parent = answer(&kit, &bea, Audience::Public, "");
        parent.post.in_reply_to_uri = None;
        for audience in Audience::ALL {
            receive(&kit, &answer(&kit, &bea, *audience, &parent.post.uri)).await;
        }
        receive(&kit, &parent).await;
        assert_eq!(stored(&kit, &parent.post.uri).await.replies, 2);
    }
}
