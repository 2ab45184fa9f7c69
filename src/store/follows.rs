//! Follows and memberships.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use crate::domain::ids::{ActorId, FollowId};

use super::Conn;
use super::backend::MultiBackend;
use super::error::{Error, Result, word};
use super::schema::{actors, follows};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = follows, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
struct FollowRow {
    id: i64,
    follower_id: i64,
    target_id: i64,
    uri: String,
    asked_by: String,
    state: String,
    role: String,
    created_at: i64,
}

impl TryFrom<FollowRow> for Follow {
    type Error = Error;

    fn try_from(row: FollowRow) -> Result<Follow> {
        Ok(Follow {
            id: FollowId(row.id),
            follower: ActorId(row.follower_id),
            target: ActorId(row.target_id),
            uri: row.uri,
            asked_by: word("follows.asked_by", AskedBy::parse(&row.asked_by))?,
            state: word("follows.state", FollowState::parse(&row.state))?,
            role: word("follows.role", MemberRole::parse(&row.role))?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

fn many(rows: Vec<FollowRow>) -> Result<Vec<Follow>> {
    rows.into_iter().map(Follow::try_from).collect()
}

/// The follow of `target` by `follower`, whatever its state.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, follower: ActorId, target: ActorId) -> Result<Option<Follow>> {
    let row: Option<FollowRow> = follows::table
        .filter(
            follows::follower_id
                .eq(follower.0)
                .and(follows::target_id.eq(target.0)),
        )
        .select(FollowRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Follow::try_from).transpose()
}

/// The follow that the activity `uri` asked for.
///
/// # Errors
/// When the database fails.
pub async fn find_by_uri(c: &mut Conn, uri: &str) -> Result<Option<Follow>> {
    let row: Option<FollowRow> = follows::table
        .filter(follows::uri.eq(uri))
        .select(FollowRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Follow::try_from).transpose()
}

/// Adds a follow.
///
/// # Errors
/// [`Error::Duplicate`] when the pair has one.
pub async fn insert(c: &mut Conn, follow: &Follow) -> Result<()> {
    diesel::insert_into(follows::table)
        .values(FollowRow {
            id: follow.id.0,
            follower_id: follow.follower.0,
            target_id: follow.target.0,
            uri: follow.uri.clone(),
            asked_by: follow.asked_by.as_str().to_owned(),
            state: follow.state.as_str().to_owned(),
            role: follow.role.as_str().to_owned(),
            created_at: follow.created_at.micros(),
        })
        .execute(c)
        .await?;
    Ok(())
}

/// Changes state, role, uri and what asked for it.
///
/// # Errors
/// When the database fails.
pub async fn update(c: &mut Conn, follow: &Follow) -> Result<()> {
    diesel::update(follows::table.find(follow.id.0))
        .set((
            follows::uri.eq(&follow.uri),
            follows::asked_by.eq(follow.asked_by.as_str()),
            follows::state.eq(follow.state.as_str()),
            follows::role.eq(follow.role.as_str()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: FollowId) -> Result<()> {
    diesel::delete(follows::table.find(id.0)).execute(c).await?;
    Ok(())
}

/// Everything that `actor` follows or is followed by.
///
/// # Errors
/// When the database fails.
pub async fn delete_all_of(c: &mut Conn, actor: ActorId) -> Result<()> {
    diesel::delete(
        follows::table.filter(
            follows::follower_id
                .eq(actor.0)
                .or(follows::target_id.eq(actor.0)),
        ),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Whether `follower` follows `target`, accepted.
///
/// # Errors
/// When the database fails.
pub async fn is_following(c: &mut Conn, follower: ActorId, target: ActorId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        follows::table
            .filter(
                follows::follower_id
                    .eq(follower.0)
                    .and(follows::target_id.eq(target.0)),
            )
            .filter(accepted()),
    ))
    .get_result(c)
    .await?)
}

#[diesel::dsl::auto_type]
fn accepted() -> _ {
    follows::state.eq("accepted")
}

/// Whether anybody here follows `target`, accepted.
///
/// # Errors
/// When the database fails.
pub async fn has_local_follower(c: &mut Conn, target: ActorId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .filter(follows::target_id.eq(target.0).and(actors::local.eq(true)))
            .filter(accepted()),
    ))
    .get_result(c)
    .await?)
}

/// Follows of `target` in a state, newest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_followers(
    c: &mut Conn,
    target: ActorId,
    state: FollowState,
    before: Option<FollowId>,
    limit: i64,
) -> Result<Vec<Follow>> {
    many(
        follows::table
            .filter(
                follows::target_id
                    .eq(target.0)
                    .and(follows::state.eq(state.as_str())),
            )
            .filter(follows::id.lt(before.map_or(i64::MAX, |id| id.0)))
            .order(follows::id.desc())
            .limit(limit)
            .select(FollowRow::as_select())
            .load(c)
            .await?,
    )
}

/// What `follower` follows, accepted, newest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_following(
    c: &mut Conn,
    follower: ActorId,
    before: Option<FollowId>,
    limit: i64,
) -> Result<Vec<Follow>> {
    many(
        follows::table
            .filter(
                follows::follower_id
                    .eq(follower.0)
                    .and(follows::id.lt(before.map_or(i64::MAX, |id| id.0))),
            )
            .filter(accepted())
            .order(follows::id.desc())
            .limit(limit)
            .select(FollowRow::as_select())
            .load(c)
            .await?,
    )
}

/// Members of a group who manage it, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_managers(c: &mut Conn, group: ActorId) -> Result<Vec<Follow>> {
    let roles = [
        MemberRole::Organizer.as_str(),
        MemberRole::Moderator.as_str(),
    ];
    many(
        follows::table
            .filter(
                follows::target_id
                    .eq(group.0)
                    .and(follows::role.eq_any(roles)),
            )
            .filter(accepted())
            .order(follows::id)
            .select(FollowRow::as_select())
            .load(c)
            .await?,
    )
}

/// The memberships of groups in which `member` is an organizer, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_organized(c: &mut Conn, member: ActorId) -> Result<Vec<Follow>> {
    many(
        follows::table
            .filter(follows::follower_id.eq(member.0))
            .filter(follows::role.eq(MemberRole::Organizer.as_str()))
            .filter(accepted())
            .order(follows::id)
            .select(FollowRow::as_select())
            .load(c)
            .await?,
    )
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn count_followers(c: &mut Conn, target: ActorId) -> Result<i64> {
    Ok(follows::table
        .filter(follows::target_id.eq(target.0))
        .filter(accepted())
        .count()
        .get_result(c)
        .await?)
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn count_following(c: &mut Conn, follower: ActorId) -> Result<i64> {
    Ok(follows::table
        .filter(follows::follower_id.eq(follower.0))
        .filter(accepted())
        .count()
        .get_result(c)
        .await?)
}

/// Actors on `domain` and below it whom `actor` follows or who follow them, whatever the state. At most 1,000.
///
/// # Errors
/// When the database fails.
pub async fn list_on(c: &mut Conn, actor: ActorId, domain: &str) -> Result<Vec<Actor>> {
    const MOST: i64 = 1_000;
    let there = actors::host
        .eq(domain.to_owned())
        .or(actors::host.like(format!("%.{domain}")));
    let mut ids: Vec<i64> = follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::target_id)))
        .filter(follows::follower_id.eq(actor.0))
        .filter(there.clone())
        .limit(MOST)
        .select(actors::id)
        .load(c)
        .await?;
    let followers: Vec<i64> = follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::target_id.eq(actor.0))
        .filter(there)
        .limit(MOST)
        .select(actors::id)
        .load(c)
        .await?;
    ids.extend(followers);
    ids.sort_unstable();
    ids.dedup();
    let ids: Vec<ActorId> = ids.into_iter().map(ActorId).collect();
    super::actors::list(c, &ids).await
}

/// Followers of `target`, accepted, whom `viewer` follows too; latest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_common(
    c: &mut Conn,
    viewer: ActorId,
    target: ActorId,
    limit: i64,
) -> Result<Vec<ActorId>> {
    let known = diesel::alias!(follows as known);
    let known = known
        .filter(known.field(follows::follower_id).eq(viewer.0))
        .filter(known.field(follows::state).eq("accepted"))
        .select(known.field(follows::target_id));
    let found: Vec<i64> = follows::table
        .filter(follows::target_id.eq(target.0))
        .filter(accepted())
        .filter(follows::follower_id.eq_any(known))
        .order(follows::id.desc())
        .limit(limit)
        .select(follows::follower_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(ActorId).collect())
}
