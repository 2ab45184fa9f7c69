//! Telling local people, as far as they want to be told.

use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::conversation::Conversation;
use crate::domain::ids::{ActorId, ConversationId, EventId, NotificationId, PostId, RowId};
use crate::domain::moderation::Standing;
use crate::domain::notification::{
    Notification, NotificationKind, NotificationRequest, PolicyValue, RequestState, Sender,
};
use crate::domain::post::Post;
use crate::store::{
    self, Conn, acquaintances, actors, conversations, follows, mutes, notification_requests,
    notifications, posts, settings, stances,
};

use super::{Ctx, push};

/// An account known here for less than this is new.
const NEW: Duration = Duration::from_hours(24 * 30);
/// Local people told of one post because they asked for it.
const TOLD: i64 = 1_000;

/// What a notification is about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About {
    pub(super) post: Option<PostId>,
    pub(super) event: Option<EventId>,
}

impl About {
    pub(super) fn post(id: PostId) -> Self {
        About {
            post: Some(id),
            event: None,
        }
    }

    pub(super) fn event(id: EventId) -> Self {
        About {
            post: None,
            event: Some(id),
        }
    }
}

/// Tells `to`, if they live here, did not do it themselves, and want to hear of it.
pub(super) async fn tell(
    ctx: &Ctx,
    tx: &mut Conn,
    to: &Actor,
    (kind, from): (NotificationKind, ActorId),
    about: About,
) -> store::Result<()> {
    // The end of a poll is told to its author too.
    let own = to.id == from && kind != NotificationKind::Poll;
    if !to.local || to.is_group() || own {
        return Ok(());
    }
    let Some(sender) = actors::find(tx, from).await? else {
        return Ok(());
    };
    let about_post = match about.post {
        Some(id) => posts::find(tx, id).await?,
        None => None,
    };
    if is_silenced(ctx, tx, to.id, &sender, about_post.as_ref()).await? {
        return Ok(());
    }
    let rule = rule(ctx, tx, to.id, (kind, &sender), about_post.as_ref()).await?;
    if rule == PolicyValue::Drop {
        return Ok(());
    }
    let notification = Notification {
        id: NotificationId(ctx.id()),
        actor: to.id,
        kind,
        from,
        post: about.post,
        event: about.event,
        created_at: ctx.now(),
        filtered: rule == PolicyValue::Filter,
    };
    notifications::insert(tx, &notification).await?;
    if notification.filtered {
        return keep_back(ctx, tx, &notification).await;
    }
    push::enqueue(ctx, tx, &notification).await
}

/// Whether a block, a mute or a muted thread stands in the way.
async fn is_silenced(
    ctx: &Ctx,
    tx: &mut Conn,
    to: ActorId,
    sender: &Actor,
    post: Option<&Post>,
) -> store::Result<bool> {
    let now = ctx.now();
    let stances = stances::among(tx, to, std::iter::once(sender), now).await?;
    if stances.blocked.contains(&sender.id)
        || stances.is_kept_out_by(sender.id)
        || stances.blocks_host(&sender.host)
    {
        return Ok(true);
    }
    if stances.muted.contains(&sender.id) {
        let mute = mutes::find(tx, to, sender.id, now).await?;
        if mute.is_some_and(|mute| mute.notifications) {
            return Ok(true);
        }
    }
    match post {
        Some(post) => Ok(!mutes::threads_among(tx, to, &[post.thread])
            .await?
            .is_empty()),
        None => Ok(false),
    }
}

/// What the policy of `to` says about it.
async fn rule(
    ctx: &Ctx,
    tx: &mut Conn,
    to: ActorId,
    (kind, from): (NotificationKind, &Actor),
    post: Option<&Post>,
) -> store::Result<PolicyValue> {
    if !kind.is_filterable() {
        return Ok(PolicyValue::Accept);
    }
    let policy = settings::find_policy(tx, to).await?;
    let limited = !from.local && ctx.rules.get().standing(&from.host) == Standing::Limited;
    if policy == crate::domain::notification::NotificationPolicy::default() && !limited {
        return Ok(PolicyValue::Accept);
    }
    let known = notification_requests::find_for(tx, to, from.id).await?;
    if known.is_some_and(|known| known.state == RequestState::Accepted) {
        return Ok(PolicyValue::Accept);
    }
    let direct = post.filter(|post| post.audience == Audience::Direct);
    let answers_own = match direct.and_then(|post| post.in_reply_to) {
        Some(parent) => posts::find(tx, parent)
            .await?
            .is_some_and(|parent| parent.author == to),
        None => false,
    };
    Ok(policy.rule(Sender {
        followed: follows::is_following(tx, to, from.id).await?,
        follower: follows::is_following(tx, from.id, to).await?,
        new: from.created_at > ctx.now().minus(NEW),
        unasked: kind == NotificationKind::Mention && direct.is_some() && !answers_own,
        limited,
    }))
}

async fn keep_back(ctx: &Ctx, tx: &mut Conn, about: &Notification) -> store::Result<()> {
    let now = ctx.now();
    let before = notification_requests::find_for(tx, about.actor, about.from).await?;
    let request = NotificationRequest {
        id: before.as_ref().map_or_else(|| RowId(ctx.id()), |r| r.id),
        actor: about.actor,
        from: about.from,
        last_post: about.post.or(before.as_ref().and_then(|r| r.last_post)),
        state: RequestState::Waiting,
        count: before.as_ref().map_or(0, |r| r.count) + 1,
        created_at: before.as_ref().map_or(now, |r| r.created_at),
        updated_at: now,
    };
    notification_requests::upsert(tx, &request).await
}

/// A post is new here: those who want to hear of every post of its author are told, and a direct one goes into the
/// conversations of who is in it.
pub(super) async fn spread(
    ctx: &Ctx,
    tx: &mut Conn,
    post: &Post,
    people: &[ActorId],
) -> store::Result<()> {
    if post.audience == Audience::Direct {
        return converse(ctx, tx, post, people).await;
    }
    if post.boost_of.is_some() || post.in_reply_to_uri.is_some() {
        return Ok(());
    }
    let told = acquaintances::who_is_told(tx, post.author, TOLD).await?;
    for person in actors::list(tx, &told).await? {
        // Who is named was told already.
        if people.contains(&person.id) || !follows::is_following(tx, person.id, post.author).await?
        {
            continue;
        }
        let what = (NotificationKind::Status, post.author);
        tell(ctx, tx, &person, what, About::post(post.id)).await?;
    }
    Ok(())
}

async fn converse(ctx: &Ctx, tx: &mut Conn, post: &Post, people: &[ActorId]) -> store::Result<()> {
    let mut all: Vec<ActorId> = people.to_vec();
    all.push(post.author);
    all.sort_unstable();
    all.dedup();
    for person in actors::list(tx, &all).await? {
        if !person.local || person.is_group() {
            continue;
        }
        let with = Conversation {
            id: ConversationId(ctx.id()),
            owner: person.id,
            thread: post.thread,
            last: post.id,
            unread: person.id != post.author,
        };
        conversations::upsert(tx, &with).await?;
    }
    Ok(())
}
