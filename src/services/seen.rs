//! Who was here lately, to the day: only to be counted.

use std::time::Duration;

use moka::sync::Cache;

use crate::domain::clock::Timestamp;
use crate::domain::ids::AccountId;
use crate::services::Ctx;
use crate::store::{self, Conn, seen};

const DAY: i64 = 24 * 60 * 60;
/// Days that count as a month and as half a year (NodeInfo 2.1).
pub const MONTH: i64 = 30;
pub const HALF_YEAR: i64 = 180;

/// Accounts that this process noted lately, so that it writes once a day for each. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Seen {
    noted: Cache<AccountId, i64>,
}

impl Default for Seen {
    fn default() -> Self {
        Seen {
            noted: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(Duration::from_hours(24))
                .build(),
        }
    }
}

impl Seen {
    /// Notes that an account is in use. Costs nothing the second time on a day; a failure is logged and tried again with
    /// the next request, since nobody should be turned away for it.
    pub async fn note(&self, ctx: &Ctx, account: AccountId) {
        let today = day(ctx.now());
        if self.noted.get(&account) == Some(today) {
            return;
        }
        let kept: store::Result<()> = ctx
            .store
            .transaction(async |tx: &mut Conn| seen::mark(tx, account, today).await)
            .await;
        match kept {
            Ok(()) => self.noted.insert(account, today),
            Err(error) => {
                tracing::warn!(%error, "the day on which an account was used was not kept");
            }
        }
    }
}

/// How many accounts were used within so many days, today included.
///
/// # Errors
/// When the database fails.
pub async fn count_active(c: &mut Conn, now: Timestamp, days: i64) -> store::Result<i64> {
    seen::count_after(c, day(now) - days).await
}

/// How many accounts were used within a month.
///
/// # Errors
/// When the database fails.
pub async fn active_month(ctx: &Ctx) -> store::Result<i64> {
    let mut reader = ctx.store.reader().await?;
    count_active(&mut reader, ctx.now(), MONTH).await
}

fn day(at: Timestamp) -> i64 {
    at.secs().div_euclid(DAY)
}
