//! What somebody keeps about another: how they follow, a note, and whether they recommend them.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, RowId};
use crate::domain::relation::FollowOptions;

use super::Conn;
use super::backend::{Both, padded};
use super::error::Result;
use super::schema::{account_notes, actors, endorsements, follow_options};

type Options = (bool, bool, Option<String>);

fn options((reblogs, notify, languages): Options) -> FollowOptions {
    FollowOptions {
        reblogs,
        notify,
        languages: languages
            .iter()
            .flat_map(|text| text.split_whitespace())
            .map(str::to_owned)
            .collect(),
    }
}

/// How `actor` follows `target`.
///
/// # Errors
/// When the database fails.
pub async fn find_options(c: &mut Conn, actor: ActorId, target: ActorId) -> Result<FollowOptions> {
    let found: Option<Options> = follow_options::table
        .find((actor.0, target.0))
        .select((
            follow_options::reblogs,
            follow_options::notify,
            follow_options::languages,
        ))
        .first(c)
        .await
        .optional()?;
    Ok(found.map_or_else(FollowOptions::default, options))
}

/// How `actor` follows those of `targets` that they follow in no plain way.
///
/// # Errors
/// When the database fails.
pub async fn options_among(
    c: &mut Conn,
    actor: ActorId,
    targets: impl IntoIterator<Item = ActorId>,
) -> Result<Vec<(ActorId, FollowOptions)>> {
    let ids = padded(targets.into_iter().map(|id| id.0));
    let found: Vec<(i64, Options)> = follow_options::table
        .filter(
            follow_options::actor_id
                .eq(actor.0)
                .and(follow_options::target_id.eq_any(&ids)),
        )
        .select((
            follow_options::target_id,
            (
                follow_options::reblogs,
                follow_options::notify,
                follow_options::languages,
            ),
        ))
        .load(c)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, row)| (ActorId(id), options(row)))
        .collect())
}

/// Keeps how `actor` follows `target`.
///
/// # Errors
/// When the database fails.
pub async fn put_options(
    c: &mut Conn,
    (actor, target): (ActorId, ActorId),
    how: &FollowOptions,
) -> Result<()> {
    let languages = (!how.languages.is_empty()).then(|| how.languages.join(" "));
    Both(
        diesel::insert_into(follow_options::table)
            .values((
                follow_options::actor_id.eq(actor.0),
                follow_options::target_id.eq(target.0),
                follow_options::reblogs.eq(how.reblogs),
                follow_options::notify.eq(how.notify),
                follow_options::languages.eq(languages),
            ))
            .on_conflict((follow_options::actor_id, follow_options::target_id))
            .do_update()
            .set((
                follow_options::reblogs.eq(excluded(follow_options::reblogs)),
                follow_options::notify.eq(excluded(follow_options::notify)),
                follow_options::languages.eq(excluded(follow_options::languages)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// `actor` follows `target` no more: how they did is forgotten.
///
/// # Errors
/// When the database fails.
pub async fn delete_options(c: &mut Conn, actor: ActorId, target: ActorId) -> Result<()> {
    diesel::delete(follow_options::table.find((actor.0, target.0)))
        .execute(c)
        .await?;
    Ok(())
}

/// Local people who want to be told of every post of `target`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn who_is_told(c: &mut Conn, target: ActorId, limit: i64) -> Result<Vec<ActorId>> {
    let found: Vec<i64> = follow_options::table
        .inner_join(actors::table.on(actors::id.eq(follow_options::actor_id)))
        .filter(follow_options::target_id.eq(target.0))
        .filter(follow_options::notify.eq(true))
        .filter(actors::local.eq(true))
        .limit(limit)
        .select(follow_options::actor_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(ActorId).collect())
}

/// What `actor` noted about those of `targets` that they noted something about.
///
/// # Errors
/// When the database fails.
pub async fn notes_among(
    c: &mut Conn,
    actor: ActorId,
    targets: &[ActorId],
) -> Result<Vec<(ActorId, String)>> {
    let ids = padded(targets.iter().map(|id| id.0));
    let found: Vec<(i64, String)> = account_notes::table
        .filter(
            account_notes::actor_id
                .eq(actor.0)
                .and(account_notes::target_id.eq_any(&ids)),
        )
        .select((account_notes::target_id, account_notes::note))
        .load(c)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, note)| (ActorId(id), note))
        .collect())
}

/// Keeps a note; an empty one is removed.
///
/// # Errors
/// When the database fails.
pub async fn put_note(c: &mut Conn, (actor, target): (ActorId, ActorId), note: &str) -> Result<()> {
    diesel::delete(account_notes::table.find((actor.0, target.0)))
        .execute(c)
        .await?;
    if !note.is_empty() {
        diesel::insert_into(account_notes::table)
            .values((
                account_notes::actor_id.eq(actor.0),
                account_notes::target_id.eq(target.0),
                account_notes::note.eq(note),
            ))
            .execute(c)
            .await?;
    }
    Ok(())
}

/// Which of `targets` `actor` recommends.
///
/// # Errors
/// When the database fails.
pub async fn endorsed_among(
    c: &mut Conn,
    actor: ActorId,
    targets: &[ActorId],
) -> Result<Vec<ActorId>> {
    let ids = padded(targets.iter().map(|id| id.0));
    let found: Vec<i64> = endorsements::table
        .filter(
            endorsements::actor_id
                .eq(actor.0)
                .and(endorsements::target_id.eq_any(&ids)),
        )
        .select(endorsements::target_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(ActorId).collect())
}

/// `actor` recommends `target`; once is enough.
///
/// # Errors
/// When the database fails.
pub async fn insert_endorsement(
    c: &mut Conn,
    id: RowId,
    (actor, target): (ActorId, ActorId),
    now: Timestamp,
) -> Result<()> {
    Both(
        diesel::insert_into(endorsements::table)
            .values((
                endorsements::id.eq(id.0),
                endorsements::actor_id.eq(actor.0),
                endorsements::target_id.eq(target.0),
                endorsements::created_at.eq(now.micros()),
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
pub async fn delete_endorsement(c: &mut Conn, actor: ActorId, target: ActorId) -> Result<()> {
    diesel::delete(
        endorsements::table.filter(
            endorsements::actor_id
                .eq(actor.0)
                .and(endorsements::target_id.eq(target.0)),
        ),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Whom `actor` recommends, with the keys; latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_endorsed(
    c: &mut Conn,
    actor: ActorId,
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<(i64, ActorId)>> {
    let found: Vec<(i64, i64)> = endorsements::table
        .filter(
            endorsements::actor_id
                .eq(actor.0)
                .and(endorsements::id.lt(before.unwrap_or(i64::MAX))),
        )
        .order(endorsements::id.desc())
        .limit(limit)
        .select((endorsements::id, endorsements::target_id))
        .load(c)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, of)| (id, ActorId(of)))
        .collect())
}
