//! How much waits.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::Conn;
use crate::store::error::Result;
use crate::store::schema::inbox_items;

/// How many received activities wait for their effect. An index holds just these.
///
/// # Errors
/// When the database fails.
pub async fn count_waiting(c: &mut Conn) -> Result<i64> {
    Ok(inbox_items::table
        .filter(inbox_items::done_at.is_null())
        .filter(inbox_items::parked_at.is_null())
        .count()
        .get_result(c)
        .await?)
}
