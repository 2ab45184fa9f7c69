//! How often something may be tried: counted in the database, so that all processes count together and a restart
//! forgets nothing.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::store::{self, throttles};

use super::Ctx;

/// The longest time over which anything is counted.
pub const LONGEST: Duration = Duration::from_hours(24);

/// What is counted, how many are let through, over which time.
#[derive(Debug, Clone)]
pub struct Gate {
    key: String,
    most: u32,
    window: Duration,
}

impl Gate {
    /// `what` is tried by or against `whom`, who is kept as a hash only.
    #[must_use]
    pub fn new(what: &str, whom: &str, (most, window): (u32, Duration)) -> Gate {
        let hash = Sha256::digest(format!("{what} {whom}"));
        Gate {
            key: format!("{what}:{}", URL_SAFE_NO_PAD.encode(hash)),
            most,
            window,
        }
    }
}

/// Counts one attempt. Answers how long to wait where it is one too many; that attempt counts as well, but puts nothing
/// off further.
///
/// # Errors
/// When the database fails.
pub async fn spend(ctx: &Ctx, gate: &Gate) -> store::Result<Option<Duration>> {
    let (now, window) = (ctx.now(), gate.window);
    let counted = ctx
        .store
        .transaction(async |tx| throttles::count(tx, &gate.key, now, now.minus(window)).await)
        .await?;
    let is_over = counted.count > i64::from(gate.most);
    Ok(is_over.then(|| {
        let over = counted.since.plus(window).since(now);
        over.max(Duration::from_secs(1))
    }))
}

/// Forgets the attempts: one of them was right.
///
/// # Errors
/// When the database fails.
pub async fn reset(ctx: &Ctx, gate: &Gate) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| throttles::reset(tx, &gate.key).await)
        .await
}
