//! How people and programs prove who they are: password hashes, bearer tokens, scopes. Mechanism only.
//!
//! What belongs here turns secrets into something that can be stored and compares them again. Accounts, sessions,
//! throttling and anything that reads or writes rows do not: they call this room. Randomness is a parameter.

pub mod form;
pub mod passkey;
pub mod password;
pub mod pkce;
pub mod scope;
pub mod token;
pub mod totp;
