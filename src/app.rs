//! Everything that is built once at start and lives as long as the process.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::sync::watch;

use crate::auth::passkey::RelyingParty;
use crate::auth::password::Passwords;
use crate::config::{self, Config, DatabaseUrl};
use crate::domain::clock::{Clock, SystemClock, Timestamp};
use crate::domain::delivery::TimeScale;
use crate::domain::ids::{ActorId, IdMaker};
use crate::domain::moderation::{DomainRules, FederationMode};
use crate::domain::uris::Uris;
use crate::federation::Federation;
use crate::federation::delivery::KeyringError;
use crate::federation::keys::generate_pairs;
use crate::federation::signatures::KeyError;
use crate::mail::{MailError, Mailer};
use crate::media::Pictures;
use crate::net::{Client, ClientError, NetSettings};
use crate::push::{self, PushError, Pusher};
use crate::services::discovery::KnownUsage;
use crate::services::reading::KnownCounts;
use crate::services::seen::Seen;
use crate::services::{self, Cached, Ctx, Random, SystemRandom, Wake};
use crate::store::{self, Conn, Store};

/// After this long without a sign of life a process number is given to another process.
pub const PROCESS_STALE: Duration = Duration::from_mins(1);

/// The running program. Shared by handlers, jobs and commands.
pub struct App {
    /// What use cases are lent.
    pub ctx: Ctx,
    pub config: Config,
    /// The one way out to other servers.
    pub client: Client,
    /// Bounds how many passwords are hashed at once.
    pub passwords: Passwords,
    /// Who this instance is to passkeys; `None` where its host can have none.
    pub passkeys: Option<RelyingParty>,
    /// The way out for mails.
    pub mailer: Mailer,
    /// The way out for push messages.
    pub pusher: Arc<Pusher>,
    /// Uploaded pictures.
    pub pictures: Pictures,
    /// Speaking with other servers.
    pub federation: Federation,
    /// This process's number; part of every id it makes.
    pub process: i64,
    pub started_at: Timestamp,
    /// Turns true once, when the process is to end.
    pub stop: watch::Sender<bool>,
    /// Counts for NodeInfo.
    pub usage: KnownUsage,
    /// Numbers beside actors, told again for some seconds.
    pub counts: KnownCounts,
    /// Accounts that are known to have been in use today.
    pub seen: Seen,
}

/// What a process is given besides its configuration; tests give their own.
#[derive(Clone, Debug)]
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Surroundings {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database cannot be opened, migrated or used.
    #[error("{0}")]
    Store(#[from] store::Error),
    /// The client for other servers cannot be built.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Mails cannot be sent as it is configured.
    #[error("mail.transport or mail.from cannot be used")]
    Mail(#[from] MailError),
    /// The instance's key for push messages cannot be made or read.
    #[error(transparent)]
    Push(#[from] PushError),
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The instance's own key cannot be read.
    #[error("the instance's key cannot be read")]
    Keyring(#[from] KeyringError),
    /// A file or folder that must be there cannot be read or made.
    #[error("{}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The work on another thread was stopped: the process is ending.
    #[error("the program is ending")]
    Stopping,
}

impl App {
    /// Opens (and migrates) the database, takes a process number, makes the instance's actor where it is missing, and
    /// loads the domain rules. Starts nothing; see [`crate::jobs::start`] and [`crate::http::serve`].
    ///
    /// # Errors
    /// Says what cannot be opened.
    pub async fn start(config: Config) -> Result<App, AppError> {
        let store = open_store(&config).await?;
        App::with_store(config, store, Surroundings::default()).await
    }

    /// [`App::start`] for a store that is open already, and with another clock or source of chance.
    ///
    /// # Errors
    /// As [`App::start`].
    pub async fn with_store(
        config: Config,
        store: Store,
        around: Surroundings,
    ) -> Result<App, AppError> {
        let client = Client::new(net_settings(&config)?, Arc::clone(&around.clock))?;
        let now = around.clock.now();
        let process = register(&store, now, &*around.random).await?;
        let ids = Arc::new(IdMaker::new(process));
        let instance = &config.instance;
        let uris = Arc::new(Uris::new(instance.scheme.as_str(), &instance.domain));
        let ctx = Ctx {
            instance: instance_actor(&store, &uris, (&ids, now)).await?,
            rules: Arc::new(Cached::new(read_rules(&store, &config).await?)),
            store: store.clone(),
            uris,
            clock: around.clock,
            random: around.random,
            ids,
            wake: Arc::new(Wake::default()),
            scale: TimeScale(config.federation.time_scale),
            limits: Arc::new(config.limits.clone()),
        };
        App::assemble(config, ctx, (client, process)).await
    }

    /// The program around a context that is built already.
    ///
    /// # Errors
    /// When one of the instance's own keys cannot be read.
    pub async fn assemble(
        config: Config,
        ctx: Ctx,
        (client, process): (Client, i64),
    ) -> Result<App, AppError> {
        let pusher = pusher(&config, &ctx, &client).await?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let name = &config.instance.name;
        Ok(App {
            passkeys: RelyingParty::new(name, ctx.uris.host(), ctx.uris.base()),
            federation: Federation::new(ctx.clone(), client.clone()).await?,
            started_at: ctx.now(),
            ctx,
            mailer: Mailer::new(&config)?,
            pusher: Arc::new(pusher),
            pictures: Pictures::new(&config),
            config,
            client,
            passwords: Passwords::new(cores),
            process,
            stop: watch::Sender::new(false),
            usage: KnownUsage::default(),
            counts: KnownCounts::default(),
            seen: Seen::default(),
        })
    }

    /// Reads the domain rules again: another process changed them.
    ///
    /// # Errors
    /// When the database fails; the old rules stay.
    pub async fn reload_rules(&self) -> Result<(), store::Error> {
        let rules = read_rules(&self.ctx.store, &self.config).await?;
        self.ctx.rules.set(rules);
        Ok(())
    }

    /// Gives the process number back; the last thing a process does.
    ///
    /// # Errors
    /// When the database fails; the number is free a minute later then.
    pub async fn leave(&self) -> Result<(), store::Error> {
        let process = self.process;
        self.ctx
            .store
            .transaction(async |tx| store::signals::leave_process(tx, process).await)
            .await
    }
}

/// Opens the database that `config` names. A new SQLite file is readable by its owner alone.
///
/// # Errors
/// When it cannot be opened or migrated.
pub async fn open_store(config: &Config) -> Result<Store, AppError> {
    match &config.database.url {
        DatabaseUrl::Sqlite(path) => {
            make_private(path)?;
            Ok(Store::open(&format!("sqlite:{}", path.display())).await?)
        }
        DatabaseUrl::Postgres(url) => Ok(Store::open(url.expose_secret()).await?),
    }
}

/// One connection to the database that `config` names, as it is now: nothing is made, migrated or written.
///
/// # Errors
/// When it cannot be reached.
pub async fn look_at_database(config: &Config) -> Result<Conn, store::Error> {
    match &config.database.url {
        DatabaseUrl::Sqlite(path) => store::look(&format!("sqlite:{}", path.display())).await,
        DatabaseUrl::Postgres(url) => store::look(url.expose_secret()).await,
    }
}

/// Makes `path` with mode 0600 and its folder with mode 0700 where they are missing. SQLite gives the files beside it
/// the same mode.
fn make_private(path: &Path) -> Result<(), AppError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| AppError::File { path, source }
    };
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed(folder))?;
    }
    let mut options = OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(path) {
        Ok(_file) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(path)(error)),
    }
}

async fn register(store: &Store, now: Timestamp, random: &dyn Random) -> Result<i64, store::Error> {
    let mut start = [0; 2];
    random.fill(&mut start);
    let start = i64::from(u16::from_le_bytes(start));
    store
        .transaction(async |tx| {
            store::signals::register_process(tx, start, now, now.minus(PROCESS_STALE)).await
        })
        .await
}

async fn instance_actor(
    store: &Store,
    uris: &Uris,
    at: (&IdMaker, Timestamp),
) -> Result<ActorId, AppError> {
    if let Some(actor) = services::instance::find(store, uris).await? {
        return Ok(actor.id);
    }
    let pairs = tokio::task::spawn_blocking(generate_pairs)
        .await
        .ok()
        .ok_or(AppError::Stopping)??;
    Ok(services::instance::create(store, uris, at, pairs).await?.id)
}

/// The way out for push messages, with the instance's key, which is made once.
async fn pusher(config: &Config, ctx: &Ctx, client: &Client) -> Result<Pusher, AppError> {
    let pair = match services::push::find_vapid(&ctx.store).await? {
        Some(pair) => pair,
        None => {
            let pair = push::generate_pair()?;
            services::push::keep_vapid(&ctx.store, pair, ctx.now()).await?
        }
    };
    let contact = match config.instance.contact.as_deref() {
        Some(address) if address.starts_with("https://") => address.to_owned(),
        Some(mail) => format!("mailto:{mail}"),
        None => ctx.uris.base().to_owned(),
    };
    Ok(Pusher::new(client.clone(), &pair, contact)?)
}

async fn read_rules(store: &Store, config: &Config) -> Result<DomainRules, store::Error> {
    let mode = match config.federation.mode {
        config::FederationMode::Open => FederationMode::Open,
        config::FederationMode::Allowlist => FederationMode::AllowList,
    };
    let mut reader = store.reader().await?;
    let rules = store::domain_rules::list(&mut reader).await?;
    Ok(DomainRules::new(
        mode,
        rules.into_iter().map(|rule| (rule.domain, rule.action)),
    ))
}

/// What the guarded client has to know of the configuration.
fn net_settings(config: &Config) -> Result<NetSettings, AppError> {
    let domain = &config.instance.domain;
    let agent = format!(
        "Kith/{} (+{}://{domain}/)",
        env!("CARGO_PKG_VERSION"),
        config.instance.scheme.as_str()
    );
    let extra_ca_pem = match &config.federation.extra_ca_file {
        Some(path) => Some(std::fs::read(path).map_err(|source| AppError::File {
            path: path.clone(),
            source,
        })?),
        None => None,
    };
    Ok(NetSettings {
        loopback_hosts: config.federation.loopback_hosts.clone(),
        extra_ca_pem,
        fetch_deadline: Duration::from_secs(config.limits.fetch_seconds),
        max_redirects: config.limits.redirects,
        body_cap: config.limits.body_bytes,
        image_cap: config.limits.image_bytes,
        fetches_per_trigger: config.limits.fetches_per_trigger,
        ..NetSettings::for_domain(domain, &agent)
    })
}
