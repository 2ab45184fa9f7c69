//! Hearing what other processes changed (rulings 27).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::app::App;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, first_id_at};
use crate::store::signals::Topic;
use crate::store::{self, Error};

/// How often the signals are read.
const EVERY: Duration = Duration::from_secs(1);
/// How far back is read each time: a transaction that was open for longer than this would not be heard.
const OVERLAP: Duration = Duration::from_secs(30);

/// Reads the signals every second until the process ends.
pub(super) async fn run(app: Arc<App>) {
    let mut stop = app.stop.subscribe();
    let mut heard = Heard {
        since: app.ctx.now().minus(OVERLAP),
        ids: BTreeSet::new(),
    };
    while timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_err() {
        if let Err(error) = poll(&app, &mut heard).await {
            tracing::warn!(%error, "the signals of other processes could not be read");
        }
    }
}

/// What was heard already.
struct Heard {
    since: Timestamp,
    ids: BTreeSet<i64>,
}

async fn poll(app: &App, heard: &mut Heard) -> Result<(), Error> {
    let next = app.ctx.now().minus(OVERLAP);
    let mut reader = app.ctx.store.reader().await?;
    let signals = store::signals::list_since(&mut reader, heard.since).await?;
    drop(reader);
    let fresh: Vec<_> = signals
        .into_iter()
        .filter(|(id, _, _)| !heard.ids.contains(id))
        .collect();
    if fresh
        .iter()
        .any(|(_, topic, _)| *topic == Topic::DomainRules)
    {
        app.reload_rules().await?;
    }
    for (id, topic, subject) in fresh {
        if topic == Topic::Actor
            && let Ok(actor) = subject.parse::<ActorId>()
        {
            app.federation.forget(actor);
        }
        heard.ids.insert(id);
    }
    heard.since = heard.since.max(next);
    heard.ids = heard.ids.split_off(&first_id_at(heard.since));
    Ok(())
}
