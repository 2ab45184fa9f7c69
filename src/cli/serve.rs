//! `kith serve`: the running instance.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Common;
use crate::app::{self, App, Surroundings};
use crate::config::Config;
use crate::http::{AppState, admin, router, serve};
use crate::jobs::{self, Role};
use crate::store::{self, DatabaseKind, Store};
use crate::telemetry::metrics::Metrics;

/// How long everything may take to end: less than the 30 s after which a service manager kills.
const FAREWELL: Duration = Duration::from_secs(27);

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// What this process does
    #[arg(long, default_value = "all", value_parser = role)]
    role: Role,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "choose all, web or worker".to_owned())
}

impl Serve {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<()> {
        let config = common.load()?;
        let store = open(&config, self.role).await?;
        let app =
            Arc::new(Box::pin(App::with_store(config, store, Surroundings::default())).await?);
        let outcome = run(&app, self.role).await;
        app.leave()
            .await
            .context("the process number could not be given back")?;
        outcome
    }
}

/// Opens the database and, for SQLite, makes this its one server.
async fn open(config: &Config, role: Role) -> anyhow::Result<Store> {
    let place = config.database.url.redacted();
    let mut store = app::open_store(config)
        .await
        .with_context(|| format!("the database cannot be opened ({place})"))?;
    if store.kind() == DatabaseKind::Sqlite {
        if role != Role::All {
            bail!("SQLite takes one process: use --role all, or PostgreSQL");
        }
        let folder = match &config.database.url {
            crate::config::DatabaseUrl::Sqlite(file) => file.parent(),
            crate::config::DatabaseUrl::Postgres(_) => None,
        };
        store.claim(folder.unwrap_or(&config.data_dir))?;
    }
    let weak = store::durability::weaknesses(&mut *store.reader().await?).await?;
    if !weak.is_empty() {
        tracing::warn!(
            settings = weak.join(", "),
            "the database may lose acknowledged work in a power cut"
        );
    }
    Ok(store)
}

/// Listens and works until told to stop, then ends in order.
async fn run(app: &Arc<App>, role: Role) -> anyhow::Result<()> {
    let state = AppState(Arc::clone(app));
    let addresses = &app.config.server;
    let mut tasks: JoinSet<&'static str> = JoinSet::new();
    let metrics = Metrics::install()?;
    let admin_listener = serve::listen(addresses.admin_listen, "server.admin_listen").await?;
    let admin_address = admin_listener.local_addr()?;
    let admin_routes = admin::router(state.clone(), Some(metrics));
    if role.answers() {
        let listener = serve::listen(addresses.listen, "server.listen").await?;
        let address = listener.local_addr()?;
        let (routes, stop) = (router(state), app.stop.subscribe());
        tasks.spawn(async move {
            serve::serve(listener, routes, stop).await;
            "public listener"
        });
        tracing::info!(listen = %address, admin_listen = %admin_address, domain = %app.config.instance.domain, "serving");
    } else {
        tracing::info!(admin_listen = %admin_address, domain = %app.config.instance.domain, "working");
    }
    let stop = app.stop.subscribe();
    tasks.spawn(async move {
        serve::serve(admin_listener, admin_routes, stop).await;
        "admin listener"
    });
    let mut loops = jobs::start(app, role);
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let mut stop = app.stop.subscribe();
    let fault = tokio::select! {
        // First, because everything below ends by itself once this is true.
        biased;
        _ = stop.wait_for(|stop| *stop) => None,
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        ended = tasks.join_next() => ended,
        ended = loops.join_next() => ended,
    };
    app.stop.send_replace(true);
    tracing::info!("stopping");
    let ending = async {
        while tasks.join_next().await.is_some() {}
        while loops.join_next().await.is_some() {}
    };
    if timeout(FAREWELL, ending).await.is_err() {
        tracing::warn!("not everything ended in time; what was left is taken up at the next start");
    }
    match fault {
        None => Ok(()),
        Some(Ok(name)) => bail!("the {name} ended by itself; see the log"),
        Some(Err(error)) => Err(error).context("a part of the server failed; see the log"),
    }
}
