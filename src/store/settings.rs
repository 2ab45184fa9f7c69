//! What people set for their apps: defaults for posts, reading places, and whose notifications they want.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::audience::Audience;
use crate::domain::clock::Timestamp;
use crate::domain::ids::ActorId;
use crate::domain::interaction::Openness;
use crate::domain::notification::{NotificationPolicy, PolicyValue};
use crate::domain::preferences::{Marker, Preferences, Timeline};

use super::Conn;
use super::backend::Both;
use super::error::{Result, word};
use super::schema::{markers, notification_policies, preferences};

/// The defaults of `actor`; those of everybody where they set none.
///
/// # Errors
/// When the database fails.
pub async fn find_preferences(c: &mut Conn, actor: ActorId) -> Result<Preferences> {
    let found: Option<(String, bool, Option<String>, Option<String>)> = preferences::table
        .find(actor.0)
        .select((
            preferences::visibility,
            preferences::sensitive,
            preferences::language,
            preferences::quote_policy,
        ))
        .first(c)
        .await
        .optional()?;
    let Some((audience, sensitive, language, quote)) = found else {
        return Ok(Preferences::default());
    };
    Ok(Preferences {
        audience: word("preferences.visibility", Audience::parse(&audience))?,
        sensitive,
        language,
        quote: quote.as_deref().and_then(Openness::parse),
    })
}

/// Keeps the defaults of `actor`.
///
/// # Errors
/// When the database fails.
pub async fn put_preferences(c: &mut Conn, actor: ActorId, set: &Preferences) -> Result<()> {
    Both(
        diesel::insert_into(preferences::table)
            .values((
                preferences::actor_id.eq(actor.0),
                preferences::visibility.eq(set.audience.as_str()),
                preferences::sensitive.eq(set.sensitive),
                preferences::language.eq(set.language.as_deref()),
                preferences::quote_policy.eq(set.quote.map(Openness::as_str)),
            ))
            .on_conflict(preferences::actor_id)
            .do_update()
            .set((
                preferences::visibility.eq(excluded(preferences::visibility)),
                preferences::sensitive.eq(excluded(preferences::sensitive)),
                preferences::language.eq(excluded(preferences::language)),
                preferences::quote_policy.eq(excluded(preferences::quote_policy)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// How far `actor` has read, in each list where they kept a place.
///
/// # Errors
/// When the database fails.
pub async fn list_markers(c: &mut Conn, actor: ActorId) -> Result<Vec<Marker>> {
    let rows: Vec<(String, i64, i64, i64)> = markers::table
        .filter(markers::actor_id.eq(actor.0))
        .order(markers::timeline)
        .select((
            markers::timeline,
            markers::last_read,
            markers::version,
            markers::updated_at,
        ))
        .load(c)
        .await?;
    rows.into_iter()
        .map(|(timeline, last_read, version, at)| {
            Ok(Marker {
                timeline: word("markers.timeline", Timeline::parse(&timeline))?,
                last_read,
                version,
                updated_at: Timestamp::from_micros(at),
            })
        })
        .collect()
}

/// Keeps a place.
///
/// # Errors
/// When the database fails.
pub async fn put_marker(
    c: &mut Conn,
    actor: ActorId,
    (timeline, last_read): (Timeline, i64),
    now: Timestamp,
) -> Result<()> {
    Both(
        diesel::insert_into(markers::table)
            .values((
                markers::actor_id.eq(actor.0),
                markers::timeline.eq(timeline.as_str()),
                markers::last_read.eq(last_read),
                markers::version.eq(1),
                markers::updated_at.eq(now.micros()),
            ))
            .on_conflict((markers::actor_id, markers::timeline))
            .do_update()
            .set((
                markers::last_read.eq(excluded(markers::last_read)),
                markers::version.eq(markers::version + 1),
                markers::updated_at.eq(excluded(markers::updated_at)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Whose notifications `actor` wants.
///
/// # Errors
/// When the database fails.
pub async fn find_policy(c: &mut Conn, actor: ActorId) -> Result<NotificationPolicy> {
    type Row = (String, String, String, String, String);
    let found: Option<Row> = notification_policies::table
        .find(actor.0)
        .select((
            notification_policies::not_following,
            notification_policies::not_followers,
            notification_policies::new_accounts,
            notification_policies::private_mentions,
            notification_policies::limited_accounts,
        ))
        .first(c)
        .await
        .optional()?;
    let Some((following, followers, new, private, limited)) = found else {
        return Ok(NotificationPolicy::default());
    };
    let value = |text: &str| word("notification_policies", PolicyValue::parse(text));
    Ok(NotificationPolicy {
        not_following: value(&following)?,
        not_followers: value(&followers)?,
        new_accounts: value(&new)?,
        private_mentions: value(&private)?,
        limited_accounts: value(&limited)?,
    })
}

/// Keeps whose notifications `actor` wants.
///
/// # Errors
/// When the database fails.
pub async fn put_policy(c: &mut Conn, actor: ActorId, policy: &NotificationPolicy) -> Result<()> {
    diesel::delete(notification_policies::table.find(actor.0))
        .execute(c)
        .await?;
    diesel::insert_into(notification_policies::table)
        .values((
            notification_policies::actor_id.eq(actor.0),
            notification_policies::not_following.eq(policy.not_following.as_str()),
            notification_policies::not_followers.eq(policy.not_followers.as_str()),
            notification_policies::new_accounts.eq(policy.new_accounts.as_str()),
            notification_policies::private_mentions.eq(policy.private_mentions.as_str()),
            notification_policies::limited_accounts.eq(policy.limited_accounts.as_str()),
        ))
        .execute(c)
        .await?;
    Ok(())
}
