//! People who asked for an account, and the links with which they may.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::account::{SignUp, SignUpLink};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, SignUpId, SignUpLinkId};

use super::Conn;
use super::accounts::lower;
use super::backend::MultiBackend;
use super::error::Result;
use super::schema::{sign_up_links, sign_ups};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_ups, check_for_backend(MultiBackend))]
struct SignUpRow {
    id: i64,
    handle: String,
    email: String,
    password: String,
    reason: String,
    link_id: Option<i64>,
    confirmed_at: Option<i64>,
    created_at: i64,
}

impl From<SignUpRow> for SignUp {
    fn from(row: SignUpRow) -> SignUp {
        SignUp {
            id: SignUpId(row.id),
            handle: row.handle,
            email: row.email,
            password: row.password,
            reason: row.reason,
            link: row.link_id.map(SignUpLinkId),
            confirmed_at: row.confirmed_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(row.created_at),
        }
    }
}

/// Adds a sign-up, with the hash of the secret that will confirm it.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, new: &SignUp, hash: &[u8]) -> Result<()> {
    diesel::insert_into(sign_ups::table)
        .values((
            sign_ups::id.eq(new.id.0),
            sign_ups::handle.eq(&new.handle),
            sign_ups::email.eq(&new.email),
            sign_ups::password.eq(&new.password),
            sign_ups::reason.eq(&new.reason),
            sign_ups::link_id.eq(new.link.map(|link| link.0)),
            sign_ups::hash.eq(hash),
            sign_ups::created_at.eq(new.created_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Gives a sign-up another secret; `false` when there is none by that id that waits for it.
///
/// # Errors
/// When the database fails.
pub async fn set_hash(c: &mut Conn, id: SignUpId, hash: &[u8]) -> Result<bool> {
    let changed = diesel::update(
        sign_ups::table.filter(sign_ups::id.eq(id.0).and(sign_ups::confirmed_at.is_null())),
    )
    .set(sign_ups::hash.eq(hash))
    .execute(c)
    .await?;
    Ok(changed > 0)
}

/// A sign-up by its id.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: SignUpId) -> Result<Option<SignUp>> {
    let row: Option<SignUpRow> = sign_ups::table
        .find(id.0)
        .select(SignUpRow::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(SignUp::from))
}

/// The sign-up that waits for the secret with this hash and was made after `since`.
///
/// # Errors
/// When the database fails.
pub async fn find_by_hash(c: &mut Conn, hash: &[u8], since: Timestamp) -> Result<Option<SignUp>> {
    let row: Option<SignUpRow> = sign_ups::table
        .filter(
            sign_ups::hash
                .eq(hash)
                .and(sign_ups::confirmed_at.is_null())
                .and(sign_ups::created_at.gt(since.micros())),
        )
        .select(SignUpRow::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(SignUp::from))
}

/// The sign-up of a mail address that waits for a moderator.
///
/// # Errors
/// When the database fails.
pub async fn find_waiting_by_email(c: &mut Conn, email: &str) -> Result<Option<SignUp>> {
    let row: Option<SignUpRow> = sign_ups::table
        .filter(
            lower(sign_ups::email)
                .eq(lower(email))
                .and(sign_ups::confirmed_at.is_not_null()),
        )
        .order(sign_ups::id)
        .select(SignUpRow::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(SignUp::from))
}

/// The sign-up for a handle that waits for a moderator.
///
/// # Errors
/// When the database fails.
pub async fn find_waiting(c: &mut Conn, handle: &str) -> Result<Option<SignUp>> {
    let row: Option<SignUpRow> = sign_ups::table
        .filter(
            sign_ups::handle
                .eq(handle)
                .and(sign_ups::confirmed_at.is_not_null()),
        )
        .select(SignUpRow::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(SignUp::from))
}

/// Sign-ups that wait for a moderator, oldest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_waiting(c: &mut Conn, limit: i64) -> Result<Vec<SignUp>> {
    let rows: Vec<SignUpRow> = sign_ups::table
        .filter(sign_ups::confirmed_at.is_not_null())
        .order(sign_ups::id)
        .limit(limit)
        .select(SignUpRow::as_select())
        .load(c)
        .await?;
    Ok(rows.into_iter().map(SignUp::from).collect())
}

/// Notes that the address is right: the sign-up waits for a moderator, and its handle is taken.
///
/// # Errors
/// [`super::Error::Duplicate`] when another waits for the same handle.
pub async fn confirm(c: &mut Conn, id: SignUpId, handle: &str, now: Timestamp) -> Result<bool> {
    let changed = diesel::update(
        sign_ups::table.filter(sign_ups::id.eq(id.0).and(sign_ups::confirmed_at.is_null())),
    )
    .set((
        sign_ups::handle.eq(handle),
        sign_ups::confirmed_at.eq(Some(now.micros())),
    ))
    .execute(c)
    .await?;
    Ok(changed > 0)
}

/// Removes a sign-up; `false` when it was gone.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: SignUpId) -> Result<bool> {
    let gone = diesel::delete(sign_ups::table.find(id.0))
        .execute(c)
        .await?;
    Ok(gone > 0)
}

/// Removes the sign-ups of a mail address that nobody confirmed.
///
/// # Errors
/// When the database fails.
pub async fn delete_unconfirmed(c: &mut Conn, email: &str) -> Result<usize> {
    Ok(diesel::delete(
        sign_ups::table.filter(
            lower(sign_ups::email)
                .eq(lower(email))
                .and(sign_ups::confirmed_at.is_null()),
        ),
    )
    .execute(c)
    .await?)
}

/// Removes sign-ups made before `before` that nobody confirmed, and links that expired then.
///
/// # Errors
/// When the database fails.
pub async fn forget(c: &mut Conn, before: Timestamp) -> Result<usize> {
    let unconfirmed = sign_ups::table.filter(
        sign_ups::created_at
            .lt(before.micros())
            .and(sign_ups::confirmed_at.is_null()),
    );
    let gone = diesel::delete(unconfirmed).execute(c).await?;
    diesel::delete(sign_up_links::table.filter(sign_up_links::expires_at.lt(before.micros())))
        .execute(c)
        .await?;
    Ok(gone)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_up_links, check_for_backend(MultiBackend))]
struct LinkRow {
    id: i64,
    account_id: Option<i64>,
    uses_left: i64,
    created_at: i64,
    expires_at: i64,
}

impl From<LinkRow> for SignUpLink {
    fn from(row: LinkRow) -> SignUpLink {
        SignUpLink {
            id: SignUpLinkId(row.id),
            account: row.account_id.map(AccountId),
            uses_left: row.uses_left,
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        }
    }
}

/// Stores a link by the hash of its secret.
///
/// # Errors
/// When the database fails.
pub async fn insert_link(c: &mut Conn, link: &SignUpLink, hash: &[u8]) -> Result<()> {
    diesel::insert_into(sign_up_links::table)
        .values((
            sign_up_links::id.eq(link.id.0),
            sign_up_links::hash.eq(hash),
            sign_up_links::account_id.eq(link.account.map(|account| account.0)),
            sign_up_links::uses_left.eq(link.uses_left),
            sign_up_links::created_at.eq(link.created_at.micros()),
            sign_up_links::expires_at.eq(link.expires_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The link with this secret, if it may still be used at `now`.
///
/// # Errors
/// When the database fails.
pub async fn find_link(c: &mut Conn, hash: &[u8], now: Timestamp) -> Result<Option<SignUpLink>> {
    let row: Option<LinkRow> = sign_up_links::table
        .filter(
            sign_up_links::hash
                .eq(hash)
                .and(sign_up_links::uses_left.gt(0))
                .and(sign_up_links::expires_at.gt(now.micros())),
        )
        .select(LinkRow::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(SignUpLink::from))
}

/// Links that may still be used at `now`, newest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_links(c: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<SignUpLink>> {
    let rows: Vec<LinkRow> = sign_up_links::table
        .filter(
            sign_up_links::uses_left
                .gt(0)
                .and(sign_up_links::expires_at.gt(now.micros())),
        )
        .order(sign_up_links::id.desc())
        .limit(limit)
        .select(LinkRow::as_select())
        .load(c)
        .await?;
    Ok(rows.into_iter().map(SignUpLink::from).collect())
}

/// Uses a link once; `false` when it is used up or too old.
///
/// # Errors
/// When the database fails.
pub async fn use_link(c: &mut Conn, id: SignUpLinkId, now: Timestamp) -> Result<bool> {
    let used = diesel::update(
        sign_up_links::table.filter(
            sign_up_links::id
                .eq(id.0)
                .and(sign_up_links::uses_left.gt(0))
                .and(sign_up_links::expires_at.gt(now.micros())),
        ),
    )
    .set(sign_up_links::uses_left.eq(sign_up_links::uses_left - 1))
    .execute(c)
    .await?;
    Ok(used > 0)
}

/// Withdraws a link.
///
/// # Errors
/// When the database fails.
pub async fn delete_link(c: &mut Conn, id: SignUpLinkId) -> Result<()> {
    diesel::delete(sign_up_links::table.find(id.0))
        .execute(c)
        .await?;
    Ok(())
}
