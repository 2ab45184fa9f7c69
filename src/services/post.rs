//! Writing, changing and removing posts of local people.

mod written;

use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::ids::{ActivityId, ActorId, MediaId, PostId, RowId};
use crate::domain::interaction::{Deed, Policy, Verdict};
use crate::domain::media::MAX_ATTACHED;
use crate::domain::notification::NotificationKind;
use crate::domain::outgoing::Receivers;
use crate::domain::poll::{NewPoll, PollFault};
use crate::domain::post::Post;
use crate::store::tombstones::Tombstone;
use crate::store::{
    self, Conn, activities, blocks, polls, post_versions, posts, quotes, tombstones,
};
use crate::wire::activitystreams::outgoing::{
    ActivityObject, OutgoingActivity, OutgoingNote, OutgoingTombstone,
};
use crate::wire::activitystreams::render::{self, url};

use super::media::{self, Description};
use super::notify::{About, spread, tell};
use super::send::{Letter, send};
use super::{Ctx, leave, news, quote};
use written::{Written, announce, compose, named};

pub(super) use written::receivers;

/// What somebody wants to post.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Markdown.
    pub text: String,
    pub audience: Audience,
    /// Content warning; empty for none.
    pub warning: String,
    pub sensitive: bool,
    pub language: Option<String>,
    pub in_reply_to: Option<PostId>,
    pub poll: Option<NewPoll>,
    /// The people the text names, resolved beforehand; others stay plain text.
    pub mentioned: Vec<Actor>,
    /// Pictures of the author's, in their order.
    pub media: Vec<MediaId>,
    /// What is to be said of them from now on.
    pub media_changes: Vec<(MediaId, Description)>,
    /// A post to show with it. An edit leaves that as it is.
    pub quoted: Option<PostId>,
    /// Who may answer and quote it.
    pub policy: Policy,
}

/// Why a post cannot be written, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("a post needs some text")]
    Empty,
    #[error("the text is too long")]
    TooLong,
    #[error("it names too many people")]
    TooManyMentions,
    #[error("there is no such post")]
    NoSuchPost,
    #[error("a post has pictures or a poll, not both")]
    MediaAndPoll,
    #[error("a post carries at most {MAX_ATTACHED} pictures")]
    TooManyMedia,
    #[error("a picture is not there, or hangs on another post")]
    NoSuchMedia,
    #[error("a description of a picture is too long")]
    AltTooLong,
    #[error("its author takes no answers from you")]
    MayNotAnswer,
    #[error("its author does not let you quote it")]
    MayNotQuote,
    #[error("only its author can do that")]
    NotTheAuthor,
    #[error(transparent)]
    Poll(#[from] PollFault),
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// Publishes a post of `author` (local).
///
/// # Errors
/// See [`PostError`].
pub async fn publish(ctx: &Ctx, author: &Actor, draft: &Draft) -> Result<Post, PostError> {
    check(ctx, draft)?;
    let id = PostId(ctx.id());
    ctx.transact(async |tx| publish_within(ctx, tx, author, (id, draft)).await)
        .await
}

/// The same in a transaction of the caller, who has checked the draft.
pub(super) async fn publish_within(
    ctx: &Ctx,
    tx: &mut Conn,
    author: &Actor,
    (id, draft): (PostId, &Draft),
) -> Result<Post, PostError> {
    let parent = match draft.in_reply_to {
        Some(parent) => Some(
            posts::find(tx, parent)
                .await?
                .ok_or(PostError::NoSuchPost)?,
        ),
        None => None,
    };
    if let Some(parent) = &parent
        && blocks::exists(tx, parent.author, author.id).await?
    {
        return Err(PostError::NoSuchPost);
    }
    if let Some(parent) = &parent
        && leave::verdict(tx, author.id, parent, Deed::Answer).await? == Verdict::Refused
    {
        return Err(PostError::MayNotAnswer);
    }
    let quoted = quote::quotable(tx, author, draft.quoted).await?;
    let draft = &Draft {
        // One's own post for few is quoted for few.
        audience: match &quoted {
            Some(quoted) if !quoted.post.audience.is_public() => {
                draft.audience.narrower(quoted.post.audience)
            }
            _ => draft.audience,
        },
        ..reachable(tx, author, draft).await?
    };
    let (mut post, mut written) = compose(ctx, author, draft, id, parent.as_ref());
    post.attachments = media::attach(ctx, tx, author, (id, draft)).await?;
    posts::insert(tx, &post, &written.recipients, &written.tags).await?;
    written.ask(ctx, tx, id, draft.poll.as_ref()).await?;
    if let Some(quoted) = &quoted {
        written.quote = Some(quote::begin(ctx, tx, &post, quoted).await?);
    }
    let create = OutgoingActivity::create(
        url(&format!("{}/activity", post.uri)),
        url(&author.uri),
        written.note(ctx, author, &post),
    );
    announce(ctx, tx, (author, &post), create, &written).await?;
    if let (Some(quoted), Some(quote)) = (&quoted, &written.quote) {
        let instrument = if post.audience.is_public() {
            ActivityObject::from(written.note(ctx, author, &post))
        } else {
            // The author of the quoted post need not be among those who may read this one.
            ActivityObject::Id(url(&post.uri))
        };
        quote::ask(ctx, tx, (author, instrument), (quoted, quote)).await?;
    }
    for person in &draft.mentioned {
        tell(
            ctx,
            tx,
            person,
            (NotificationKind::Mention, author.id),
            About::post(post.id),
        )
        .await?;
    }
    let named: Vec<ActorId> = written.recipients.iter().map(|r| r.actor).collect();
    spread(ctx, tx, &post, &named).await?;
    Ok(post)
}

/// The draft without those between whom and the author a block stands: their names stay plain text.
async fn reachable(tx: &mut Conn, author: &Actor, draft: &Draft) -> store::Result<Draft> {
    let mut draft = draft.clone();
    let mut kept = Vec::with_capacity(draft.mentioned.len());
    for person in draft.mentioned {
        if person.id == author.id || !blocks::stand_between(tx, author.id, person.id).await? {
            kept.push(person);
        }
    }
    draft.mentioned = kept;
    Ok(draft)
}

/// Changes a post: what was sent before is sent again as it is now.
///
/// # Errors
/// See [`PostError`].
pub async fn edit(ctx: &Ctx, author: &Actor, id: PostId, draft: &Draft) -> Result<Post, PostError> {
    check(ctx, draft)?;
    ctx.transact(async |tx| {
        let before = own(tx, author, id).await?;
        let parent = match before.in_reply_to {
            Some(parent) => posts::find(tx, parent).await?,
            None => None,
        };
        let draft = Draft {
            audience: before.audience,
            ..reachable(tx, author, draft).await?
        };
        let (composed, mut written) = compose(ctx, author, &draft, id, parent.as_ref());
        let now = ctx.now();
        // Peers take only an `updated` that grows, and read whole seconds.
        let edited = before.edited_at.map_or(now, |last| {
            now.max(last.plus(std::time::Duration::from_secs(1)))
        });
        let post = Post {
            published_at: before.published_at,
            edited_at: Some(edited),
            in_reply_to_uri: before.in_reply_to_uri.clone(),
            thread: before.thread,
            likes: before.likes,
            boosts: before.boosts,
            replies: before.replies,
            quotes: before.quotes,
            attachments: media::attach(ctx, tx, author, (id, &draft)).await?,
            ..composed
        };
        post_versions::keep(tx, RowId(ctx.id()), &before).await?;
        posts::update(tx, &post, &written.recipients, &written.tags).await?;
        news::edited(ctx, tx, &post).await?;
        written.ask(ctx, tx, id, draft.poll.as_ref()).await?;
        written.quote = quotes::list(tx, &[id]).await?.pop();
        let activity = format!("{}#updates/{}", post.uri, edited.micros());
        let update = OutgoingActivity::update(
            url(&activity),
            url(&author.uri),
            written.note(ctx, author, &post),
        );
        announce(ctx, tx, (author, &post), update, &written).await?;
        Ok(post)
    })
    .await
}

/// Removes a post, here and wherever it was sent.
///
/// # Errors
/// See [`PostError`].
pub async fn delete(ctx: &Ctx, author: &Actor, id: PostId) -> Result<Post, PostError> {
    ctx.transact(async |tx| {
        let post = own(tx, author, id).await?;
        let recipients = posts::recipients(tx, id).await?;
        posts::delete(tx, &post).await?;
        news::deleted(ctx, tx, &post).await?;
        activities::delete_about(tx, &post.uri).await?;
        let gone = Tombstone {
            uri: post.uri.clone(),
            former_type: post.kind.clone(),
            public: post.audience.is_public(),
            deleted_at: ctx.now(),
        };
        tombstones::insert(tx, &gone).await?;
        let tombstone = OutgoingTombstone {
            id: url(&post.uri),
            former_type: Some(post.kind.clone()),
            deleted: Some(gone.deleted_at.rfc3339()),
        };
        let followers = author.followers.as_deref().unwrap_or(&author.uri);
        let (to, cc) = render::audience(post.audience, followers, &named(tx, &recipients).await?);
        let activity = OutgoingActivity::delete(
            url(&format!("{}#delete", post.uri)),
            url(&author.uri),
            tombstone,
        )
        .addressed(to, cc);
        let receivers = Receivers {
            had: vec![post.uri.clone()],
            ..receivers(&post, &recipients)
        };
        let letter = Letter {
            id: ActivityId(ctx.id()),
            actor: author.id,
            activity,
            object_uri: None,
            receivers,
            subjects: vec![author.id],
            listed: false,
            for_mobilizon: None,
        };
        send(ctx, tx, letter).await?;
        Ok(post)
    })
    .await
}

/// The document of a local post, as it is served at its id.
///
/// # Errors
/// When the database fails.
pub async fn document(
    ctx: &Ctx,
    c: &mut Conn,
    author: &Actor,
    post: &Post,
) -> store::Result<OutgoingNote> {
    let recipients = posts::recipients(c, post.id).await?;
    let tags = posts::tags_of(c, &[post.id])
        .await?
        .into_iter()
        .map(|(_, tag)| tag)
        .collect();
    let named = named(c, &recipients).await?;
    let poll = polls::find(c, post.id).await?;
    let quote = quotes::list(c, &[post.id]).await?.pop();
    Ok(Written {
        recipients,
        tags,
        named,
        poll,
        quote,
    }
    .note(ctx, author, post))
}

/// Says who may answer and quote a post from now on.
///
/// # Errors
/// See [`PostError`].
pub async fn set_policy(
    ctx: &Ctx,
    author: &Actor,
    id: PostId,
    policy: Policy,
) -> Result<(), PostError> {
    ctx.transact(async |tx| {
        let before = own(tx, author, id).await?;
        posts::set_policy(tx, id, &policy).await?;
        let post = Post { policy, ..before };
        Ok(resend(ctx, tx, (author, &post), &[]).await?)
    })
    .await
}

/// Sends a post as it stands to all who had it, and to some more, where its text did not change: no `updated` says
/// otherwise.
pub(super) async fn resend(
    ctx: &Ctx,
    tx: &mut Conn,
    (author, post): (&Actor, &Post),
    also: &[ActorId],
) -> store::Result<()> {
    let note = document(ctx, tx, author, post).await?;
    let (to, cc) = (note.to.clone(), note.cc.clone());
    let id = ActivityId(ctx.id());
    let activity = url(&format!("{}#standing/{id}", post.uri));
    let recipients = posts::recipients(tx, post.id).await?;
    let mut receivers = receivers(post, &recipients);
    receivers.had.push(post.uri.clone());
    receivers.actors.extend_from_slice(also);
    let letter = Letter {
        id,
        actor: author.id,
        activity: OutgoingActivity::update(activity, url(&author.uri), note).addressed(to, cc),
        object_uri: Some(post.uri.clone()),
        receivers,
        subjects: std::iter::once(author.id)
            .chain(recipients.iter().map(|r| r.actor))
            .collect(),
        listed: false,
        for_mobilizon: None,
    };
    send(ctx, tx, letter).await
}

async fn own(tx: &mut Conn, author: &Actor, id: PostId) -> Result<Post, PostError> {
    let post = posts::find_locked(tx, id)
        .await?
        .filter(|post| post.boost_of.is_none())
        .ok_or(PostError::NoSuchPost)?;
    if post.author == author.id && post.local {
        Ok(post)
    } else {
        Err(PostError::NotTheAuthor)
    }
}

pub(super) fn check(ctx: &Ctx, draft: &Draft) -> Result<(), PostError> {
    media::check(draft)?;
    if draft.text.trim().is_empty() && draft.media.is_empty() {
        return Err(PostError::Empty);
    }
    let chars = draft.text.chars().count() + draft.warning.chars().count();
    if chars > ctx.limits.post_chars {
        return Err(PostError::TooLong);
    }
    if let Some(poll) = &draft.poll {
        if !draft.media.is_empty() {
            return Err(PostError::MediaAndPoll);
        }
        poll.clone().checked()?;
    }
    if draft.mentioned.len()
        > usize::try_from(ctx.limits.mentions_per_activity).unwrap_or(usize::MAX)
    {
        return Err(PostError::TooManyMentions);
    }
    Ok(())
}
