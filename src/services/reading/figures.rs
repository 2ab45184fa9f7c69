//! Figures about this server, for those who compare servers.

use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, first_id_at};
use crate::services::Ctx;
use crate::store::{self, figures, stances};

/// Other servers that are named.
const PEERS: i64 = 5_000;

/// What happened here in one week.
#[derive(Debug, Clone, Copy)]
pub struct Week {
    pub begins: Timestamp,
    /// Posts of local people.
    pub posts: i64,
    /// Local people who posted.
    pub people: i64,
    /// New accounts.
    pub accounts: i64,
}

/// Hosts whose people are known here and that are not blocked, in order. At most 5,000.
///
/// # Errors
/// When the database fails.
pub async fn peers(ctx: &Ctx) -> store::Result<Vec<String>> {
    let mut c = ctx.store.reader().await?;
    let rules = ctx.rules.get();
    let mut found = figures::list_hosts(&mut c, PEERS).await?;
    found.retain(|host| !rules.is_blocked(host));
    Ok(found)
}

/// The last twelve weeks, the one that is now first. Weeks begin on Mondays, UTC.
///
/// # Errors
/// When the database fails.
pub async fn weeks(ctx: &Ctx) -> store::Result<Vec<Week>> {
    const WEEK: i64 = 7 * 86_400;
    // 1970 began on a Thursday.
    const MONDAY: i64 = 4 * 86_400;
    let mut c = ctx.store.reader().await?;
    let now = ctx.now().secs();
    let mut begins = Timestamp::from_secs(now - (now - MONDAY).rem_euclid(WEEK));
    let mut weeks = Vec::with_capacity(12);
    for _ in 0..12 {
        let ends = begins.plus(Duration::from_hours(24 * 7));
        let ids = (first_id_at(begins), first_id_at(ends));
        let (posts, people) = figures::count_posts(&mut c, ids).await?;
        weeks.push(Week {
            begins,
            posts,
            people,
            accounts: figures::count_accounts(&mut c, (begins, ends)).await?,
        });
        begins = begins.minus(Duration::from_hours(24 * 7));
    }
    Ok(weeks)
}

/// Those of `found` whom the viewer wants to see.
///
/// # Errors
/// When the database fails.
pub async fn wanted(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    mut found: Vec<Actor>,
) -> store::Result<Vec<Actor>> {
    if let Some(viewer) = viewer {
        let mut c = ctx.store.reader().await?;
        let stances = stances::among(&mut c, viewer, found.iter(), ctx.now()).await?;
        found.retain(|actor| !stances.shuns(actor));
    }
    Ok(found)
}
