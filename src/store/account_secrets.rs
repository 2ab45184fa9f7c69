//! Secrets of mails and of half-done log-ins: of each purpose only the newest counts, and it counts once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::account::{Account, Purpose};
use crate::domain::clock::Timestamp;
use crate::domain::ids::AccountId;

use super::Conn;
use super::accounts::AccountRow;
use super::backend::{Both, MultiBackend};
use super::error::Result;
use super::schema::{account_secrets, accounts};

/// A secret, without what is secret about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub account: AccountId,
    pub purpose: Purpose,
    /// What it is about: a new mail address, for one.
    pub detail: String,
    pub expires_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = account_secrets, check_for_backend(MultiBackend))]
struct SecretRow {
    account_id: i64,
    detail: String,
    expires_at: i64,
}

impl SecretRow {
    fn secret(self, purpose: Purpose) -> Secret {
        Secret {
            account: AccountId(self.account_id),
            purpose,
            detail: self.detail,
            expires_at: Timestamp::from_micros(self.expires_at),
        }
    }
}

/// Stores a secret by its hash, in the place of the one before.
///
/// # Errors
/// When the database fails.
pub async fn put(c: &mut Conn, secret: &Secret, hash: &[u8]) -> Result<()> {
    let values = (
        account_secrets::hash.eq(hash),
        account_secrets::detail.eq(&secret.detail),
        account_secrets::expires_at.eq(secret.expires_at.micros()),
    );
    Both(
        diesel::insert_into(account_secrets::table)
            .values((
                account_secrets::account_id.eq(secret.account.0),
                account_secrets::purpose.eq(secret.purpose.as_str()),
                values,
            ))
            .on_conflict((account_secrets::account_id, account_secrets::purpose))
            .do_update()
            .set(values),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// The secret of an account for `purpose`, whatever its hash.
///
/// # Errors
/// When the database fails.
pub async fn find_of(c: &mut Conn, account: AccountId, purpose: Purpose) -> Result<Option<Secret>> {
    let row: Option<SecretRow> = account_secrets::table
        .find((account.0, purpose.as_str()))
        .select(SecretRow::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(|row| row.secret(purpose)))
}

/// The secret that hashes to `hash`, with its account; `None` when there is none for this purpose, when it expired
/// before `now`, or when the account is suspended.
///
/// # Errors
/// When the database fails.
pub async fn find(
    c: &mut Conn,
    (purpose, hash): (Purpose, &[u8]),
    now: Timestamp,
) -> Result<Option<(Secret, Account)>> {
    let row: Option<(SecretRow, AccountRow)> = account_secrets::table
        .inner_join(accounts::table)
        .filter(
            account_secrets::hash
                .eq(hash)
                .and(account_secrets::purpose.eq(purpose.as_str()))
                .and(account_secrets::expires_at.gt(now.micros()))
                .and(accounts::suspended_at.is_null()),
        )
        .select((SecretRow::as_select(), AccountRow::as_select()))
        .first(c)
        .await
        .optional()?;
    row.map(|(row, account)| Ok((row.secret(purpose), Account::try_from(account)?)))
        .transpose()
}

/// Uses a secret up; `false` when somebody else did so a moment ago.
///
/// # Errors
/// When the database fails.
pub async fn take(c: &mut Conn, (purpose, hash): (Purpose, &[u8])) -> Result<bool> {
    let taken = diesel::delete(
        account_secrets::table.filter(
            account_secrets::hash
                .eq(hash)
                .and(account_secrets::purpose.eq(purpose.as_str())),
        ),
    )
    .execute(c)
    .await?;
    Ok(taken > 0)
}

/// Removes what expired before `before`.
///
/// # Errors
/// When the database fails.
pub async fn forget(c: &mut Conn, before: Timestamp) -> Result<usize> {
    Ok(diesel::delete(
        account_secrets::table.filter(account_secrets::expires_at.lt(before.micros())),
    )
    .execute(c)
    .await?)
}
