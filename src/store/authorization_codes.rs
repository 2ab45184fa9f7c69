//! Codes that a program exchanges, once, for a token.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, ClientAppId, TokenId};

use super::Conn;
use super::backend::MultiBackend;
use super::error::Result;
use super::schema::authorization_codes;

/// What a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub id: i64,
    pub app: ClientAppId,
    pub account: AccountId,
    /// Where the code was sent; the exchange has to name the same.
    pub redirect_uri: String,
    /// Space separated.
    pub scopes: String,
    /// Of whoever asked, if they gave one (RFC 7636).
    pub challenge: Option<String>,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// What it was exchanged for.
    pub token: Option<TokenId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = authorization_codes, check_for_backend(MultiBackend))]
struct CodeRow {
    id: i64,
    client_app_id: i64,
    account_id: i64,
    redirect_uri: String,
    scopes: String,
    challenge: Option<String>,
    created_at: i64,
    used_at: Option<i64>,
    token_id: Option<i64>,
}

impl From<CodeRow> for Grant {
    fn from(row: CodeRow) -> Self {
        Grant {
            id: row.id,
            app: ClientAppId(row.client_app_id),
            account: AccountId(row.account_id),
            redirect_uri: row.redirect_uri,
            scopes: row.scopes,
            challenge: row.challenge,
            created_at: Timestamp::from_micros(row.created_at),
            used_at: row.used_at.map(Timestamp::from_micros),
            token: row.token_id.map(TokenId),
        }
    }
}

/// Stores a code by its hash.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, grant: &Grant, hash: &[u8]) -> Result<()> {
    diesel::insert_into(authorization_codes::table)
        .values((
            authorization_codes::id.eq(grant.id),
            authorization_codes::hash.eq(hash),
            authorization_codes::client_app_id.eq(grant.app.0),
            authorization_codes::account_id.eq(grant.account.0),
            authorization_codes::redirect_uri.eq(&grant.redirect_uri),
            authorization_codes::scopes.eq(&grant.scopes),
            authorization_codes::challenge.eq(grant.challenge.as_deref()),
            authorization_codes::created_at.eq(grant.created_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The grant behind a code, also one that was used.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, hash: &[u8]) -> Result<Option<Grant>> {
    let row: Option<CodeRow> = authorization_codes::table
        .filter(authorization_codes::hash.eq(hash))
        .select(CodeRow::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(Grant::from))
}

/// Marks a code as exchanged for `token`; `false` when somebody was faster.
///
/// # Errors
/// When the database fails.
pub async fn redeem(c: &mut Conn, id: i64, token: TokenId, now: Timestamp) -> Result<bool> {
    let unused = authorization_codes::table
        .find(id)
        .filter(authorization_codes::used_at.is_null());
    let done = diesel::update(unused)
        .set((
            authorization_codes::used_at.eq(Some(now.micros())),
            authorization_codes::token_id.eq(Some(token.0)),
        ))
        .execute(c)
        .await?;
    Ok(done == 1)
}

/// What a code was exchanged for.
///
/// # Errors
/// When the database fails.
pub async fn token_of(c: &mut Conn, id: i64) -> Result<Option<TokenId>> {
    let found: Option<Option<i64>> = authorization_codes::table
        .find(id)
        .select(authorization_codes::token_id)
        .first(c)
        .await
        .optional()?;
    Ok(found.flatten().map(TokenId))
}

/// Removes all codes of an account, also those that were exchanged.
///
/// # Errors
/// When the database fails.
pub async fn delete_all(c: &mut Conn, account: AccountId) -> Result<()> {
    let codes = authorization_codes::table.filter(authorization_codes::account_id.eq(account.0));
    diesel::delete(codes).execute(c).await?;
    Ok(())
}

/// Forgets codes made before `before`. At most `limit` at once; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(c: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let old: Vec<i64> = authorization_codes::table
        .filter(authorization_codes::created_at.lt(before.micros()))
        .limit(limit)
        .select(authorization_codes::id)
        .load(c)
        .await?;
    Ok(
        diesel::delete(authorization_codes::table.filter(authorization_codes::id.eq_any(&old)))
            .execute(c)
            .await?,
    )
}
