//! Accounts and their tokens.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::account::{Account, Token};
use crate::domain::actor::Role;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, ActorId, TokenId};

use super::Conn;
use super::backend::MultiBackend;
use super::error::{Error, Result, word};
use super::schema::{accounts, tokens};

#[derive(Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = accounts, check_for_backend(MultiBackend), treat_none_as_null = true, treat_none_as_default_value = false)]
struct AccountRow {
    id: i64,
    actor_id: i64,
    email: String,
    password: Option<String>,
    role: String,
    created_at: i64,
    suspended_at: Option<i64>,
}

impl TryFrom<AccountRow> for Account {
    type Error = Error;

    fn try_from(row: AccountRow) -> Result<Account> {
        Ok(Account {
            id: AccountId(row.id),
            actor: ActorId(row.actor_id),
            email: row.email,
            password: row.password,
            role: word("accounts.role", Role::parse(&row.role))?,
            created_at: Timestamp::from_micros(row.created_at),
            suspended_at: row.suspended_at.map(Timestamp::from_micros),
        })
    }
}

/// Adds an account.
///
/// # Errors
/// [`Error::Duplicate`] when the address is in use.
pub async fn insert(c: &mut Conn, account: &Account) -> Result<()> {
    diesel::insert_into(accounts::table)
        .values(row(account))
        .execute(c)
        .await?;
    Ok(())
}

/// Replaces everything of an account.
///
/// # Errors
/// When the database fails.
pub async fn update(c: &mut Conn, account: &Account) -> Result<()> {
    diesel::update(accounts::table.find(account.id.0))
        .set(row(account))
        .execute(c)
        .await?;
    Ok(())
}

fn row(account: &Account) -> AccountRow {
    AccountRow {
        id: account.id.0,
        actor_id: account.actor.0,
        email: account.email.clone(),
        password: account.password.clone(),
        role: account.role.as_str().to_owned(),
        created_at: account.created_at.micros(),
        suspended_at: account.suspended_at.map(Timestamp::micros),
    }
}

/// The account of a local person.
///
/// # Errors
/// When the database fails.
pub async fn find_by_actor(c: &mut Conn, actor: ActorId) -> Result<Option<Account>> {
    let row: Option<AccountRow> = accounts::table
        .filter(accounts::actor_id.eq(actor.0))
        .select(AccountRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Account::try_from).transpose()
}

/// All accounts, oldest first, after `after`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, after: Option<AccountId>, limit: i64) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> = accounts::table
        .filter(accounts::id.gt(after.map_or(0, |id| id.0)))
        .order(accounts::id)
        .limit(limit)
        .select(AccountRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Stores a token by its hash; the token itself is never stored.
///
/// # Errors
/// When the database fails.
pub async fn insert_token(c: &mut Conn, token: &Token, hash: &[u8]) -> Result<()> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::id.eq(token.id.0),
            tokens::account_id.eq(token.account.0),
            tokens::hash.eq(hash),
            tokens::scopes.eq(&token.scopes),
            tokens::created_at.eq(token.created_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The account and the scopes that a token stands for; `None` when it is unknown, revoked, or its account suspended.
///
/// # Errors
/// When the database fails.
pub async fn find_by_token(c: &mut Conn, hash: &[u8]) -> Result<Option<(Account, Token)>> {
    let found: Option<(AccountRow, (i64, String, i64))> = tokens::table
        .inner_join(accounts::table)
        .filter(
            tokens::hash
                .eq(hash)
                .and(tokens::revoked_at.is_null())
                .and(accounts::suspended_at.is_null()),
        )
        .select((
            AccountRow::as_select(),
            (tokens::id, tokens::scopes, tokens::created_at),
        ))
        .first(c)
        .await
        .optional()?;
    found
        .map(|(row, (id, scopes, created_at))| {
            let account = Account::try_from(row)?;
            let token = Token {
                id: TokenId(id),
                account: account.id,
                scopes,
                created_at: Timestamp::from_micros(created_at),
            };
            Ok((account, token))
        })
        .transpose()
}

/// Ends all log-ins of an account.
///
/// # Errors
/// When the database fails.
pub async fn revoke_tokens(c: &mut Conn, account: AccountId, now: Timestamp) -> Result<usize> {
    Ok(diesel::update(
        tokens::table.filter(
            tokens::account_id
                .eq(account.0)
                .and(tokens::revoked_at.is_null()),
        ),
    )
    .set(tokens::revoked_at.eq(Some(now.micros())))
    .execute(c)
    .await?)
}

/// Removes an account with its log-ins; its mail address is free again.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, account: AccountId) -> Result<()> {
    diesel::delete(tokens::table.filter(tokens::account_id.eq(account.0)))
        .execute(c)
        .await?;
    diesel::delete(accounts::table.find(account.0))
        .execute(c)
        .await?;
    Ok(())
}
