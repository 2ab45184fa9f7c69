//! Accounts and their tokens.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use crate::domain::account::{Account, Token};
use crate::domain::actor::Role;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, ActorId, ClientAppId, TokenId};

use super::Conn;
use super::backend::MultiBackend;
use super::error::{Error, Result, word};
use super::schema::{
    account_secrets, accounts, recovery_codes, second_factors, sign_up_links, tokens,
};
use super::{authorization_codes, passkeys, push_subscriptions, sessions};

diesel::define_sql_function! { fn lower(text: Text) -> Text; }

#[derive(Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = accounts, check_for_backend(MultiBackend), treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct AccountRow {
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

/// An account by its id.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: AccountId) -> Result<Option<Account>> {
    let row: Option<AccountRow> = accounts::table
        .find(id.0)
        .select(AccountRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Account::try_from).transpose()
}

/// An account that stays as it is, and whose passkeys stay as many, until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn find_locked(c: &mut Conn, id: AccountId) -> Result<Option<Account>> {
    if let Conn::Pg(pg) = c {
        let row = accounts::table.find(id.0).select(accounts::id);
        let _: Option<i64> = row.for_update().first(pg).await.optional()?;
    }
    find(c, id).await
}

/// The account that uses a mail address, upper and lower case being the same.
///
/// # Errors
/// When the database fails.
pub async fn find_by_email(c: &mut Conn, email: &str) -> Result<Option<Account>> {
    let row: Option<AccountRow> = accounts::table
        .filter(lower(accounts::email).eq(lower(email)))
        .order(accounts::id)
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
            tokens::client_app_id.eq(token.client_app.map(|id| id.0)),
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
    type TokenRow = (i64, Option<i64>, String, i64);
    let found: Option<(AccountRow, TokenRow)> = tokens::table
        .inner_join(accounts::table)
        .filter(
            tokens::hash
                .eq(hash)
                .and(tokens::revoked_at.is_null())
                .and(accounts::suspended_at.is_null()),
        )
        .select((
            AccountRow::as_select(),
            (
                tokens::id,
                tokens::client_app_id,
                tokens::scopes,
                tokens::created_at,
            ),
        ))
        .first(c)
        .await
        .optional()?;
    found
        .map(|(row, (id, client_app, scopes, created_at))| {
            let account = Account::try_from(row)?;
            let token = Token {
                id: TokenId(id),
                account: account.id,
                client_app: client_app.map(ClientAppId),
                scopes,
                created_at: Timestamp::from_micros(created_at),
            };
            Ok((account, token))
        })
        .transpose()
}

/// Ends one token, and what was subscribed with it.
///
/// # Errors
/// When the database fails.
pub async fn revoke_token(c: &mut Conn, token: TokenId, now: Timestamp) -> Result<()> {
    push_subscriptions::delete_of_tokens(c, &[token]).await?;
    diesel::update(tokens::table.find(token.0))
        .set(tokens::revoked_at.eq(Some(now.micros())))
        .execute(c)
        .await?;
    Ok(())
}

/// Ends all log-ins of an account: browsers, tokens with what was subscribed with them, and secrets that were mailed.
/// Passkeys stay, but none that is being added is finished.
///
/// # Errors
/// When the database fails.
pub async fn end_log_ins(c: &mut Conn, account: AccountId, now: Timestamp) -> Result<()> {
    push_subscriptions::delete_all(c, account).await?;
    revoke_tokens(c, account, now).await?;
    authorization_codes::delete_all(c, account).await?;
    sessions::end_all(c, account, now).await?;
    passkeys::end_ceremonies(c, account).await?;
    diesel::delete(account_secrets::table.filter(account_secrets::account_id.eq(account.0)))
        .execute(c)
        .await?;
    Ok(())
}

/// Ends all tokens of an account.
async fn revoke_tokens(c: &mut Conn, account: AccountId, now: Timestamp) -> Result<usize> {
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
    let id = account.0;
    sessions::delete_all(c, account).await?;
    passkeys::delete_all(c, account).await?;
    authorization_codes::delete_all(c, account).await?;
    push_subscriptions::delete_all(c, account).await?;
    diesel::delete(tokens::table.filter(tokens::account_id.eq(id)))
        .execute(c)
        .await?;
    diesel::delete(account_secrets::table.filter(account_secrets::account_id.eq(id)))
        .execute(c)
        .await?;
    diesel::delete(second_factors::table.filter(second_factors::account_id.eq(id)))
        .execute(c)
        .await?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(id)))
        .execute(c)
        .await?;
    diesel::delete(sign_up_links::table.filter(sign_up_links::account_id.eq(id)))
        .execute(c)
        .await?;
    diesel::delete(accounts::table.find(id)).execute(c).await?;
    Ok(())
}
