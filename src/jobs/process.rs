//! Saying that this process is alive, so that nobody else takes its number.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::app::App;
use crate::store;

/// A quarter of the time after which a number is given away.
const EVERY: Duration = Duration::from_secs(15);

/// Says so every 15 s. Ends, and the process with it, when its number was given away: two processes must never make the same id.
pub(super) async fn run(app: Arc<App>) {
    let mut stop = app.stop.subscribe();
    while timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_err() {
        let (process, now) = (app.process, app.ctx.now());
        let kept: store::Result<bool> = app
            .ctx
            .store
            .transaction(async |tx| store::signals::keep_process(tx, process, now).await)
            .await;
        match kept {
            Ok(true) => {}
            Ok(false) => {
                tracing::error!(
                    "this process stood still for so long that another has its number; it ends"
                );
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "the database could not be told that this process is alive");
            }
        }
    }
}
