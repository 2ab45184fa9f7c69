//! `[database]`: where the server remembers.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use toml::Value;
use url::Url;

use super::key::{Key, Preset};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[Key::new(
    "database.url",
    Preset::Value("\"sqlite:kith.db\""),
    "`sqlite:FILE` (relative to the folder of this file) or `postgres://user:password@host/name`.\n\
     With `?sslmode=verify-full` PostgreSQL is spoken to over TLS only, and its certificate checked: against the\n\
     authorities of this system, or those in a PEM file, `&sslrootcert=/etc/kith/postgres-ca.pem`. Other modes:\n\
     `verify-ca`, `require`, `prefer` (the default) and `disable` (the default for a server on this machine).",
)];

/// Which database the server uses.
#[derive(Clone, Debug)]
pub struct Database {
    /// Kind and place.
    pub url: DatabaseUrl,
}

/// Kind and place of the database.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// The absolute path of the file.
    Sqlite(PathBuf),
    /// A whole `postgres://` URL, secret because it may hold a password.
    Postgres(SecretString),
}

impl Database {
    pub(super) fn read(reader: &mut Reader, data_dir: &Path) -> Self {
        let url = reader
            .parsed("database.url", |text| DatabaseUrl::parse(text, data_dir))
            .unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.join("kith.db")));
        Self { url }
    }

    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        vec![("database.url", self.url.redacted().into())]
    }
}

impl DatabaseUrl {
    /// Reads `sqlite:FILE` (relative files start at `data_dir`), `sqlite:///FILE`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// A sentence that says how to write it; it never repeats the text, which may hold a password.
    pub fn parse(text: &str, data_dir: &Path) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let file = rest.strip_prefix("//").unwrap_or(rest);
            return if file.is_empty() || file.contains('?') || file == ":memory:" {
                Err(
                    "Name a file behind `sqlite:`, such as `sqlite:kith.db`, without options."
                        .to_owned(),
                )
            } else {
                Ok(Self::Sqlite(data_dir.join(file)))
            };
        }
        let url = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "postgres" | "postgresql"))
            .ok_or("Write `sqlite:FILE` or `postgres://user:password@host/name`.")?;
        let has_host = url.host_str().is_some_and(|host| !host.is_empty())
            || url.query_pairs().any(|(name, _)| name == "host");
        if !has_host || url.path().trim_matches('/').is_empty() {
            return Err("Name host and database: `postgres://user:password@host/name`.".to_owned());
        }
        if let Some(advice) = tls_advice(&url) {
            return Err(advice.to_owned());
        }
        Ok(Self::Postgres(SecretString::from(text)))
    }

    /// The URL with its password hidden, for people.
    #[must_use]
    pub fn redacted(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(secret) => hide_password(secret.expose_secret()),
        }
    }
}

/// Words of `sslmode` that are understood. What they mean is the store's business.
const TLS_MODES: [&str; 5] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/// A sentence about what is wrong with the TLS options of a `postgres://` URL.
fn tls_advice(url: &Url) -> Option<&'static str> {
    url.query_pairs()
        .find_map(|(name, value)| match name.as_ref() {
            "sslmode" if !TLS_MODES.contains(&value.as_ref()) => {
                Some("`sslmode` is `disable`, `prefer`, `require`, `verify-ca` or `verify-full`.")
            }
            "sslrootcert" if value != "system" && !value.starts_with('/') => {
                Some("Write the whole path of `sslrootcert`, from `/` on, or `system`.")
            }
            _ => None,
        })
}

/// A password may stand before the host or among the options.
fn hide_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return "***".to_owned();
    };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "***".to_owned();
    }
    let is_secret = |name: &str| name.contains("password");
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(pairs.iter().map(|(name, value)| {
                let shown = if is_secret(name) {
                    "***"
                } else {
                    value.as_str()
                };
                (name.as_str(), shown)
            }));
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::DatabaseUrl;

    fn parse(text: &str) -> Result<DatabaseUrl, String> {
        DatabaseUrl::parse(text, Path::new("/data"))
    }

    #[test]
    fn a_relative_file_lies_in_the_data_folder() {
        for (text, file) in [
            ("sqlite:kith.db", "/data/kith.db"),
            ("sqlite:/var/kith.db", "/var/kith.db"),
            ("sqlite:///var/kith.db", "/var/kith.db"),
        ] {
            let DatabaseUrl::Sqlite(path) = parse(text).unwrap() else {
                panic!("{text} is SQLite");
            };
            assert_eq!(path, PathBuf::from(file));
        }
    }

    #[test]
    fn other_forms_are_refused_without_being_repeated() {
        for text in [
            "",
            "sqlite:",
            "sqlite::memory:",
            "mysql://u:pw-x@h/d",
            "postgres://u:pw-x@/d",
            "postgres://u:pw-x@h",
            "postgres://u:pw-x@h/d?sslmode=verify",
            "postgres://u:pw-x@h/d?sslmode=verify-full&sslrootcert=ca.pem",
            "/kith.db",
        ] {
            let advice = parse(text).unwrap_err();
            assert!(!advice.contains("pw-x"), "{advice}");
        }
    }

    #[test]
    fn passwords_are_hidden_wherever_they_stand() {
        let url =
            parse("postgres://kith:s3cret@db.example/kith?sslpassword=s3cret&sslmode=require")
                .unwrap();
        assert_eq!(
            url.redacted(),
            "postgres://kith:***@db.example/kith?sslpassword=***&sslmode=require"
        );
        assert!(!format!("{url:?}").contains("s3cret"));
        let socket = parse("postgres:///kith?host=/run/postgresql").unwrap();
        assert!(socket.redacted().contains("kith"));
    }
}
