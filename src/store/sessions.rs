//! Browsers that are logged in.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::account::{Account, Device, Session};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, SessionId};

use super::Conn;
use super::accounts::AccountRow;
use super::backend::MultiBackend;
use super::error::Result;
use super::schema::{accounts, sessions};

/// Log-ins of one account that are listed.
const LISTED: i64 = 200;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(MultiBackend))]
struct SessionRow {
    id: i64,
    account_id: i64,
    agent: String,
    address: String,
    created_at: i64,
    seen_at: i64,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Session {
        Session {
            id: SessionId(row.id),
            account: AccountId(row.account_id),
            device: Device {
                agent: row.agent,
                address: row.address,
            },
            created_at: Timestamp::from_micros(row.created_at),
            seen_at: Timestamp::from_micros(row.seen_at),
        }
    }
}

/// Stores a log-in by the hash of its cookie; the cookie itself is never stored.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, session: &Session, hash: &[u8]) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(session.id.0),
            sessions::account_id.eq(session.account.0),
            sessions::hash.eq(hash),
            sessions::agent.eq(&session.device.agent),
            sessions::address.eq(&session.device.address),
            sessions::created_at.eq(session.created_at.micros()),
            sessions::seen_at.eq(session.seen_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The log-in whose cookie hashes to `hash`, with its account; `None` when it is unknown or ended, or the account
/// suspended.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, hash: &[u8]) -> Result<Option<(Session, Account)>> {
    let found: Option<(SessionRow, AccountRow)> = sessions::table
        .inner_join(accounts::table)
        .filter(
            sessions::hash
                .eq(hash)
                .and(sessions::ended_at.is_null())
                .and(accounts::suspended_at.is_null()),
        )
        .select((SessionRow::as_select(), AccountRow::as_select()))
        .first(c)
        .await
        .optional()?;
    found
        .map(|(session, account)| Ok((Session::from(session), Account::try_from(account)?)))
        .transpose()
}

/// The log-ins of an account that were seen since `since`, newest first. At most 200.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, account: AccountId, since: Timestamp) -> Result<Vec<Session>> {
    let rows: Vec<SessionRow> = sessions::table
        .filter(
            sessions::account_id
                .eq(account.0)
                .and(sessions::ended_at.is_null())
                .and(sessions::seen_at.ge(since.micros())),
        )
        .order(sessions::id.desc())
        .limit(LISTED)
        .select(SessionRow::as_select())
        .load(c)
        .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Notes that a log-in was seen.
///
/// # Errors
/// When the database fails.
pub async fn touch(c: &mut Conn, id: SessionId, now: Timestamp) -> Result<()> {
    diesel::update(sessions::table.find(id.0))
        .set(sessions::seen_at.eq(now.micros()))
        .execute(c)
        .await?;
    Ok(())
}

/// Ends one log-in of an account; `false` when it has none with that id.
///
/// # Errors
/// When the database fails.
pub async fn end(
    c: &mut Conn,
    (account, id): (AccountId, SessionId),
    now: Timestamp,
) -> Result<bool> {
    let ended = diesel::update(
        sessions::table.filter(
            sessions::id
                .eq(id.0)
                .and(sessions::account_id.eq(account.0))
                .and(sessions::ended_at.is_null()),
        ),
    )
    .set(sessions::ended_at.eq(Some(now.micros())))
    .execute(c)
    .await?;
    Ok(ended > 0)
}

/// Ends all log-ins of an account.
///
/// # Errors
/// When the database fails.
pub async fn end_all(c: &mut Conn, account: AccountId, now: Timestamp) -> Result<usize> {
    Ok(diesel::update(
        sessions::table.filter(
            sessions::account_id
                .eq(account.0)
                .and(sessions::ended_at.is_null()),
        ),
    )
    .set(sessions::ended_at.eq(Some(now.micros())))
    .execute(c)
    .await?)
}

/// Removes all log-ins of an account.
///
/// # Errors
/// When the database fails.
pub async fn delete_all(c: &mut Conn, account: AccountId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::account_id.eq(account.0)))
        .execute(c)
        .await?;
    Ok(())
}

/// Removes what was not seen since `before`, ended or not. At most `limit` rows.
///
/// # Errors
/// When the database fails.
pub async fn forget(c: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let old = sessions::table
        .filter(sessions::seen_at.lt(before.micros()))
        .order(sessions::seen_at)
        .limit(limit)
        .select(sessions::id);
    let old: Vec<i64> = old.load(c).await?;
    Ok(
        diesel::delete(sessions::table.filter(sessions::id.eq_any(old)))
            .execute(c)
            .await?,
    )
}
