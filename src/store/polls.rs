//! Polls: their options, and who chose what.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, PostId};
use crate::domain::poll::{Poll, PollOption};

use super::Conn;
use super::backend::{MultiBackend, padded};
use super::conn::insert_many;
use super::error::Result;
use super::schema::{actors, poll_options, poll_votes, polls, posts};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = polls, check_for_backend(MultiBackend), treat_none_as_null = true, treat_none_as_default_value = false)]
struct PollRow {
    post_id: i64,
    multiple: bool,
    closes_at: Option<i64>,
    closed_at: Option<i64>,
    voters_count: Option<i64>,
    hide_totals: bool,
    told: bool,
    fetched_at: i64,
}

impl PollRow {
    fn with(self, options: Vec<PollOption>) -> Poll {
        Poll {
            post: PostId(self.post_id),
            multiple: self.multiple,
            closes_at: self.closes_at.map(Timestamp::from_micros),
            closed_at: self.closed_at.map(Timestamp::from_micros),
            voters: self.voters_count,
            hide_totals: self.hide_totals,
            told: self.told,
            fetched_at: Timestamp::from_micros(self.fetched_at),
            options,
        }
    }
}

impl From<&Poll> for PollRow {
    fn from(poll: &Poll) -> Self {
        PollRow {
            post_id: poll.post.0,
            multiple: poll.multiple,
            closes_at: poll.closes_at.map(Timestamp::micros),
            closed_at: poll.closed_at.map(Timestamp::micros),
            voters_count: poll.voters,
            hide_totals: poll.hide_totals,
            told: poll.told,
            fetched_at: poll.fetched_at.micros(),
        }
    }
}

/// The poll of a post.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, post: PostId) -> Result<Option<Poll>> {
    Ok(list(c, &[post]).await?.pop())
}

/// The same, locked until the transaction ends: votes are counted one after the other.
///
/// # Errors
/// When the database fails.
pub async fn find_locked(c: &mut Conn, post: PostId) -> Result<Option<Poll>> {
    if let Conn::Pg(pg) = c {
        let row = polls::table.find(post.0).select(polls::post_id);
        let _: Option<i64> = row.for_update().first(pg).await.optional()?;
    }
    find(c, post).await
}

/// The polls of these posts, in no particular order.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, ids: &[PostId]) -> Result<Vec<Poll>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = padded(ids.iter().map(|id| id.0));
    let rows: Vec<PollRow> = polls::table
        .filter(polls::post_id.eq_any(&ids))
        .select(PollRow::as_select())
        .load(c)
        .await?;
    let found: Vec<(i64, String, i64)> = poll_options::table
        .filter(poll_options::post_id.eq_any(&ids))
        .order((poll_options::post_id, poll_options::position))
        .select((
            poll_options::post_id,
            poll_options::title,
            poll_options::votes,
        ))
        .load(c)
        .await?;
    let mut options: HashMap<i64, Vec<PollOption>> = HashMap::new();
    for (post, title, votes) in found {
        let option = PollOption { title, votes };
        options.entry(post).or_default().push(option);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let options = options.remove(&row.post_id).unwrap_or_default();
            row.with(options)
        })
        .collect())
}

/// Sets the poll of a post. Where there was one before that asks something else, its votes are gone.
///
/// # Errors
/// When the database fails.
pub async fn put(c: &mut Conn, poll: &Poll) -> Result<()> {
    let before = find(c, poll.post).await?;
    if before.as_ref().is_some_and(|old| !old.asks_the_same(poll)) {
        delete(c, poll.post).await?;
    } else if before.is_some() {
        return update(c, poll).await;
    }
    diesel::insert_into(polls::table)
        .values(PollRow::from(poll))
        .execute(c)
        .await?;
    let rows: Vec<_> = (0_i64..)
        .zip(&poll.options)
        .map(|(position, option)| {
            (
                poll_options::post_id.eq(poll.post.0),
                poll_options::position.eq(position),
                poll_options::title.eq(option.title.clone()),
                poll_options::votes.eq(option.votes),
            )
        })
        .collect();
    insert_many!(c, poll_options::table, rows)?;
    Ok(())
}

/// Stores the state and the counts of a poll whose options stay.
///
/// # Errors
/// When the database fails.
pub async fn update(c: &mut Conn, poll: &Poll) -> Result<()> {
    diesel::update(polls::table.find(poll.post.0))
        .set(PollRow::from(poll))
        .execute(c)
        .await?;
    for (position, option) in (0_i64..).zip(&poll.options) {
        diesel::update(poll_options::table.find((poll.post.0, position)))
            .set(poll_options::votes.eq(option.votes))
            .execute(c)
            .await?;
    }
    Ok(())
}

/// Notes that the counts are asked for now; `false` when they were since `before`.
///
/// # Errors
/// When the database fails.
pub async fn claim_fetch(
    c: &mut Conn,
    post: PostId,
    before: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let claimed = diesel::update(
        polls::table
            .find(post.0)
            .filter(polls::fetched_at.le(before.micros())),
    )
    .set(polls::fetched_at.eq(now.micros()))
    .execute(c)
    .await?;
    Ok(claimed > 0)
}

/// Removes a poll with its votes. The post stays.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, post: PostId) -> Result<()> {
    diesel::delete(poll_votes::table.filter(poll_votes::post_id.eq(post.0)))
        .execute(c)
        .await?;
    diesel::delete(poll_options::table.filter(poll_options::post_id.eq(post.0)))
        .execute(c)
        .await?;
    diesel::delete(polls::table.find(post.0)).execute(c).await?;
    Ok(())
}

/// A vote for one option.
#[derive(Debug, Clone)]
pub struct Vote {
    pub post: PostId,
    pub position: i64,
    pub actor: ActorId,
    /// The id of its Note.
    pub uri: Option<String>,
    pub at: Timestamp,
}

/// Adds a vote. The counts are the caller's to update.
///
/// # Errors
/// [`super::Error::Duplicate`] when it is there.
pub async fn insert_vote(c: &mut Conn, vote: &Vote) -> Result<()> {
    diesel::insert_into(poll_votes::table)
        .values((
            poll_votes::post_id.eq(vote.post.0),
            poll_votes::position.eq(vote.position),
            poll_votes::actor_id.eq(vote.actor.0),
            poll_votes::uri.eq(vote.uri.as_deref()),
            poll_votes::created_at.eq(vote.at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// What `actor` chose in each of these polls, in order of the options.
///
/// # Errors
/// When the database fails.
pub async fn votes_of(
    c: &mut Conn,
    actor: ActorId,
    ids: &[PostId],
) -> Result<HashMap<PostId, Vec<i64>>> {
    let mut chosen: HashMap<PostId, Vec<i64>> = HashMap::new();
    if ids.is_empty() {
        return Ok(chosen);
    }
    let ids = padded(ids.iter().map(|id| id.0));
    let rows: Vec<(i64, i64)> = poll_votes::table
        .filter(poll_votes::actor_id.eq(actor.0))
        .filter(poll_votes::post_id.eq_any(&ids))
        .order((poll_votes::post_id, poll_votes::position))
        .select((poll_votes::post_id, poll_votes::position))
        .load(c)
        .await?;
    for (post, position) in rows {
        chosen.entry(PostId(post)).or_default().push(position);
    }
    Ok(chosen)
}

/// Which voters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voters {
    Local,
    Remote,
}

/// Who voted, each once; those after `after`, in order of their keys. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn voters(
    c: &mut Conn,
    post: PostId,
    which: Voters,
    (after, limit): (ActorId, i64),
) -> Result<Vec<ActorId>> {
    let ids: Vec<i64> = poll_votes::table
        .inner_join(actors::table.on(actors::id.eq(poll_votes::actor_id)))
        .filter(actors::local.eq(which == Voters::Local))
        .filter(poll_votes::post_id.eq(post.0))
        .filter(poll_votes::actor_id.gt(after.0))
        .select(poll_votes::actor_id)
        .distinct()
        .order(poll_votes::actor_id)
        .limit(limit)
        .load(c)
        .await?;
    Ok(ids.into_iter().map(ActorId).collect())
}

/// Takes back at most `limit` votes of `actor`, and counts them down in polls of this server. Returns how many; call
/// again until it returns none.
///
/// # Errors
/// When the database fails.
pub async fn forget_votes(c: &mut Conn, actor: ActorId, limit: i64) -> Result<usize> {
    let found: Vec<(i64, bool)> = poll_votes::table
        .inner_join(posts::table.on(posts::id.eq(poll_votes::post_id)))
        .filter(poll_votes::actor_id.eq(actor.0))
        .select((poll_votes::post_id, posts::local))
        .distinct()
        .order(poll_votes::post_id)
        .limit(limit)
        .load(c)
        .await?;
    for (post, local) in &found {
        let post = PostId(*post);
        let chosen = votes_of(c, actor, &[post]).await?.remove(&post);
        if *local && let Some(mut poll) = find_locked(c, post).await? {
            for at in chosen.unwrap_or_default() {
                let option = usize::try_from(at)
                    .ok()
                    .and_then(|at| poll.options.get_mut(at));
                if let Some(option) = option {
                    option.votes = (option.votes - 1).max(0);
                }
            }
            poll.voters = poll.voters.map(|voters| (voters - 1).max(0));
            update(c, &poll).await?;
        }
        diesel::delete(
            poll_votes::table.filter(
                poll_votes::post_id
                    .eq(post.0)
                    .and(poll_votes::actor_id.eq(actor.0)),
            ),
        )
        .execute(c)
        .await?;
    }
    Ok(found.len())
}
