//! Polls: opening them, voting, and telling that they are over.

use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::audience::{Viewer, may_see_post};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActivityId, ActorId, PostId};
use crate::domain::notification::NotificationKind;
use crate::domain::poll::{BallotFault, NewPoll, Poll, PollFault, PollOption};
use crate::domain::post::Post;
use crate::store::polls::{Vote, Voters};
use crate::store::{self, Conn, actors, blocks, follows, jobs, polls, posts};
use crate::wire::activitystreams::outgoing::{OutgoingActivity, OutgoingNote};
use crate::wire::activitystreams::render::url;

use super::Ctx;
use super::notify::{About, tell};
use super::post::resend;
use super::send::{Letter, send};

/// The job that tells that a poll is over; its payload is the post and the end, `12/1780000000000000`.
pub const CLOSE: &str = "close-poll";
/// The job that sends new counts; its payload is the post and the slice of time, `12/2966`.
pub const SHARE: &str = "share-poll-totals";
/// New counts are sent at most once in this time.
const SLICE: Duration = Duration::from_mins(1);
/// Another server is given this long to count the last votes.
const GRACE: Duration = Duration::from_mins(5);
/// Counts of another server are asked for at most once in this time.
const FRESH: Duration = Duration::from_mins(3);
/// Voters looked up at once.
const PAGE: i64 = 500;

/// Why a vote is not taken.
#[derive(Debug, thiserror::Error)]
pub enum VoteError {
    #[error("there is no such poll")]
    NoSuchPoll,
    #[error(transparent)]
    Refused(#[from] BallotFault),
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// A vote as another server sends it: one for each option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedVote {
    /// The id of the vote.
    pub uri: String,
    /// The id of the Question.
    pub question: String,
    /// The text of the option.
    pub option: String,
}

/// When a poll is over, if that is known.
fn end_of(poll: &Poll) -> Option<Timestamp> {
    [poll.closes_at, poll.closed_at].into_iter().flatten().min()
}

/// What a new poll of a local post is, before anybody votes.
pub(super) fn fresh(ctx: &Ctx, post: PostId, asked: &NewPoll) -> Result<Poll, PollFault> {
    let asked = asked.clone().checked()?;
    let now = ctx.now();
    let closes_at = now.plus(ctx.scale.apply(asked.open_for()));
    let options = asked.options.into_iter();
    Ok(Poll {
        post,
        multiple: asked.multiple,
        closes_at: Some(closes_at),
        closed_at: None,
        voters: Some(0),
        hide_totals: asked.hide_totals,
        told: false,
        fetched_at: now,
        options: options
            .map(|title| PollOption { title, votes: 0 })
            .collect(),
    })
}

/// Gives a local post its poll, or another one, or none. Votes stay where the question is the same.
pub(super) async fn set(
    ctx: &Ctx,
    tx: &mut Conn,
    post: PostId,
    poll: Option<Poll>,
) -> store::Result<Option<Poll>> {
    let before = polls::find_locked(tx, post).await?;
    let Some(mut poll) = poll else {
        if before.is_some() {
            polls::delete(tx, post).await?;
        }
        return Ok(None);
    };
    if let Some(before) = before.filter(|before| before.asks_the_same(&poll)) {
        poll.options = before.options;
        poll.voters = before.voters;
    }
    polls::put(tx, &poll).await?;
    close_later(ctx, tx, &poll, Duration::ZERO).await?;
    Ok(Some(poll))
}

async fn close_later(ctx: &Ctx, tx: &mut Conn, poll: &Poll, grace: Duration) -> store::Result<()> {
    let Some(end) = end_of(poll).filter(|_| !poll.told) else {
        return Ok(());
    };
    let payload = format!("{}/{}", poll.post, end.micros());
    let due = end.plus(ctx.scale.apply(grace));
    jobs::insert(tx, ctx.id(), CLOSE, &payload, due).await
}

/// The counts of a local poll changed: they are sent with all that change in the same slice of time. Whoever calls it
/// holds the lock of the poll, so that no vote falls between two slices.
async fn share_later(ctx: &Ctx, tx: &mut Conn, post: PostId) -> store::Result<()> {
    let slice = i64::try_from(ctx.scale.apply(SLICE).as_micros())
        .unwrap_or(i64::MAX)
        .max(1);
    let at = ctx.now().micros() / slice;
    let due = Timestamp::from_micros(at.saturating_add(1).saturating_mul(slice));
    let payload = format!("{post}/{at}");
    jobs::insert(tx, ctx.id(), SHARE, &payload, due).await
}

/// `who` (local) chooses options of a poll they may see, for good.
///
/// # Errors
/// See [`VoteError`].
pub async fn vote(ctx: &Ctx, who: &Actor, post: PostId, choices: &[i64]) -> Result<(), VoteError> {
    ctx.transact(async |tx| {
        let mut poll = polls::find_locked(tx, post)
            .await?
            .ok_or(VoteError::NoSuchPoll)?;
        let (post, author) = asked_by(tx, post).await?.ok_or(VoteError::NoSuchPoll)?;
        if post.author == who.id {
            return Err(BallotFault::Own.into());
        }
        if !is_for(tx, who, &post).await? {
            return Err(VoteError::NoSuchPoll);
        }
        let now = ctx.now();
        let before = chosen(tx, who.id, post.id).await?;
        let ballot = poll.ballot(choices, &before, now)?;
        for position in &ballot {
            let id = ActivityId(ctx.id());
            let uri = (!post.local).then(|| ctx.uris.under(&who.uri, "votes", id.0));
            let vote = Vote {
                post: post.id,
                position: *position,
                actor: who.id,
                uri: uri.clone(),
                at: now,
            };
            polls::insert_vote(tx, &vote).await?;
            if let (Some(uri), Some(option)) = (uri, count(&mut poll, *position)) {
                let create = ballot_paper(&uri, (who, &author), (&post.uri, option), now);
                let letter = Letter::plain(id, who.id, create, vec![author.id]);
                send(ctx, tx, letter).await?;
            }
        }
        poll.voters = poll.voters.map(|voters| voters.saturating_add(1));
        polls::update(tx, &poll).await?;
        if post.local {
            share_later(ctx, tx, post.id).await?;
        } else {
            close_later(ctx, tx, &poll, GRACE).await?;
        }
        Ok(())
    })
    .await
}

/// Counts a vote; answers the option's text.
fn count(poll: &mut Poll, position: i64) -> Option<String> {
    let at = usize::try_from(position).ok()?;
    let option = poll.options.get_mut(at)?;
    option.votes = option.votes.saturating_add(1);
    Some(option.title.clone())
}

fn ballot_paper(
    uri: &str,
    (who, author): (&Actor, &Actor),
    (question, option): (&str, String),
    now: Timestamp,
) -> OutgoingActivity {
    let to = vec![url(&author.uri)];
    let mut note = OutgoingNote::new(url(uri), url(&who.uri), now.rfc3339());
    note.to.clone_from(&to);
    note.in_reply_to = Some(url(question));
    note.name = Some(option);
    let id = url(&format!("{uri}/create"));
    OutgoingActivity::create(id, url(&who.uri), note).addressed(to, Vec::new())
}

async fn asked_by(tx: &mut Conn, post: PostId) -> store::Result<Option<(Post, Actor)>> {
    let Some(post) = posts::find(tx, post).await? else {
        return Ok(None);
    };
    let author = actors::find(tx, post.author).await?;
    Ok(author.filter(Actor::is_active).map(|author| (post, author)))
}

async fn chosen(tx: &mut Conn, who: ActorId, post: PostId) -> store::Result<Vec<i64>> {
    let mut all = polls::votes_of(tx, who, &[post]).await?;
    Ok(all.remove(&post).unwrap_or_default())
}

/// Whether `who` may see a post, and no block stands between them and its author.
async fn is_for(tx: &mut Conn, who: &Actor, post: &Post) -> store::Result<bool> {
    if blocks::stand_between(tx, post.author, who.id).await? {
        return Ok(false);
    }
    let named = posts::recipients(tx, post.id).await?;
    let viewer = Viewer {
        actor: Some(who.id),
        friend_of_owner: false,
        follows_owner: follows::is_following(tx, who.id, post.author).await?,
        addressed: named.iter().any(|r| r.actor == who.id),
    };
    Ok(may_see_post(post.audience, post.author, &viewer))
}

/// Counts the votes of a remote actor in polls of this server. What comes too late, twice, or for what is not there or
/// not for their eyes is dropped, and nobody is told.
///
/// # Errors
/// When the database fails.
pub async fn receive_votes(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    votes: &[ReceivedVote],
) -> store::Result<()> {
    for vote in votes {
        if let Err(reason) = receive_vote(ctx, tx, who, vote).await {
            match reason {
                VoteError::Store(error) => return Err(error),
                other => {
                    tracing::debug!(actor.uri = %who.uri, reason = %other, "a vote is dropped");
                }
            }
        }
    }
    Ok(())
}

async fn receive_vote(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    vote: &ReceivedVote,
) -> Result<(), VoteError> {
    let question = posts::find_by_uri(tx, &vote.question)
        .await?
        .filter(|post| post.local && post.author != who.id)
        .ok_or(VoteError::NoSuchPoll)?;
    let mut poll = polls::find_locked(tx, question.id)
        .await?
        .ok_or(VoteError::NoSuchPoll)?;
    let (post, _) = asked_by(tx, question.id)
        .await?
        .ok_or(VoteError::NoSuchPoll)?;
    if !is_for(tx, who, &post).await? {
        return Err(VoteError::NoSuchPoll);
    }
    let position = poll
        .position_of(&vote.option)
        .ok_or(BallotFault::NoSuchOption)?;
    let now = ctx.now();
    let before = chosen(tx, who.id, post.id).await?;
    poll.takes(position, &before, now)?;
    let row = Vote {
        post: post.id,
        position,
        actor: who.id,
        uri: Some(vote.uri.clone()),
        at: now,
    };
    polls::insert_vote(tx, &row).await?;
    count(&mut poll, position);
    if before.is_empty() {
        poll.voters = poll.voters.map(|voters| voters.saturating_add(1));
    }
    polls::update(tx, &poll).await?;
    Ok(share_later(ctx, tx, post.id).await?)
}

/// How a poll of another server comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coming {
    /// With its post, or an edit of it: what is asked may be another thing.
    Whole,
    /// With what says nothing new but the counts.
    Counts,
}

/// Keeps what a remote author says of the poll of a stored post of theirs.
pub(super) async fn receive(
    ctx: &Ctx,
    tx: &mut Conn,
    (post, received): (PostId, Option<&Poll>),
    coming: Coming,
) -> store::Result<()> {
    let before = polls::find_locked(tx, post).await?;
    let whole = coming == Coming::Whole;
    let Some(received) = received else {
        if before.is_some() && whole {
            polls::delete(tx, post).await?;
        }
        return Ok(());
    };
    let mut poll = Poll {
        post,
        ..received.clone()
    };
    match before {
        Some(before) if before.asks_the_same(&poll) => {
            poll.told = before.told;
            polls::update(tx, &poll).await?;
            let asked_here = !voters(tx, post, Voters::Local).await?.is_empty();
            if asked_here && end_of(&before) != end_of(&poll) {
                close_later(ctx, tx, &poll, GRACE).await?;
            }
            Ok(())
        }
        None | Some(_) if whole => polls::put(tx, &poll).await,
        None | Some(_) => Ok(()),
    }
}

/// The address of a remote post whose counts are to be asked for now. For one that was asked for lately, or that will
/// not change any more, `None`.
///
/// # Errors
/// When the database fails.
pub async fn stale(ctx: &Ctx, post: PostId) -> store::Result<Option<Post>> {
    let mut c = ctx.store.reader().await?;
    let found = posts::find(&mut c, post).await?;
    let poll = polls::find(&mut c, post).await?;
    drop(c);
    let (Some(found), Some(poll)) = (found.filter(|post| !post.local), poll) else {
        return Ok(None);
    };
    let now = ctx.now();
    let before = now.minus(ctx.scale.apply(FRESH));
    let counted = end_of(&poll).is_some_and(|end| poll.fetched_at > end.plus(GRACE));
    if counted || poll.fetched_at > before {
        return Ok(None);
    }
    let claimed = ctx
        .store
        .transaction(async |tx| polls::claim_fetch(tx, post, before, now).await)
        .await?;
    Ok(claimed.then_some(found))
}

async fn voters(tx: &mut Conn, post: PostId, which: Voters) -> store::Result<Vec<ActorId>> {
    let mut all = Vec::new();
    let mut after = ActorId(0);
    loop {
        let page = polls::voters(tx, post, which, (after, PAGE)).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = *last;
        all.extend(page);
    }
}

/// Sends the counts of a local poll as they are now to those who have it, and to who voted.
///
/// # Errors
/// When the database fails.
pub async fn share(ctx: &Ctx, post: PostId) -> store::Result<()> {
    ctx.transact(async |tx| {
        if polls::find_locked(tx, post).await?.is_some() {
            announce(ctx, tx, post).await?;
        }
        Ok(())
    })
    .await
}

async fn announce(ctx: &Ctx, tx: &mut Conn, post: PostId) -> store::Result<()> {
    let Some((post, author)) = asked_by(tx, post).await?.filter(|(post, _)| post.local) else {
        return Ok(());
    };
    let remote = voters(tx, post.id, Voters::Remote).await?;
    resend(ctx, tx, (&author, &post), &remote).await
}

/// A poll ended at `end`: its author and who voted here are told, and the last counts are sent. Once, however often it
/// is called.
///
/// # Errors
/// When the database fails.
pub async fn close(ctx: &Ctx, post: PostId, end: Timestamp) -> store::Result<()> {
    ctx.transact(async |tx| {
        let Some(mut poll) = polls::find_locked(tx, post).await? else {
            return Ok(());
        };
        // With another end there is another job.
        if poll.told || end_of(&poll) != Some(end) || !poll.is_over(ctx.now()) {
            return Ok(());
        }
        let Some((post, author)) = asked_by(tx, post).await? else {
            return Ok(());
        };
        poll.told = true;
        poll.closed_at = Some(end);
        polls::update(tx, &poll).await?;
        let mut told = voters(tx, post.id, Voters::Local).await?;
        told.push(author.id);
        for ids in told.chunks(usize::try_from(PAGE).unwrap_or(1)) {
            for person in actors::list(tx, ids).await? {
                let what = (NotificationKind::Poll, author.id);
                tell(ctx, tx, &person, what, About::post(post.id)).await?;
            }
        }
        if post.local {
            announce(ctx, tx, post.id).await?;
        }
        Ok(())
    })
    .await
}
