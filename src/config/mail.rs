//! `[mail]`: how mail leaves.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::Value;
use url::{Url, form_urlencoded};

use super::key::{Key, Preset};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "mail.transport",
        Preset::Value("\"none\""),
        "`none` (no mail is sent), `file:DIR` (each mail becomes a file, for trying out),\n`smtp://user:password@host:587` (STARTTLS) or `smtps://user:password@host:465` (TLS from the start).\nWrite special characters in user and password percent-encoded.",
    ),
    Key::new(
        "mail.from",
        Preset::Unset("\"hello@kith.example\""),
        "The address that mails come from; `kith@` and the domain where it is not set.",
    ),
];

const ADVICE: &str = "Write `none`, `file:DIR`, `smtp://user:password@host:587` or `smtps://user:password@host:465`.";

/// How mail leaves.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The way out.
    pub transport: MailTransport,
    /// Whom mails are from; `kith@` and the domain if `None`.
    pub from: Option<String>,
}

/// The way a mail takes.
#[derive(Clone, Debug)]
pub enum MailTransport {
    /// No mail is sent.
    None,
    /// Each mail becomes a file in this folder (absolute path).
    File(PathBuf),
    /// A mail server takes it.
    Smtp(SmtpServer),
}

/// A mail server that takes our mail.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// Its name or address.
    pub host: String,
    /// Its port; 587 or 465 where none is written.
    pub port: u16,
    /// Who logs in; nobody if `None`.
    pub user: Option<String>,
    /// With which password.
    pub password: Option<SecretString>,
}

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// `smtp://`: begins in the clear and must change to TLS before anything is sent (RFC 3207).
    StartTls,
    /// `smtps://`: TLS from the start (RFC 8314 §3.3).
    Tls,
}

impl SmtpSecurity {
    const fn scheme(self) -> &'static str {
        match self {
            Self::StartTls => "smtp",
            Self::Tls => "smtps",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
        }
    }
}

impl Mail {
    pub(super) fn read(reader: &mut Reader, data_dir: &Path) -> Self {
        let transport = reader
            .parsed("mail.transport", |text| {
                MailTransport::parse(text, data_dir)
            })
            .unwrap_or(MailTransport::None);
        let from = reader.optional("mail.from");
        if from.as_deref().is_some_and(|from| !is_address(from)) {
            reader.refuse(
                "mail.from",
                "Write one mail address, such as `hello@kith.example`.",
            );
        }
        Self { transport, from }
    }

    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        let from = self.from.clone().unwrap_or_default();
        vec![
            ("mail.transport", self.transport.redacted().into()),
            ("mail.from", from.into()),
        ]
    }
}

/// Whether it is one address alone: no name, no list, no other line.
fn is_address(text: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;\"()".contains(c);
    let parts = text.split_once('@');
    text.chars().all(is_plain)
        && parts
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

impl MailTransport {
    fn parse(text: &str, data_dir: &Path) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::None);
        }
        if let Some(folder) = text.strip_prefix("file:").filter(|rest| !rest.is_empty()) {
            return Ok(Self::File(data_dir.join(folder)));
        }
        let url = Url::parse(text).ok();
        url.as_ref()
            .and_then(SmtpServer::from_url)
            .map(Self::Smtp)
            .ok_or_else(|| ADVICE.to_owned())
    }

    fn redacted(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::File(folder) => format!("file:{}", folder.display()),
            Self::Smtp(server) => {
                let login = match (&server.user, &server.password) {
                    (Some(user), Some(_)) => format!("{user}:***@"),
                    (Some(user), None) => format!("{user}@"),
                    (None, _) => String::new(),
                };
                format!(
                    "{}://{login}{}:{}",
                    server.security.scheme(),
                    server.host,
                    server.port
                )
            }
        }
    }
}

impl SmtpServer {
    fn from_url(url: &Url) -> Option<Self> {
        let security = [SmtpSecurity::StartTls, SmtpSecurity::Tls]
            .into_iter()
            .find(|security| security.scheme() == url.scheme())?;
        let host = url.host_str().filter(|host| !host.is_empty())?;
        let has_more = !url.path().trim_matches('/').is_empty() || url.query().is_some();
        if has_more {
            return None;
        }
        Some(Self {
            security,
            host: host.to_owned(),
            port: url.port().unwrap_or(security.default_port()),
            user: Some(decoded(url.username())).filter(|user| !user.is_empty()),
            password: url
                .password()
                .map(|password| SecretString::from(decoded(password))),
        })
    }
}

/// Undoes percent-encoding. The form decoder also gives `+` and `&` a meaning that they do not have here.
fn decoded(text: &str) -> String {
    let plain = text.replace('+', "%2B").replace('&', "%26");
    form_urlencoded::parse(format!("x={plain}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use secrecy::ExposeSecret;

    use super::{MailTransport, SmtpSecurity, SmtpServer};

    fn parse(text: &str) -> Result<MailTransport, String> {
        MailTransport::parse(text, Path::new("/data"))
    }

    fn server(text: &str) -> SmtpServer {
        match parse(text).unwrap() {
            MailTransport::Smtp(server) => server,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mail_server_is_read_with_its_login() {
        let smtps = server("smtps://kith%40example:p%3Ass+w%26rd&@mail.example");
        assert_eq!(smtps.security, SmtpSecurity::Tls);
        assert_eq!((smtps.host.as_str(), smtps.port), ("mail.example", 465));
        assert_eq!(smtps.user.as_deref(), Some("kith@example"));
        assert_eq!(smtps.password.unwrap().expose_secret(), "p:ss+w&rd&");
        let smtp = server("smtp://localhost:2525");
        assert_eq!((smtp.security, smtp.port), (SmtpSecurity::StartTls, 2525));
        assert!(smtp.user.is_none() && smtp.password.is_none());
    }

    #[test]
    fn files_and_nothing_are_transports_too() {
        assert!(matches!(parse("none"), Ok(MailTransport::None)));
        let MailTransport::File(folder) = parse("file:mail").unwrap() else {
            panic!("a folder was given");
        };
        assert_eq!(folder, PathBuf::from("/data/mail"));
    }

    #[test]
    fn other_forms_are_refused_without_being_repeated() {
        for text in [
            "",
            "None",
            "file:",
            "smtp:",
            "smtp://",
            "http://u:pw-x@h",
            "smtp://u:pw-x@h/path",
            "smtp://h?tls=no",
        ] {
            assert!(!parse(text).unwrap_err().contains("pw-x"), "{text}");
        }
    }

    #[test]
    fn the_password_is_hidden() {
        let transport = parse("smtp://kith:s3cret@mail.example").unwrap();
        assert_eq!(transport.redacted(), "smtp://kith:***@mail.example:587");
        assert!(!format!("{transport:?}").contains("s3cret"));
    }
}
