//! Activities of local actors: what was said, in each of its renderings, and about whom.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::backend::{Both, MultiBackend, padded};
use super::schema::{activities, activity_bodies, activity_subjects, deliveries};
use super::{Conn, Result};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActivityId, ActorId};
use crate::domain::outgoing::{Outgoing, Variant};

/// How many rows one statement names at most.
const CHUNK: usize = 500;

/// An activity that was stored, without its bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredActivity {
    pub id: ActivityId,
    pub uri: String,
    pub actor: ActorId,
    /// The ActivityStreams type.
    pub kind: String,
    /// What it is about, if receipts are kept for that.
    pub object_uri: Option<String>,
    /// Shown in the actor's public outbox.
    pub listed: bool,
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = activities, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
struct Row {
    id: i64,
    uri: String,
    actor_id: i64,
    kind: String,
    object_uri: String,
    listed: bool,
    created_at: i64,
}

impl From<Row> for StoredActivity {
    fn from(row: Row) -> Self {
        StoredActivity {
            id: ActivityId(row.id),
            uri: row.uri,
            actor: ActorId(row.actor_id),
            kind: row.kind,
            object_uri: Some(row.object_uri).filter(|uri| !uri.is_empty()),
            listed: row.listed,
            created_at: Timestamp::from_micros(row.created_at),
        }
    }
}

/// Stores `outgoing` with its bodies and subjects. [`super::deliveries::enqueue`] does this and delivers it.
///
/// # Errors
/// [`super::Error::Duplicate`] when an activity with this uri exists.
pub async fn insert(tx: &mut Conn, outgoing: &Outgoing, now: Timestamp) -> Result<()> {
    let row = Row {
        id: outgoing.id.0,
        uri: outgoing.uri.clone(),
        actor_id: outgoing.actor.0,
        kind: outgoing.kind.to_owned(),
        object_uri: outgoing.object_uri.clone().unwrap_or_default(),
        listed: outgoing.listed,
        created_at: now.micros(),
    };
    diesel::insert_into(activities::table)
        .values(row)
        .execute(tx)
        .await?;
    for (variant, body) in &outgoing.bodies {
        diesel::insert_into(activity_bodies::table)
            .values((
                activity_bodies::activity_id.eq(outgoing.id.0),
                activity_bodies::variant.eq(variant.as_str()),
                activity_bodies::body.eq(body),
            ))
            .execute(tx)
            .await?;
    }
    for subject in &outgoing.subjects {
        // A person named twice is one subject.
        Both(
            diesel::insert_into(activity_subjects::table)
                .values((
                    activity_subjects::activity_id.eq(outgoing.id.0),
                    activity_subjects::actor_id.eq(subject.0),
                ))
                .on_conflict_do_nothing(),
        )
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// The activity with this ActivityPub id.
///
/// # Errors
/// When the database fails.
pub async fn find_by_uri(c: &mut Conn, uri: &str) -> Result<Option<StoredActivity>> {
    let row = activities::table
        .filter(activities::uri.eq(uri))
        .select(Row::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(StoredActivity::from))
}

/// One rendering of an activity, compact JSON. `None` when it has no such rendering.
///
/// # Errors
/// When the database fails.
pub async fn find_body(
    c: &mut Conn,
    activity: ActivityId,
    variant: Variant,
) -> Result<Option<String>> {
    Ok(activity_bodies::table
        .find((activity.0, variant.as_str()))
        .select(activity_bodies::body)
        .first(c)
        .await
        .optional()?)
}

/// All renderings of these activities, in no order. Activities that do not exist are left out.
///
/// # Errors
/// When the database fails.
pub async fn list_bodies(
    c: &mut Conn,
    ids: &[ActivityId],
) -> Result<Vec<(ActivityId, Variant, String)>> {
    let mut bodies = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<(i64, String, String)> = activity_bodies::table
            .filter(activity_bodies::activity_id.eq_any(padded(chunk.iter().map(|id| id.0))))
            .select(activity_bodies::all_columns)
            .load(c)
            .await?;
        bodies.extend(rows.into_iter().filter_map(|(id, variant, body)| {
            Variant::parse(&variant).map(|v| (ActivityId(id), v, body))
        }));
    }
    Ok(bodies)
}

/// A page of `actor`'s public outbox with the standard bodies, newest first: at most `limit` with an id below `before`.
///
/// # Errors
/// When the database fails.
pub async fn list_outbox(
    c: &mut Conn,
    actor: ActorId,
    before: Option<ActivityId>,
    limit: i64,
) -> Result<Vec<(StoredActivity, String)>> {
    let before = before.map_or(i64::MAX, |id| id.0);
    let rows: Vec<(Row, String)> = activities::table
        .inner_join(activity_bodies::table.on(activity_bodies::activity_id.eq(activities::id)))
        .filter(activities::actor_id.eq(actor.0))
        .filter(activities::listed.eq(true))
        .filter(activities::id.lt(before))
        .filter(activity_bodies::variant.eq(Variant::Standard.as_str()))
        .order(activities::id.desc())
        .limit(limit)
        .select((Row::as_select(), activity_bodies::body))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(row, body)| (row.into(), body))
        .collect())
}

/// How many activities `actor`'s public outbox holds.
///
/// # Errors
/// When the database fails.
pub async fn count_outbox(c: &mut Conn, actor: ActorId) -> Result<i64> {
    Ok(activities::table
        .filter(activities::actor_id.eq(actor.0))
        .filter(activities::listed.eq(true))
        .count()
        .get_result(c)
        .await?)
}

/// Forgets what was said about `object_uri`. What is still to be delivered stays in its lane, so that order is kept
/// (the Delete follows it), but leaves the outbox; [`sweep`] takes it later. Call this before the Delete is enqueued.
///
/// # Errors
/// When the database fails.
pub async fn delete_about(tx: &mut Conn, object_uri: &str) -> Result<()> {
    diesel::update(activities::table.filter(activities::object_uri.eq(object_uri)))
        .set(activities::listed.eq(false))
        .execute(tx)
        .await?;
    let ids: Vec<i64> = activities::table
        .filter(activities::object_uri.eq(object_uri))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            deliveries::table.filter(deliveries::activity_id.eq(activities::id)),
        )))
        .select(activities::id)
        .load(tx)
        .await?;
    delete(tx, &ids).await
}

/// Removes at most `limit` activities older than `before` that are not listed and were delivered everywhere.
/// Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(tx: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let ids: Vec<i64> = activities::table
        .filter(activities::listed.eq(false))
        .filter(activities::id.lt(crate::domain::ids::first_id_at(before)))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            deliveries::table.filter(deliveries::activity_id.eq(activities::id)),
        )))
        .order(activities::id)
        .limit(limit)
        .select(activities::id)
        .load(tx)
        .await?;
    delete(tx, &ids).await?;
    Ok(ids.len())
}

/// Removes activities that wait for no delivery any more.
pub(super) async fn delete(tx: &mut Conn, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(CHUNK) {
        diesel::delete(activity_bodies::table.filter(activity_bodies::activity_id.eq_any(chunk)))
            .execute(tx)
            .await?;
        diesel::delete(
            activity_subjects::table.filter(activity_subjects::activity_id.eq_any(chunk)),
        )
        .execute(tx)
        .await?;
        diesel::delete(activities::table.filter(activities::id.eq_any(chunk)))
            .execute(tx)
            .await?;
    }
    Ok(())
}
