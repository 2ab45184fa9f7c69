//! An instance for one run, and its server in a process of its own.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use tokio::process::{Child, Command};

use super::{load, measure};
use crate::app::App;
use crate::config::Config;
use crate::store;

/// Longest start of a server.
const START: Duration = Duration::from_secs(20);
/// How long a started server is left alone before its idle memory is read.
const SETTLE: Duration = Duration::from_millis(700);

/// Settings, data folder and database of the run.
pub(super) struct Instance {
    folder: PathBuf,
    pub(super) listen: SocketAddr,
    admin: SocketAddr,
    /// `bench.localhost:PORT`.
    pub(super) domain: String,
    postgres: Option<Postgres>,
}

/// A database that is made for the run.
struct Postgres {
    server: String,
    name: String,
}

/// The measured process; killed when dropped.
pub(super) struct Server {
    _child: Child,
    pub(super) pid: u32,
    /// From starting the process to its first answer.
    pub(super) start: Duration,
    /// Anonymous memory before any load.
    pub(super) idle_mib: f64,
}

/// What `/health` says about work that waits.
#[derive(Debug, Deserialize)]
pub(super) struct Waiting {
    pub(super) inbox: Inbox,
    pub(super) deliveries: Deliveries,
}

#[derive(Debug, Deserialize)]
pub(super) struct Inbox {
    pub(super) waiting: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Deliveries {
    pub(super) due: i64,
}

impl Instance {
    /// Makes a folder and chooses ports. `postgres` names a server that lets us make a database.
    pub(super) async fn make(postgres: Option<&str>) -> anyhow::Result<Self> {
        let run = std::process::id();
        let folder = std::env::temp_dir().join(format!("kith-bench-{run}"));
        std::fs::create_dir_all(&folder)?;
        let (listen, admin) = (free_address()?, free_address()?);
        let postgres = match postgres {
            Some(url) => Some(Postgres::make(url, format!("kith_bench_{run}")).await?),
            None => None,
        };
        Ok(Instance {
            domain: format!("bench.localhost:{}", listen.port()),
            folder,
            listen,
            admin,
            postgres,
        })
    }

    /// Writes the settings. `peers` are the `host:port` names that may be contacted.
    pub(super) fn configure(&self, peers: &[String]) -> anyhow::Result<Config> {
        let url = match &self.postgres {
            Some(postgres) => postgres.url(),
            None => "sqlite:kith.db".to_owned(),
        };
        let mut text = String::new();
        write!(
            text,
            "[instance]\ndomain = \"{}\"\nscheme = \"http\"\n\n[server]\nlisten = \"{}\"\nadmin_listen = \"{}\"\n\n\
             [database]\nurl = {}\n\n[federation]\nloopback_hosts = {}\n\n[limits]\ninbox_per_host_per_minute = 1_000_000\ninbox_waiting = 10_000_000\n",
            self.domain,
            self.listen,
            self.admin,
            toml::Value::from(url),
            toml::Value::from(peers.to_vec()),
        )?;
        let file = self.file();
        std::fs::write(&file, text)?;
        Ok(Config::load(Some(&file), std::iter::empty())?)
    }

    fn file(&self) -> PathBuf {
        self.folder.join("kith.toml")
    }

    /// Opens the instance here, to fill it or to look into it.
    pub(super) async fn open(&self, config: Config) -> anyhow::Result<App> {
        Ok(Box::pin(App::start(config)).await?)
    }

    /// Starts the server and waits for its first answer.
    pub(super) async fn serve(&self) -> anyhow::Result<Server> {
        let log = std::fs::File::create(self.folder.join("kith.log"))?;
        let begun = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .arg("--config")
            .arg(self.file())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().context("the server ended at once")?;
        let asked = load::get(&self.domain, "/.well-known/nodeinfo", "*/*");
        while load::fetch(self.listen, &asked).await.is_err() {
            if begun.elapsed() > START || child.try_wait()?.is_some() {
                let said = std::fs::read_to_string(self.folder.join("kith.log"))?;
                bail!("the server does not start: {said}");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let start = begun.elapsed();
        Ok(Server {
            _child: child,
            pid,
            start,
            idle_mib: measure::anonymous_mib(pid)?,
        })
    }

    /// [`Instance::serve`] of a server that has nothing to do yet: it is idle when this returns.
    pub(super) async fn serve_idle(&self) -> anyhow::Result<Server> {
        let mut server = self.serve().await?;
        tokio::time::sleep(SETTLE).await;
        server.idle_mib = measure::anonymous_mib(server.pid)?;
        Ok(server)
    }

    /// What waits at the running server.
    pub(super) async fn waiting(&self) -> anyhow::Result<Waiting> {
        let asked = load::get(&self.admin.to_string(), "/health", "*/*");
        Ok(serde_json::from_slice(
            &load::fetch(self.admin, &asked).await?,
        )?)
    }

    /// CPU time of the database's own processes; `None` where it lives in the server's.
    pub(super) fn database_cpu(&self) -> Option<Duration> {
        let postgres = self.postgres.as_ref()?;
        Some(measure::backends_cpu(&postgres.name))
    }

    pub(super) fn database(&self) -> String {
        match self.postgres {
            Some(_) => "postgres",
            None => "sqlite (synchronous=FULL)",
        }
        .to_owned()
    }

    /// Removes folder and database.
    pub(super) async fn remove(&self) -> anyhow::Result<()> {
        if let Some(postgres) = &self.postgres {
            postgres
                .execute("DROP DATABASE IF EXISTS", " WITH (FORCE)")
                .await?;
        }
        remove_folder(&self.folder)
    }
}

fn remove_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::remove_dir_all(folder)
        .with_context(|| format!("{} cannot be removed", folder.display()))
}

impl Postgres {
    async fn make(server: &str, name: String) -> anyhow::Result<Self> {
        let postgres = Postgres {
            server: server.to_owned(),
            name,
        };
        postgres.execute("CREATE DATABASE", "").await?;
        Ok(postgres)
    }

    async fn execute(&self, before: &str, after: &str) -> anyhow::Result<()> {
        let sql = format!("{before} {}{after}", self.name);
        Ok(store::execute_on_server(&self.server, &sql).await?)
    }

    /// The same server with our database.
    fn url(&self) -> String {
        match url::Url::parse(&self.server) {
            Ok(mut url) => {
                url.set_path(&self.name);
                url.to_string()
            }
            Err(_) => self.server.clone(),
        }
    }
}

/// A port that was free a moment ago.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
