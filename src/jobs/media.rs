//! Removing the files of pictures that are wanted no more, and files that belong to nothing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::timeout;

use super::queue::JobError;
use crate::app::App;
use crate::domain::clock::Timestamp;
use crate::domain::ids::MediaId;
use crate::media::Found;
use crate::services::media::PATIENCE;
use crate::store;

/// How soon after a post its pictures go.
const EVERY: Duration = Duration::from_mins(1);
/// How often the next of the 256 folders is looked through: all of them in a day.
const SWEPT_EVERY: u64 = 5;
/// Pictures at once.
const AT_ONCE: i64 = 100;
/// A file may be there before its row is.
const TOO_NEW: Duration = Duration::from_hours(24);

/// Looks every minute until the process ends.
pub(super) async fn run(app: Arc<App>) {
    let mut stop = app.stop.subscribe();
    let mut minute: u64 = 0;
    loop {
        if let Err(error) = remove_given_up(&app).await {
            tracing::warn!(%error, "pictures that are wanted no more could not be removed");
        }
        if minute.is_multiple_of(SWEPT_EVERY) {
            // By the clock, so that restarts do not begin from the first again.
            let five_minutes = app.ctx.now().millis() / (300_000);
            let part = u8::try_from(five_minutes.rem_euclid(256)).unwrap_or_default();
            if let Err(error) = sweep(&app, part).await {
                tracing::warn!(%error, "the storage could not be looked through");
            }
        }
        minute = minute.wrapping_add(1);
        if timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

/// Removes what was given up, and what nobody attached to anything for a day: the files, then the rows.
///
/// # Errors
/// When the database fails or a file stays; what is left then is tried again.
pub async fn remove_given_up(app: &App) -> Result<(), JobError> {
    let ctx = &app.ctx;
    let before = ctx.now().minus(PATIENCE);
    let forgotten: store::Result<usize> = ctx
        .store
        .transaction(async |tx| store::media::give_up_forgotten(tx, before).await)
        .await;
    forgotten?;
    loop {
        let mut reader = ctx.store.reader().await?;
        let found = store::media::list_given_up(&mut reader, AT_ONCE).await?;
        drop(reader);
        if found.is_empty() || *app.stop.borrow() {
            return Ok(());
        }
        let (ids, names): (Vec<MediaId>, Vec<_>) = found.into_iter().unzip();
        app.pictures.remove(names.concat()).await?;
        let deleted: store::Result<()> = ctx
            .store
            .transaction(async |tx| store::media::delete(tx, &ids).await)
            .await;
        deleted?;
    }
}

fn written(modified: SystemTime) -> Timestamp {
    let since = modified.duration_since(SystemTime::UNIX_EPOCH);
    let secs = since.map_or(0, |since| since.as_secs());
    Timestamp::from_secs(i64::try_from(secs).unwrap_or(i64::MAX / 1_000_000))
}

/// Removes files in one of the 256 folders that belong to no picture and are older than a day: an upload was cut off
/// between the file and its row.
///
/// # Errors
/// When the database fails or a file stays.
pub async fn sweep(app: &App, part: u8) -> Result<(), JobError> {
    let before = app.ctx.now().minus(TOO_NEW);
    let mut old = app.pictures.list(part).await?;
    old.retain(|found| written(found.modified) < before);
    for some in old.chunks(usize::try_from(AT_ONCE)?) {
        let names: Vec<_> = some.iter().filter_map(|found| found.name.clone()).collect();
        let mut reader = app.ctx.store.reader().await?;
        let known = store::media::known(&mut reader, &names).await?;
        drop(reader);
        let is_known = |found: &&Found| {
            let name = found.name.as_ref();
            name.is_some_and(|name| known.iter().any(|known| known == name.as_str()))
        };
        for found in some.iter().filter(|found| !is_known(found)) {
            app.pictures.remove_found(found.clone()).await?;
        }
    }
    Ok(())
}
