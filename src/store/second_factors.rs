//! Codes beside the password.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::AccountId;

use super::Conn;
use super::backend::{Both, MultiBackend};
use super::error::Result;
use super::schema::{recovery_codes, second_factors};

/// The second factor of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    pub account: AccountId,
    pub secret: Vec<u8>,
    /// Since when it is asked for; before, the person tries it out.
    pub confirmed_at: Option<Timestamp>,
    /// The period of the last code that was taken.
    pub last_step: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = second_factors, check_for_backend(MultiBackend))]
struct Row {
    account_id: i64,
    secret: Vec<u8>,
    confirmed_at: Option<i64>,
    last_step: i64,
}

/// The second factor of an account, also one that is only tried out.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, account: AccountId) -> Result<Option<SecondFactor>> {
    let row: Option<Row> = second_factors::table
        .find(account.0)
        .select(Row::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(|row| SecondFactor {
        account: AccountId(row.account_id),
        secret: row.secret,
        confirmed_at: row.confirmed_at.map(Timestamp::from_micros),
        last_step: row.last_step,
    }))
}

/// Stores a second factor in the place of the one before.
///
/// # Errors
/// When the database fails.
pub async fn put(c: &mut Conn, factor: &SecondFactor) -> Result<()> {
    let values = (
        second_factors::secret.eq(&factor.secret),
        second_factors::confirmed_at.eq(factor.confirmed_at.map(Timestamp::micros)),
        second_factors::last_step.eq(factor.last_step),
    );
    Both(
        diesel::insert_into(second_factors::table)
            .values((second_factors::account_id.eq(factor.account.0), values))
            .on_conflict(second_factors::account_id)
            .do_update()
            .set(values),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Notes that the code of a period was taken; `false` when it, or a later one, was taken before.
///
/// # Errors
/// When the database fails.
pub async fn take_step(c: &mut Conn, account: AccountId, step: i64) -> Result<bool> {
    let taken = diesel::update(
        second_factors::table.filter(
            second_factors::account_id
                .eq(account.0)
                .and(second_factors::last_step.lt(step)),
        ),
    )
    .set(second_factors::last_step.eq(step))
    .execute(c)
    .await?;
    Ok(taken > 0)
}

/// Replaces the recovery codes of an account; each with an id of its own.
///
/// # Errors
/// When the database fails.
pub async fn set_recovery_codes(
    c: &mut Conn,
    account: AccountId,
    codes: &[(i64, [u8; 32])],
) -> Result<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account.0)))
        .execute(c)
        .await?;
    for (id, hash) in codes {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::id.eq(id),
                recovery_codes::account_id.eq(account.0),
                recovery_codes::hash.eq(hash.as_slice()),
            ))
            .execute(c)
            .await?;
    }
    Ok(())
}

/// Uses a recovery code up; `false` when the account has none with this hash.
///
/// # Errors
/// When the database fails.
pub async fn take_recovery_code(c: &mut Conn, account: AccountId, hash: &[u8]) -> Result<bool> {
    let taken = diesel::delete(
        recovery_codes::table.filter(
            recovery_codes::account_id
                .eq(account.0)
                .and(recovery_codes::hash.eq(hash)),
        ),
    )
    .execute(c)
    .await?;
    Ok(taken > 0)
}

/// How many recovery codes are left.
///
/// # Errors
/// When the database fails.
pub async fn count_recovery_codes(c: &mut Conn, account: AccountId) -> Result<i64> {
    Ok(recovery_codes::table
        .filter(recovery_codes::account_id.eq(account.0))
        .count()
        .get_result(c)
        .await?)
}

/// Removes the second factor of an account and its recovery codes.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, account: AccountId) -> Result<()> {
    set_recovery_codes(c, account, &[]).await?;
    diesel::delete(second_factors::table.find(account.0))
        .execute(c)
        .await?;
    Ok(())
}
