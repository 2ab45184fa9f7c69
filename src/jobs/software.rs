//! Asking other servers what they run.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::app::App;

/// How often is looked for servers of which it is not known: a new one gets its own rendering from then on.
const EVERY: Duration = Duration::from_mins(1);

/// Asks some every minute until the process ends.
pub(super) async fn run(app: Arc<App>) {
    let mut stop = app.stop.subscribe();
    while timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_err() {
        let asking = app.federation.learn_software();
        tokio::select! {
            asked = asking => {
                if let Err(error) = asked {
                    tracing::warn!(%error, "what other servers run could not be noted");
                }
            }
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
