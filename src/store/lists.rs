//! Lists of people, and who is in them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, ListId, RowId};
use crate::domain::list::{List, RepliesPolicy};

use super::Conn;
use super::backend::{Both, padded};
use super::error::{Result, word};
use super::schema::{list_members, lists};

type Row = (i64, i64, String, String, bool);

fn list_of((id, owner, title, replies, exclusive): Row) -> Result<List> {
    Ok(List {
        id: ListId(id),
        owner: ActorId(owner),
        title,
        replies: word("lists.replies_policy", RepliesPolicy::parse(&replies))?,
        exclusive,
    })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn columns() -> _ {
    (
        lists::id,
        lists::actor_id,
        lists::title,
        lists::replies_policy,
        lists::exclusive,
    )
}

/// All lists of `owner`, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, owner: ActorId) -> Result<Vec<List>> {
    let rows: Vec<Row> = lists::table
        .filter(lists::actor_id.eq(owner.0))
        .order(lists::id)
        .select(columns())
        .load(c)
        .await?;
    rows.into_iter().map(list_of).collect()
}

/// One list of `owner`.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, owner: ActorId, id: ListId) -> Result<Option<List>> {
    let row: Option<Row> = lists::table
        .find(id.0)
        .filter(lists::actor_id.eq(owner.0))
        .select(columns())
        .first(c)
        .await
        .optional()?;
    row.map(list_of).transpose()
}

/// The lists of `owner` with `member` in them, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_with(c: &mut Conn, owner: ActorId, member: ActorId) -> Result<Vec<List>> {
    let with = list_members::table
        .filter(list_members::target_id.eq(member.0))
        .select(list_members::list_id);
    let rows: Vec<Row> = lists::table
        .filter(lists::actor_id.eq(owner.0).and(lists::id.eq_any(with)))
        .order(lists::id)
        .select(columns())
        .load(c)
        .await?;
    rows.into_iter().map(list_of).collect()
}

/// Adds a list.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, list: &List, now: Timestamp) -> Result<()> {
    diesel::insert_into(lists::table)
        .values((
            lists::id.eq(list.id.0),
            lists::actor_id.eq(list.owner.0),
            lists::title.eq(&list.title),
            lists::replies_policy.eq(list.replies.as_str()),
            lists::exclusive.eq(list.exclusive),
            lists::created_at.eq(now.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Replaces what a list says of itself.
///
/// # Errors
/// When the database fails.
pub async fn update(c: &mut Conn, list: &List) -> Result<()> {
    diesel::update(lists::table.find(list.id.0))
        .set((
            lists::title.eq(&list.title),
            lists::replies_policy.eq(list.replies.as_str()),
            lists::exclusive.eq(list.exclusive),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Removes a list; its members stay followed.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: ListId) -> Result<()> {
    diesel::delete(list_members::table.filter(list_members::list_id.eq(id.0)))
        .execute(c)
        .await?;
    diesel::delete(lists::table.find(id.0)).execute(c).await?;
    Ok(())
}

/// Puts somebody into a list; once is enough.
///
/// # Errors
/// When the database fails.
pub async fn insert_member(c: &mut Conn, key: RowId, list: ListId, member: ActorId) -> Result<()> {
    Both(
        diesel::insert_into(list_members::table)
            .values((
                list_members::list_id.eq(list.0),
                list_members::target_id.eq(member.0),
                list_members::id.eq(key.0),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn delete_member(c: &mut Conn, list: ListId, member: ActorId) -> Result<()> {
    diesel::delete(list_members::table.find((list.0, member.0)))
        .execute(c)
        .await?;
    Ok(())
}

/// Takes `member` out of all lists of `owner`.
///
/// # Errors
/// When the database fails.
pub async fn drop_member(c: &mut Conn, owner: ActorId, member: ActorId) -> Result<()> {
    let theirs = lists::table
        .filter(lists::actor_id.eq(owner.0))
        .select(lists::id);
    diesel::delete(
        list_members::table.filter(
            list_members::target_id
                .eq(member.0)
                .and(list_members::list_id.eq_any(theirs)),
        ),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Who is in a list, with the keys; latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn members(
    c: &mut Conn,
    list: ListId,
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<(i64, ActorId)>> {
    let found: Vec<(i64, i64)> = list_members::table
        .filter(
            list_members::list_id
                .eq(list.0)
                .and(list_members::id.lt(before.unwrap_or(i64::MAX))),
        )
        .order(list_members::id.desc())
        .limit(limit)
        .select((list_members::id, list_members::target_id))
        .load(c)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, of)| (id, ActorId(of)))
        .collect())
}

/// How many are in a list.
///
/// # Errors
/// When the database fails.
pub async fn count_members(c: &mut Conn, list: ListId) -> Result<i64> {
    Ok(list_members::table
        .filter(list_members::list_id.eq(list.0))
        .count()
        .get_result(c)
        .await?)
}

/// Which of `people` are in a list.
///
/// # Errors
/// When the database fails.
pub async fn members_among(
    c: &mut Conn,
    list: ListId,
    people: impl IntoIterator<Item = ActorId>,
) -> Result<Vec<ActorId>> {
    let ids = padded(people.into_iter().map(|id| id.0));
    let found: Vec<i64> = list_members::table
        .filter(
            list_members::list_id
                .eq(list.0)
                .and(list_members::target_id.eq_any(&ids)),
        )
        .select(list_members::target_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(ActorId).collect())
}
