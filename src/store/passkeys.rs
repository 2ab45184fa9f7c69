//! Keys that log people in, and questions to browsers that wait for an answer.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::account::Account;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, PasskeyId};
use crate::domain::passkey::Passkey;

use super::Conn;
use super::accounts::AccountRow;
use super::backend::MultiBackend;
use super::error::{Error, Result, word};
use super::schema::{accounts, passkey_ceremonies, passkeys};

/// Passkeys of one account that are listed; more than it may have.
const LISTED: i64 = 100;

#[derive(Queryable, Selectable)]
#[diesel(table_name = passkeys, check_for_backend(MultiBackend))]
struct PasskeyRow {
    id: i64,
    account_id: i64,
    name: String,
    credential_id: Vec<u8>,
    user_handle: Vec<u8>,
    credential: String,
    created_at: i64,
    used_at: Option<i64>,
}

impl TryFrom<PasskeyRow> for Passkey {
    type Error = Error;

    fn try_from(row: PasskeyRow) -> Result<Passkey> {
        Ok(Passkey {
            id: PasskeyId(row.id),
            account: AccountId(row.account_id),
            name: row.name,
            credential_id: row.credential_id,
            user_handle: word("passkeys.user_handle", row.user_handle.try_into().ok())?,
            credential: row.credential,
            created_at: Timestamp::from_micros(row.created_at),
            used_at: row.used_at.map(Timestamp::from_micros),
        })
    }
}

/// Adds a passkey.
///
/// # Errors
/// [`Error::Duplicate`] when somebody has one that its device calls the same.
pub async fn insert(c: &mut Conn, new: &Passkey) -> Result<()> {
    diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(new.id.0),
            passkeys::account_id.eq(new.account.0),
            passkeys::name.eq(&new.name),
            passkeys::credential_id.eq(&new.credential_id),
            passkeys::user_handle.eq(new.user_handle.as_slice()),
            passkeys::credential.eq(&new.credential),
            passkeys::created_at.eq(new.created_at.micros()),
            passkeys::used_at.eq(new.used_at.map(Timestamp::micros)),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The passkeys of an account, oldest first. At most 100.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, account: AccountId) -> Result<Vec<Passkey>> {
    let rows: Vec<PasskeyRow> = passkeys::table
        .filter(passkeys::account_id.eq(account.0))
        .order(passkeys::id)
        .limit(LISTED)
        .select(PasskeyRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Passkey::try_from).collect()
}

/// The passkey that its device calls `credential_id`, with its account, also a suspended one.
///
/// # Errors
/// When the database fails.
pub async fn find_by_credential(
    c: &mut Conn,
    credential_id: &[u8],
) -> Result<Option<(Passkey, Account)>> {
    let found: Option<(PasskeyRow, AccountRow)> = passkeys::table
        .inner_join(accounts::table)
        .filter(passkeys::credential_id.eq(credential_id))
        .select((PasskeyRow::as_select(), AccountRow::as_select()))
        .first(c)
        .await
        .optional()?;
    found
        .map(|(passkey, account)| Ok((Passkey::try_from(passkey)?, Account::try_from(account)?)))
        .transpose()
}

/// Notes that a passkey was used, with its key and counter as they are from now on; `false` when it is gone, or was
/// used by somebody else since `known` was read, so that no value of a counter counts twice.
///
/// # Errors
/// When the database fails.
pub async fn advance(
    c: &mut Conn,
    known: &Passkey,
    (credential, now): (&str, Timestamp),
) -> Result<bool> {
    let unchanged = passkeys::table.filter(
        passkeys::id
            .eq(known.id.0)
            .and(passkeys::credential.eq(&known.credential)),
    );
    let advanced = diesel::update(unchanged)
        .set((
            passkeys::credential.eq(credential),
            passkeys::used_at.eq(Some(now.micros())),
        ))
        .execute(c)
        .await?;
    Ok(advanced > 0)
}

/// Removes a passkey of an account; `false` when it has none with that id.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, (account, id): (AccountId, PasskeyId)) -> Result<bool> {
    let owned = passkeys::table.filter(
        passkeys::id
            .eq(id.0)
            .and(passkeys::account_id.eq(account.0)),
    );
    Ok(diesel::delete(owned).execute(c).await? > 0)
}

/// Removes all passkeys of an account, and those that are being added.
///
/// # Errors
/// When the database fails.
pub async fn delete_all(c: &mut Conn, account: AccountId) -> Result<()> {
    end_ceremonies(c, account).await?;
    diesel::delete(passkeys::table.filter(passkeys::account_id.eq(account.0)))
        .execute(c)
        .await?;
    Ok(())
}

/// A question to a browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Ceremony {
    pub id: i64,
    /// Who adds a passkey; nobody where somebody logs in.
    pub account: Option<AccountId>,
    /// What the answer is compared with.
    pub state: String,
    pub expires_at: Timestamp,
}

/// Stores a question by the hash of what its answer names it by.
///
/// # Errors
/// When the database fails.
pub async fn begin_ceremony(c: &mut Conn, new: &Ceremony, hash: &[u8]) -> Result<()> {
    diesel::insert_into(passkey_ceremonies::table)
        .values((
            passkey_ceremonies::id.eq(new.id),
            passkey_ceremonies::hash.eq(hash),
            passkey_ceremonies::account_id.eq(new.account.map(|account| account.0)),
            passkey_ceremonies::state.eq(&new.state),
            passkey_ceremonies::expires_at.eq(new.expires_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Uses up a question of `account` and answers its state; `None` when there is none, it expired before `now`, or
/// somebody else used it a moment ago.
///
/// # Errors
/// When the database fails.
pub async fn take_ceremony(
    c: &mut Conn,
    (account, hash): (Option<AccountId>, &[u8]),
    now: Timestamp,
) -> Result<Option<String>> {
    let found: Option<(i64, Option<i64>, String)> = passkey_ceremonies::table
        .filter(
            passkey_ceremonies::hash
                .eq(hash)
                .and(passkey_ceremonies::expires_at.gt(now.micros())),
        )
        .select((
            passkey_ceremonies::id,
            passkey_ceremonies::account_id,
            passkey_ceremonies::state,
        ))
        .first(c)
        .await
        .optional()?;
    let Some((id, _, state)) = found.filter(|(_, owner, _)| owner.map(AccountId) == account) else {
        return Ok(None);
    };
    let taken = diesel::delete(passkey_ceremonies::table.find(id))
        .execute(c)
        .await?;
    Ok((taken > 0).then_some(state))
}

/// Removes the questions of an account.
///
/// # Errors
/// When the database fails.
pub async fn end_ceremonies(c: &mut Conn, account: AccountId) -> Result<()> {
    diesel::delete(
        passkey_ceremonies::table.filter(passkey_ceremonies::account_id.eq(Some(account.0))),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Removes questions that expired before `before`. At most `limit` rows.
///
/// # Errors
/// When the database fails.
pub async fn forget_ceremonies(c: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let old: Vec<i64> = passkey_ceremonies::table
        .filter(passkey_ceremonies::expires_at.lt(before.micros()))
        .order(passkey_ceremonies::expires_at)
        .limit(limit)
        .select(passkey_ceremonies::id)
        .load(c)
        .await?;
    Ok(
        diesel::delete(passkey_ceremonies::table.filter(passkey_ceremonies::id.eq_any(old)))
            .execute(c)
            .await?,
    )
}
