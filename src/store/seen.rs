//! On which day an account was last used: what NodeInfo's counts of active people are made of.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use super::error::Result;
use super::schema::accounts;
use crate::domain::ids::AccountId;

/// Notes that `account` was used on `day`, in days since 1970-01-01. An earlier day changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn mark(c: &mut Conn, account: AccountId, day: i64) -> Result<()> {
    diesel::update(
        accounts::table
            .find(account.0)
            .filter(accounts::seen_on.is_null().or(accounts::seen_on.lt(day))),
    )
    .set(accounts::seen_on.eq(Some(day)))
    .execute(c)
    .await?;
    Ok(())
}

/// How many accounts that are not suspended were used after `day`.
///
/// # Errors
/// When the database fails.
pub async fn count_after(c: &mut Conn, day: i64) -> Result<i64> {
    Ok(accounts::table
        .filter(accounts::seen_on.gt(day))
        .filter(accounts::suspended_at.is_null())
        .count()
        .get_result(c)
        .await?)
}
