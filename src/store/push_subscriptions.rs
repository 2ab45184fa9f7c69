//! Programs that want push messages: one subscription for each token.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, ActorId, PushSubscriptionId, TokenId};
use crate::domain::push::{Alerts, PushPolicy, PushSubscription, Receiver, Wishes};

use super::Conn;
use super::backend::{Both, MultiBackend};
use super::error::{Error, Result, word};
use super::schema::{push_subscriptions, tokens};

#[derive(Queryable, Selectable)]
#[diesel(table_name = push_subscriptions, check_for_backend(MultiBackend))]
struct SubscriptionRow {
    id: i64,
    token_id: i64,
    account_id: i64,
    actor_id: i64,
    endpoint: String,
    p256dh: Vec<u8>,
    auth: Vec<u8>,
    standard: bool,
    alerts: String,
    policy: String,
    created_at: i64,
}

impl TryFrom<SubscriptionRow> for PushSubscription {
    type Error = Error;

    fn try_from(row: SubscriptionRow) -> Result<PushSubscription> {
        Ok(PushSubscription {
            id: PushSubscriptionId(row.id),
            token: TokenId(row.token_id),
            account: AccountId(row.account_id),
            actor: ActorId(row.actor_id),
            receiver: Receiver {
                endpoint: row.endpoint,
                p256dh: row.p256dh,
                auth: row.auth,
                standard: row.standard,
            },
            wishes: Wishes {
                alerts: Alerts::parse(&row.alerts),
                policy: word("push_subscriptions.policy", PushPolicy::parse(&row.policy))?,
            },
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// Keeps a subscription in place of the one that its token had.
///
/// # Errors
/// When the database fails.
pub async fn upsert(c: &mut Conn, new: &PushSubscription) -> Result<()> {
    Both(
        diesel::insert_into(push_subscriptions::table)
            .values((
                push_subscriptions::id.eq(new.id.0),
                push_subscriptions::token_id.eq(new.token.0),
                push_subscriptions::account_id.eq(new.account.0),
                push_subscriptions::actor_id.eq(new.actor.0),
                push_subscriptions::endpoint.eq(&new.receiver.endpoint),
                push_subscriptions::p256dh.eq(&new.receiver.p256dh),
                push_subscriptions::auth.eq(&new.receiver.auth),
                push_subscriptions::standard.eq(new.receiver.standard),
                push_subscriptions::alerts.eq(new.wishes.alerts.to_string()),
                push_subscriptions::policy.eq(new.wishes.policy.as_str()),
                push_subscriptions::created_at.eq(new.created_at.micros()),
            ))
            .on_conflict(push_subscriptions::token_id)
            .do_update()
            .set((
                push_subscriptions::id.eq(excluded(push_subscriptions::id)),
                push_subscriptions::endpoint.eq(excluded(push_subscriptions::endpoint)),
                push_subscriptions::p256dh.eq(excluded(push_subscriptions::p256dh)),
                push_subscriptions::auth.eq(excluded(push_subscriptions::auth)),
                push_subscriptions::standard.eq(excluded(push_subscriptions::standard)),
                push_subscriptions::alerts.eq(excluded(push_subscriptions::alerts)),
                push_subscriptions::policy.eq(excluded(push_subscriptions::policy)),
                push_subscriptions::created_at.eq(excluded(push_subscriptions::created_at)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// The subscription of a token.
///
/// # Errors
/// When the database fails.
pub async fn find_of_token(c: &mut Conn, token: TokenId) -> Result<Option<PushSubscription>> {
    let row: Option<SubscriptionRow> = push_subscriptions::table
        .filter(push_subscriptions::token_id.eq(token.0))
        .select(SubscriptionRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(PushSubscription::try_from).transpose()
}

/// A subscription whose token still counts.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: PushSubscriptionId) -> Result<Option<PushSubscription>> {
    let row: Option<SubscriptionRow> = push_subscriptions::table
        .inner_join(tokens::table)
        .filter(push_subscriptions::id.eq(id.0))
        .filter(tokens::revoked_at.is_null())
        .select(SubscriptionRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(PushSubscription::try_from).transpose()
}

/// The subscriptions of a person whose tokens still count, latest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, actor: ActorId, limit: i64) -> Result<Vec<PushSubscription>> {
    let rows: Vec<SubscriptionRow> = push_subscriptions::table
        .inner_join(tokens::table)
        .filter(push_subscriptions::actor_id.eq(actor.0))
        .filter(tokens::revoked_at.is_null())
        .order(push_subscriptions::id.desc())
        .limit(limit)
        .select(SubscriptionRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(PushSubscription::try_from).collect()
}

/// How many subscriptions a person has, those of ended tokens too.
///
/// # Errors
/// When the database fails.
pub async fn count(c: &mut Conn, actor: ActorId) -> Result<i64> {
    Ok(push_subscriptions::table
        .filter(push_subscriptions::actor_id.eq(actor.0))
        .count()
        .get_result(c)
        .await?)
}

/// Changes what the subscription of a token is told of; `false` when it has none.
///
/// # Errors
/// When the database fails.
pub async fn set_wishes(c: &mut Conn, token: TokenId, wishes: &Wishes) -> Result<bool> {
    let of_token = push_subscriptions::table.filter(push_subscriptions::token_id.eq(token.0));
    let changed = diesel::update(of_token)
        .set((
            push_subscriptions::alerts.eq(wishes.alerts.to_string()),
            push_subscriptions::policy.eq(wishes.policy.as_str()),
        ))
        .execute(c)
        .await?;
    Ok(changed > 0)
}

/// Removes a subscription.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: PushSubscriptionId) -> Result<()> {
    diesel::delete(push_subscriptions::table.find(id.0))
        .execute(c)
        .await?;
    Ok(())
}

/// Removes the subscriptions of these tokens.
///
/// # Errors
/// When the database fails.
pub async fn delete_of_tokens(c: &mut Conn, of: &[TokenId]) -> Result<()> {
    let of: Vec<i64> = of.iter().map(|token| token.0).collect();
    let held = push_subscriptions::table.filter(push_subscriptions::token_id.eq_any(&of));
    diesel::delete(held).execute(c).await?;
    Ok(())
}

/// Removes all subscriptions of an account.
///
/// # Errors
/// When the database fails.
pub async fn delete_all(c: &mut Conn, account: AccountId) -> Result<()> {
    let held = push_subscriptions::table.filter(push_subscriptions::account_id.eq(account.0));
    diesel::delete(held).execute(c).await?;
    Ok(())
}

/// Removes all subscriptions of a person but the latest `most`.
///
/// # Errors
/// When the database fails.
pub async fn delete_beyond(c: &mut Conn, account: AccountId, most: i64) -> Result<()> {
    let kept: Vec<i64> = push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(account.0))
        .order(push_subscriptions::id.desc())
        .limit(most)
        .select(push_subscriptions::id)
        .load(c)
        .await?;
    let Some(oldest) = kept.last() else {
        return Ok(());
    };
    let older = push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(account.0))
        .filter(push_subscriptions::id.lt(*oldest));
    diesel::delete(older).execute(c).await?;
    Ok(())
}
