//! The settings of one server: one typed section per file, read from `kith.toml` and the environment, checked at once.
//!
//! Here belongs everything that reads the settings file or the process environment, and the rules about what a setting
//! may hold. Opening what a setting points at (the database, a folder, a mail server) does not: `kith check` does that
//! with the rooms that own it. Everyone else receives a section and never sees the file or the environment.

mod database;
mod environment;
mod error;
mod federation;
mod host;
mod instance;
mod key;
mod limits;
mod mail;
mod print;
mod reader;
mod server;
mod storage;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use self::database::{Database, DatabaseUrl};
pub use self::environment::{LogSettings, environment, log_settings};
pub use self::error::{ConfigError, Problem};
pub use self::federation::{Federation, FederationMode};
pub use self::instance::{Instance, Registration, Scheme};
pub use self::limits::Limits;
pub use self::mail::{Mail, MailTransport, SmtpSecurity, SmtpServer};
pub use self::server::Server;
pub use self::storage::{S3, Storage};

use self::reader::Reader;

/// All settings of one server, typed and with every path made absolute.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder that holds `kith.toml` (the working folder where there is no file). Relative paths in settings start here.
    pub data_dir: PathBuf,
    /// Who this server is: its name in handles and ids, and what it says about itself.
    pub instance: Instance,
    /// Where it listens, and whose forwarding headers it believes.
    pub server: Server,
    /// Which database it uses.
    pub database: Database,
    /// Where uploaded files live.
    pub storage: Storage,
    /// How mail leaves.
    pub mail: Mail,
    /// Whom it talks to.
    pub federation: Federation,
    /// Sizes, counts and rates.
    pub limits: Limits,
}

impl Config {
    /// The settings file that is used when none is named: `./kith.toml`, then `/etc/kith/kith.toml`; `None` if neither exists.
    #[must_use]
    pub fn find() -> Option<PathBuf> {
        ["kith.toml", "/etc/kith/kith.toml"]
            .into_iter()
            .map(PathBuf::from)
            .find(|path| path.is_file())
    }

    /// Reads the file at `path` and lays the `KITH__SECTION__KEY` entries of `env` over it. Without a path only `env`
    /// and the defaults count (see [`Config::find`] for the usual places, [`environment`] for the process' own).
    ///
    /// # Errors
    /// [`ConfigError::Read`] and [`ConfigError::Syntax`] for the file itself; [`ConfigError::Invalid`] with *all*
    /// problems: unknown keys, values of the wrong form, and everything [`Config::validate`] finds.
    pub fn load(
        path: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let table = path.map(read_file).transpose()?.unwrap_or_default();
        let mut reader = Reader::new(table, env);
        let config = Self::read(&mut reader, &data_dir(path));
        let mut problems = reader.into_problems();
        for problem in config.validate() {
            // A value that could not even be read is named once, not again for the default that stands in for it.
            if problems.iter().all(|known| known.key != problem.key) {
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Invalid { problems })
        }
    }

    /// Every default, with this domain and data folder; scheme `http` where the host is under `.localhost`.
    /// For tests, benchmarks and the demo, which then set the public fields they need.
    #[must_use]
    pub fn minimal(domain: &str, data_dir: &Path) -> Self {
        let mut reader = Reader::new(toml::Table::new(), std::iter::empty());
        let mut config = Self::read(&mut reader, data_dir);
        domain.clone_into(&mut config.instance.domain);
        if host::is_localhost(config.instance.host()) {
            config.instance.scheme = Scheme::Http;
        }
        config
    }

    /// Everything that is wrong with these settings, each with how to mend it; empty if nothing is. Looks at values
    /// only: whether a folder or server behind a setting can be reached is not asked here.
    #[must_use]
    pub fn validate(&self) -> Vec<Problem> {
        let mut problems = self.instance.validate(&self.federation);
        problems.extend(self.server.validate());
        problems.extend(self.storage.validate());
        problems.extend(self.federation.validate());
        problems.extend(self.limits.validate());
        problems
    }

    /// The text of `config/kith.example.toml`: every key with its default and what it is for.
    #[must_use]
    pub fn example() -> String {
        print::example()
    }

    /// These settings as TOML with every secret hidden, for `kith check`.
    #[must_use]
    pub fn redacted(&self) -> String {
        print::redacted(self)
    }

    fn read(reader: &mut Reader, data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            instance: Instance::read(reader),
            server: Server::read(reader),
            database: Database::read(reader, data_dir),
            storage: Storage::read(reader, data_dir),
            mail: Mail::read(reader, data_dir),
            federation: Federation::read(reader, data_dir),
            limits: Limits::read(reader),
        }
    }
}

fn read_file(path: &Path) -> Result<toml::Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })?;
    text.parse::<toml::Table>().map_err(|error| {
        // The parser's own `Display` quotes the line, which may hold a password; message and line number do not.
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
        ConfigError::Syntax {
            path: path.to_owned(),
            line,
            message: error.message().to_owned(),
        }
    })
}

fn data_dir(path: Option<&Path>) -> PathBuf {
    let folder = path
        .and_then(Path::parent)
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}
