//! Starting all loops of a process.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::{cleaning, media, process, queue, signals, software};
use crate::app::App;
use crate::federation::{delivery, inbox};

words! {
    /// What a process does.
    pub enum Role {
        /// Everything.
        All = "all",
        /// Answers requests.
        Web = "web",
        /// Processes what was received, delivers, runs jobs.
        Worker = "worker",
    }
}

impl Role {
    /// Whether a process of this role answers public requests.
    #[must_use]
    pub const fn answers(self) -> bool {
        matches!(self, Role::All | Role::Web)
    }

    /// Whether it works in the background.
    #[must_use]
    pub const fn works(self) -> bool {
        matches!(self, Role::All | Role::Worker)
    }
}

type Loop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts the loops of a process with this role. Each ends some time after `app.stop` turned true, within 25 s, having
/// given back what it held; the set answers their names. One that ends before is a fault.
#[must_use]
pub fn start(app: &Arc<App>, role: Role) -> JoinSet<&'static str> {
    let mut loops: Vec<(&'static str, Loop)> = vec![
        ("signals", Box::pin(signals::run(Arc::clone(app)))),
        ("process", Box::pin(process::run(Arc::clone(app)))),
    ];
    if role.works() {
        loops.push(("cleaning", Box::pin(cleaning::run(Arc::clone(app)))));
        loops.push(("media", Box::pin(media::run(Arc::clone(app)))));
        loops.push((
            "jobs",
            Box::pin(queue::run(Arc::clone(app), queue::kinds())),
        ));
        loops.push((
            "outside",
            Box::pin(queue::run_outside(Arc::clone(app), queue::kinds())),
        ));
        loops.push(("software", Box::pin(software::run(Arc::clone(app)))));
        loops.push(("deliveries", Box::pin(deliver(Arc::clone(app)))));
        let inbox = inbox::Worker::new(app.federation.clone(), app.process, app.stop.subscribe());
        loops.push(("inbox", Box::pin(inbox.run())));
    }
    let mut running = JoinSet::new();
    for (name, body) in loops {
        running.spawn(async move {
            body.await;
            name
        });
    }
    running
}

async fn deliver(app: Arc<App>) {
    let ways = delivery::Ways {
        post: Arc::new(app.client.clone()),
        refresh: Arc::new(app.federation.clone()),
        keys: app.federation.keyring.clone(),
    };
    let settings = delivery::Settings::new(app.process);
    let worker = delivery::Worker::new(app.ctx.clone(), ways, settings, app.stop.subscribe());
    worker.run().await;
}
