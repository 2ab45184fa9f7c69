//! Removing what is no longer needed.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::app::App;
use crate::domain::account::{SESSION_IDLE, SIGN_UP_LIFETIME};
use crate::domain::clock::Timestamp;
use crate::domain::delivery;
use crate::services::throttle;
use crate::store::tombstones::Over;
use crate::store::{self, Error};

/// How often is looked.
const EVERY: Duration = Duration::from_mins(5);
/// How long it is remembered that an activity was received (R3).
const MARKS: Duration = Duration::from_hours(24 * 30);
/// How long codes of apps are kept: one that comes a second time is noticed meanwhile.
const CODES: Duration = Duration::from_hours(24);
/// How long an app may be registered without anybody who lets it in.
const UNUSED_APPS: Duration = Duration::from_hours(24 * 30);
/// How long signals are kept; every process has heard them by then.
const SIGNALS: Duration = Duration::from_hours(1);
/// How long a deletion is left alone even if every server took its Delete: some look it up a little later.
const SETTLED: Duration = Duration::from_hours(24);
/// Rows removed in one transaction, so that nobody waits long.
const AT_ONCE: i64 = 500;

/// Cleans every five minutes until the process ends.
pub(super) async fn run(app: Arc<App>) {
    let mut stop = app.stop.subscribe();
    loop {
        if let Err(error) = clean(&app).await {
            tracing::warn!(%error, "old rows could not be removed");
        }
        if timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

async fn clean(app: &App) -> Result<(), Error> {
    let now = app.ctx.now();
    app.ctx
        .store
        .transaction(async |tx| store::signals::forget(tx, now.minus(SIGNALS)).await)
        .await?;
    while forget_marks(app, now.minus(MARKS)).await? {}
    while drop_bodies(app).await? {}
    let parked = now.minus(app.ctx.scale.apply(delivery::PARKED));
    while remove_parked(app, parked).await? {}
    while remove_received(app, parked).await? {}
    while remove_lanes(app, parked).await? {}
    while sweep_activities(app, now.minus(MARKS)).await? {}
    let over = Over {
        settled_before: now.minus(app.ctx.scale.apply(SETTLED)),
        any_before: parked,
    };
    let idle = now.minus(SESSION_IDLE);
    while forget_sessions(app, idle).await? {}
    forget_secrets(app, now).await?;
    while forget_ceremonies(app, now).await? {}
    while forget_codes(app, now.minus(CODES)).await? {}
    while forget_unused_apps(app, now.minus(UNUSED_APPS)).await? {}
    while forget_throttles(app, now.minus(throttle::LONGEST)).await? {}
    while close_tombstones(app, over).await? {}
    Ok(())
}

async fn forget_marks(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::inbox_items::forget_done(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn drop_bodies(app: &App) -> Result<bool, Error> {
    let dropped = app
        .ctx
        .store
        .transaction(async |tx| store::inbox_items::drop_left_bodies(tx, AT_ONCE).await)
        .await?;
    Ok(dropped > 0 && !*app.stop.borrow())
}

/// Browsers that would have to log in again anyway, and those that logged out as long ago.
async fn forget_sessions(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::sessions::forget(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

/// Secrets of mails that nobody used, and sign-ups that nobody confirmed.
async fn forget_secrets(app: &App, now: Timestamp) -> Result<(), Error> {
    app.ctx
        .store
        .transaction(async |tx| {
            store::account_secrets::forget(tx, now).await?;
            let before = now.minus(SIGN_UP_LIFETIME);
            store::sign_ups::forget(tx, before).await?;
            store::sign_up_tokens::forget(tx, before, AT_ONCE).await?;
            Ok(())
        })
        .await
}

/// Questions to browsers that were not answered in time.
async fn forget_ceremonies(app: &App, now: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::passkeys::forget_ceremonies(tx, now, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn forget_codes(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::authorization_codes::forget(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn forget_unused_apps(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::client_apps::forget_unused(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn forget_throttles(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::throttles::forget(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn remove_parked(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::parked::remove(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn remove_received(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::inbox_items::remove_old(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn remove_lanes(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::lanes::remove_dead(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn sweep_activities(app: &App, before: Timestamp) -> Result<bool, Error> {
    let removed = app
        .ctx
        .store
        .transaction(async |tx| store::activities::sweep(tx, before, AT_ONCE).await)
        .await?;
    Ok(removed > 0 && !*app.stop.borrow())
}

async fn close_tombstones(app: &App, over: Over) -> Result<bool, Error> {
    let closed = app
        .ctx
        .store
        .transaction(async |tx| store::tombstones::close(tx, over, AT_ONCE).await)
        .await?;
    Ok(closed > 0 && !*app.stop.borrow())
}
