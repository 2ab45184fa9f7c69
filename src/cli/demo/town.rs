//! One of the two instances, started as `kith serve` starts one.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::app::{self, App, Surroundings};
use crate::config::Config;
use crate::http::{AppState, admin, router, serve};
use crate::jobs::{self, Role};
use crate::services::Ctx;
use crate::telemetry::metrics::Metrics;

/// Retries come this many times sooner than on a real server.
const TIME_SCALE: &str = "20.0";
/// How long the end may take.
const FAREWELL: Duration = Duration::from_secs(27);
/// Above its own port.
const ADMIN: u16 = 100;

/// What an instance is started with.
pub(super) struct Where {
    /// Its data folder.
    pub(super) folder: PathBuf,
    pub(super) domain: String,
    pub(super) port: u16,
    /// Both instances: they may speak with each other on loopback.
    pub(super) peers: [String; 2],
}

/// A running instance.
pub(super) struct Town {
    app: Arc<App>,
    port: u16,
    tasks: JoinSet<&'static str>,
}

impl Town {
    /// Writes its `kith.toml`, makes its database, listens and works.
    ///
    /// # Errors
    /// When a port is taken, or the folder cannot be used.
    pub(super) async fn start(at: &Where, metrics: Metrics) -> anyhow::Result<Town> {
        let config = settings(at)?;
        let listener = serve::listen(config.server.listen, "--port")
            .await
            .context("choose other ports with --port")?;
        let admin_listener = serve::listen(config.server.admin_listen, "--port")
            .await
            .context("choose other ports with --port")?;
        let mut store = app::open_store(&config).await?;
        store.claim(&at.folder)?;
        let app =
            Arc::new(Box::pin(App::with_store(config, store, Surroundings::default())).await?);
        let state = AppState(Arc::clone(&app));
        let mut tasks = jobs::start(&app, Role::All);
        let (routes, stop) = (router(state.clone()), app.stop.subscribe());
        tasks.spawn(async move {
            serve::serve(listener, routes, stop).await;
            "public listener"
        });
        let (routes, stop) = (admin::router(state, Some(metrics)), app.stop.subscribe());
        tasks.spawn(async move {
            serve::serve(admin_listener, routes, stop).await;
            "admin listener"
        });
        Ok(Town {
            app,
            port: at.port,
            tasks,
        })
    }

    pub(super) fn ctx(&self) -> &Ctx {
        &self.app.ctx
    }

    /// The port of its public listener, on 127.0.0.1.
    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// Ends everything in order.
    pub(super) async fn stop(mut self) {
        self.app.stop.send_replace(true);
        let ending = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(FAREWELL, ending).await.is_err() {
            tracing::warn!("not everything ended in time");
        }
        if let Err(error) = self.app.leave().await {
            tracing::warn!(%error, "the process number could not be given back");
        }
    }
}

/// The settings as an operator would write them, so that every command works on a kept folder.
fn settings(at: &Where) -> anyhow::Result<Config> {
    let failed = || format!("the folder {} cannot be written", at.folder.display());
    std::fs::create_dir_all(at.folder.join("media")).with_context(failed)?;
    let community: toml::Table = if at.domain.starts_with("alpha") {
        super::ALPHA.parse()?
    } else {
        super::BETA.parse()?
    };
    let said = |key| {
        community
            .get(key)
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    let [first, second] = &at.peers;
    let text = format!(
        "[instance]\ndomain = \"{}\"\nscheme = \"http\"\nname = {}\ndescription = {}\n\n\
         [server]\nlisten = \"127.0.0.1:{}\"\nadmin_listen = \"127.0.0.1:{}\"\n\n\
         [federation]\nloopback_hosts = [\"{first}\", \"{second}\"]\ntime_scale = {TIME_SCALE}\n",
        at.domain,
        said("name"),
        said("description"),
        at.port,
        at.port + ADMIN,
    );
    let file = at.folder.join("kith.toml");
    std::fs::write(&file, text).with_context(failed)?;
    Ok(Config::load(Some(&file), std::iter::empty())?)
}
