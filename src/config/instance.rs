//! `[instance]`: who this server is.

use toml::Value;

use super::error::Problem;
use super::federation::Federation;
use super::host;
use super::key::{Key, Preset};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "instance.domain",
        Preset::Required("\"kith.example\""),
        "The domain in handles and ids, with the port if it is not 443. It can never be changed.",
    ),
    Key::new(
        "instance.scheme",
        Preset::Value("\"https\""),
        "`https`; `http` only for hosts under `.localhost`.",
    ),
    Key::new(
        "instance.name",
        Preset::Value("\"Kith\""),
        "What people see as this server's name.",
    ),
    Key::new(
        "instance.description",
        Preset::Value("\"\""),
        "One or two sentences about who this server is for.",
    ),
    Key::new(
        "instance.contact",
        Preset::Unset("\"hello@kith.example\""),
        "Where people reach whoever runs this server: a mail address or an https address. Shown to everyone.",
    ),
    Key::new(
        "instance.languages",
        Preset::Value("[\"en\"]"),
        "Languages spoken here, the main one first (BCP 47 tags such as `en`, `de`, `pt-BR`).",
    ),
    Key::new(
        "instance.registration",
        Preset::Value("\"closed\""),
        "Who may sign up: `open` (anyone), `approval` (a moderator agrees), `invite` (with an invitation),\n`closed` (nobody; accounts are made with `kith user create`).",
    ),
];

/// Who this server is and what it says about itself.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The domain in handles and ids, lower case, with the port if it is not the scheme's own.
    pub domain: String,
    /// The scheme of every address of ours.
    pub scheme: Scheme,
    /// Plain text, at most 100 characters.
    pub name: String,
    /// Plain text, may be empty.
    pub description: String,
    /// A mail address or an https address.
    pub contact: Option<String>,
    /// BCP 47 tags, at least one, the main language first.
    pub languages: Vec<String>,
    /// Who may sign up.
    pub registration: Registration,
}

/// The scheme of every address of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// For hosts under `.localhost` only.
    Http,
    /// Everywhere else.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that is not written.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Anyone.
    Open,
    /// Anyone, once a moderator agrees.
    Approval,
    /// Whoever holds an invitation.
    Invite,
    /// Nobody; accounts are made on the command line.
    Closed,
}

impl Registration {
    const ALL: [Self; 4] = [Self::Open, Self::Approval, Self::Invite, Self::Closed];

    /// As it stands in the settings file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approval => "approval",
            Self::Invite => "invite",
            Self::Closed => "closed",
        }
    }
}

impl Instance {
    /// The domain without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        host::split(&self.domain).map_or(self.domain.as_str(), |(host, _)| host)
    }

    /// The port that is written in the domain.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        host::split(&self.domain).and_then(|(_, port)| port)
    }

    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            domain: reader.text("instance.domain"),
            scheme: reader
                .parsed("instance.scheme", parse_scheme)
                .unwrap_or(Scheme::Https),
            name: reader.text("instance.name"),
            description: reader.text("instance.description"),
            contact: reader.optional("instance.contact"),
            languages: reader.list("instance.languages"),
            registration: reader
                .parsed("instance.registration", parse_registration)
                .unwrap_or(Registration::Closed),
        }
    }

    /// The federation section is looked at because a port in the domain is for names listed there.
    pub(super) fn validate(&self, federation: &Federation) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.domain_problem(federation).into_iter().collect();
        if self.scheme == Scheme::Http && !host::is_localhost(self.host()) {
            problems.push(Problem::new(
                "instance.scheme",
                "Plain http is for hosts under `.localhost` only; set it to `https`.",
            ));
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 100 || has_control(&self.name)
        {
            problems.push(Problem::new(
                "instance.name",
                "Give the server a name of 1 to 100 characters on one line.",
            ));
        }
        if self
            .contact
            .as_deref()
            .is_some_and(|text| !is_contact(text))
        {
            problems.push(Problem::new(
                "instance.contact",
                "Write a mail address, or an address that starts with `https://`.",
            ));
        }
        if self.languages.is_empty() || !self.languages.iter().all(|tag| is_language(tag)) {
            problems.push(Problem::new(
                "instance.languages",
                "List at least one language, each as a tag such as `en` or `pt-BR`.",
            ));
        }
        problems
    }

    fn domain_problem(&self, federation: &Federation) -> Option<Problem> {
        let problem = |advice: &str| Some(Problem::new("instance.domain", advice));
        if self.domain.is_empty() {
            return problem(
                "Set it to the domain people will see in handles, such as `kith.example`.",
            );
        }
        let Some((name, port)) = host::split(&self.domain) else {
            return problem(
                "Write `host` or `host:port`, with a port from 1 to 65535 and no scheme.",
            );
        };
        if let Some(advice) = host::fault(name) {
            return problem(advice);
        }
        if !name.contains('.') && !host::is_localhost(name) {
            return problem("Other servers cannot find a name without a dot; use a full domain.");
        }
        if port == Some(self.scheme.default_port()) {
            return problem("Leave out the port; it is the scheme's own.");
        }
        let listed = federation.loopback_hosts.contains(&self.domain);
        if port.is_some() && !listed && !host::is_reserved_for_tests(name) {
            return problem(
                "Other servers contact port 443 only: leave out the port, or list the name in `federation.loopback_hosts` if this is a test.",
            );
        }
        None
    }

    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("instance.domain", self.domain.clone().into()),
            ("instance.scheme", self.scheme.as_str().into()),
            ("instance.name", self.name.clone().into()),
            ("instance.description", self.description.clone().into()),
            (
                "instance.contact",
                self.contact.clone().unwrap_or_default().into(),
            ),
            ("instance.languages", self.languages.clone().into()),
            ("instance.registration", self.registration.as_str().into()),
        ]
    }
}

fn parse_scheme(text: &str) -> Result<Scheme, String> {
    [Scheme::Http, Scheme::Https]
        .into_iter()
        .find(|scheme| scheme.as_str() == text)
        .ok_or_else(|| "Set it to `https`, or to `http` for a host under `.localhost`.".to_owned())
}

fn parse_registration(text: &str) -> Result<Registration, String> {
    Registration::ALL
        .into_iter()
        .find(|choice| choice.as_str() == text)
        .ok_or_else(|| "Choose one of `open`, `approval`, `invite` and `closed`.".to_owned())
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

fn is_contact(text: &str) -> bool {
    let is_mail = text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    let has_gap = text.contains(char::is_whitespace) || has_control(text);
    !has_gap && (is_mail || text.starts_with("https://"))
}

fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let main_is_good = parts.next().is_some_and(|main| {
        (2..=3).contains(&main.len()) && main.bytes().all(|b| b.is_ascii_lowercase())
    });
    main_is_good
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}
