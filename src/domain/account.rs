//! Log-ins of this instance.

use std::net::IpAddr;
use std::time::Duration;

use super::actor::Role;
use super::clock::Timestamp;
use super::ids::{AccountId, ActorId, ClientAppId, SessionId, SignUpId, SignUpLinkId, TokenId};

/// A browser that shows nothing for this long has to log in again.
pub const SESSION_IDLE: Duration = Duration::from_hours(24 * 30);
/// Being seen is noted at most this often.
pub const SESSION_SEEN: Duration = Duration::from_hours(1);
/// Characters kept of what a browser calls itself.
const AGENT_CHARS: usize = 160;

/// The account behind a local person.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub actor: ActorId,
    pub email: String,
    /// Argon2id, in PHC form; `None` when one logs in some other way.
    pub password: Option<String>,
    pub role: Role,
    pub created_at: Timestamp,
    pub suspended_at: Option<Timestamp>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({}, {})", self.id, self.role)
    }
}

/// A bearer token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub account: AccountId,
    /// The program it was given to; `None` for one made on the command line.
    pub client_app: Option<ClientAppId>,
    /// Space separated.
    pub scopes: String,
    pub created_at: Timestamp,
}

words! {
    /// What a secret is for that was mailed, or that a half-done log-in holds.
    pub enum Purpose {
        /// Setting a new password without the old one.
        ResetPassword = "reset-password",
        /// Proving a new mail address; the detail is the address.
        ChangeEmail = "change-email",
        /// The password was right, the code is missing; the detail says where to go afterwards.
        SecondFactor = "second-factor",
    }
}

impl Purpose {
    /// How long such a secret counts.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Purpose::ResetPassword => Duration::from_hours(1),
            Purpose::ChangeEmail => Duration::from_hours(24),
            Purpose::SecondFactor => Duration::from_mins(10),
        }
    }
}

/// The token of an app in which somebody asked for an account that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUpToken {
    pub id: TokenId,
    /// The id of no sign-up where the wish came to nothing, which nobody is told.
    pub sign_up: SignUpId,
    pub client_app: ClientAppId,
    /// Space separated.
    pub scopes: String,
    pub created_at: Timestamp,
}

/// How long a sign-up waits for its mail address to be confirmed.
pub const SIGN_UP_LIFETIME: Duration = Duration::from_hours(24);

/// Somebody who asked for an account.
#[derive(Clone, PartialEq, Eq)]
pub struct SignUp {
    pub id: SignUpId,
    pub handle: String,
    pub email: String,
    /// Argon2id, in PHC form.
    pub password: String,
    /// What they told the moderators.
    pub reason: String,
    /// The link they came with.
    pub link: Option<SignUpLinkId>,
    /// The mail address is right; from then on they wait for a moderator.
    pub confirmed_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl std::fmt::Debug for SignUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignUp({}, {})", self.id, self.handle)
    }
}

/// A link with which people may sign up, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUpLink {
    pub id: SignUpLinkId,
    /// Who made it; nobody where it was the command line.
    pub account: Option<AccountId>,
    pub uses_left: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What is kept of where a log-in came from, so that its owner recognises it: nothing that finds a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// What the browser calls itself, shortened.
    pub agent: String,
    /// The network of its address: `203.0.113.x` or `2001:db8:1::`.
    pub address: String,
}

impl Device {
    /// Shortens both.
    #[must_use]
    pub fn new(agent: &str, address: IpAddr) -> Device {
        let address = match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.x")
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_string()
            }
        };
        let agent = agent.chars().filter(|c| !c.is_control());
        Device {
            agent: agent.take(AGENT_CHARS).collect(),
            address,
        }
    }
}

/// A browser that is logged in, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub account: AccountId,
    pub device: Device,
    pub created_at: Timestamp,
    /// To the hour.
    pub seen_at: Timestamp,
}

impl Session {
    /// Whether it is too old to count at `now`.
    #[must_use]
    pub fn is_idle(&self, now: Timestamp) -> bool {
        self.seen_at < now.minus(SESSION_IDLE)
    }

    /// Whether it should be noted that it was seen.
    #[must_use]
    pub fn is_unseen(&self, now: Timestamp) -> bool {
        self.seen_at.plus(SESSION_SEEN) <= now
    }
}

#[cfg(test)]
mod tests {
    use super::Device;

    #[test]
    fn of_a_log_in_only_the_network_and_a_short_name_are_kept() {
        let of = |agent: &str, address: &str| Device::new(agent, address.parse().unwrap());
        assert_eq!(of("Fox\r\n 1", "203.0.113.77").agent, "Fox 1");
        assert_eq!(of("", "::ffff:203.0.113.77").address, "203.0.113.x");
        assert_eq!(of("", "2001:db8:1:2:3:4:5:6").address, "2001:db8:1::");
        assert_eq!(of(&"é".repeat(500), "::1").agent.chars().count(), 160);
    }
}
