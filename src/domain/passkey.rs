//! Keys on people's devices that log them in without a password.

use std::time::Duration;

use super::clock::Timestamp;
use super::ids::{AccountId, PasskeyId};

/// As many one account has.
pub const MOST_PASSKEYS: usize = 10;
/// Characters of a passkey's name.
pub const PASSKEY_NAME: usize = 60;
/// How long a question to a browser waits for its answer.
pub const CEREMONY_LIFETIME: Duration = Duration::from_mins(5);

/// What a device knows an account by: random, so that it says nothing to who finds it there.
pub type UserHandle = [u8; 16];

/// A passkey. Nothing of it is secret: the secret key never leaves its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    pub id: PasskeyId,
    pub account: AccountId,
    /// What its owner calls it; one line.
    pub name: String,
    /// What the device calls it.
    pub credential_id: Vec<u8>,
    pub user_handle: UserHandle,
    /// The public key with its counter, as the room `auth` writes it.
    pub credential: String,
    pub created_at: Timestamp,
    /// When it last logged somebody in.
    pub used_at: Option<Timestamp>,
}
