//! Tokens of apps in which somebody asked for an account that is not there yet.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::account::{SignUpToken, Token};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, ClientAppId, SignUpId, TokenId};

use super::backend::MultiBackend;
use super::error::Result;
use super::schema::{sign_up_tokens, sign_ups};
use super::{Conn, accounts};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_up_tokens, check_for_backend(MultiBackend))]
struct Row {
    id: i64,
    sign_up_id: i64,
    client_app_id: i64,
    hash: Vec<u8>,
    scopes: String,
    created_at: i64,
}

impl From<&Row> for SignUpToken {
    fn from(row: &Row) -> SignUpToken {
        SignUpToken {
            id: TokenId(row.id),
            sign_up: SignUpId(row.sign_up_id),
            client_app: ClientAppId(row.client_app_id),
            scopes: row.scopes.clone(),
            created_at: Timestamp::from_micros(row.created_at),
        }
    }
}

/// Stores a token by its hash; the token itself is never stored.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, token: &SignUpToken, hash: &[u8]) -> Result<()> {
    diesel::insert_into(sign_up_tokens::table)
        .values((
            sign_up_tokens::id.eq(token.id.0),
            sign_up_tokens::sign_up_id.eq(token.sign_up.0),
            sign_up_tokens::client_app_id.eq(token.client_app.0),
            sign_up_tokens::hash.eq(hash),
            sign_up_tokens::scopes.eq(&token.scopes),
            sign_up_tokens::created_at.eq(token.created_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The token with this hash, if its account is not there yet.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, hash: &[u8]) -> Result<Option<SignUpToken>> {
    let row: Option<Row> = sign_up_tokens::table
        .filter(sign_up_tokens::hash.eq(hash))
        .select(Row::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.as_ref().map(SignUpToken::from))
}

/// Makes the tokens of a sign-up tokens of the account that came of it.
///
/// # Errors
/// When the database fails.
pub async fn hand_over(c: &mut Conn, sign_up: SignUpId, account: AccountId) -> Result<()> {
    let its = sign_up_tokens::table.filter(sign_up_tokens::sign_up_id.eq(sign_up.0));
    // One for each app in which it was asked for, in practice: a repetition is another sign-up.
    let rows: Vec<Row> = its.limit(10).select(Row::as_select()).load(c).await?;
    for row in &rows {
        let token = Token {
            id: TokenId(row.id),
            account,
            client_app: Some(ClientAppId(row.client_app_id)),
            scopes: row.scopes.clone(),
            created_at: Timestamp::from_micros(row.created_at),
        };
        accounts::insert_token(c, &token, &row.hash).await?;
    }
    diesel::delete(sign_up_tokens::table.filter(sign_up_tokens::sign_up_id.eq(sign_up.0)))
        .execute(c)
        .await?;
    Ok(())
}

/// Removes a token of a program; `false` when there is none like it.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, app: ClientAppId, hash: &[u8]) -> Result<bool> {
    let token = sign_up_tokens::table.filter(
        sign_up_tokens::client_app_id
            .eq(app.0)
            .and(sign_up_tokens::hash.eq(hash)),
    );
    Ok(diesel::delete(token).execute(c).await? > 0)
}

/// Removes tokens made before `before` whose sign-up is gone, or never was. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn forget(c: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let waiting = sign_ups::table.filter(sign_ups::id.eq(sign_up_tokens::sign_up_id));
    let left: Vec<i64> = sign_up_tokens::table
        .filter(sign_up_tokens::created_at.lt(before.micros()))
        .filter(diesel::dsl::not(diesel::dsl::exists(waiting)))
        .limit(limit)
        .select(sign_up_tokens::id)
        .load(c)
        .await?;
    Ok(
        diesel::delete(sign_up_tokens::table.filter(sign_up_tokens::id.eq_any(&left)))
            .execute(c)
            .await?,
    )
}
