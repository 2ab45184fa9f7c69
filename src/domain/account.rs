//! Log-ins of this instance.

use super::actor::Role;
use super::clock::Timestamp;
use super::ids::{AccountId, ActorId, TokenId};

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
    /// Space separated.
    pub scopes: String,
    pub created_at: Timestamp,
}
