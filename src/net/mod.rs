//! The one guarded HTTP client: whatever leaves this server for another one goes through here, be it an actor, an event,
//! a handle lookup, a picture, the check of a link or a delivery.
//!
//! Here belong: which addresses may be contacted ([`address`]), which URLs ([`target`]), how names become addresses
//! ([`resolver`]), how much is asked for one cause ([`limits`]) and of one host (`hosts`), and the requests themselves ([`client`]).
//!
//! Not here: what is asked and what an answer means (`federation`, `media`), signatures (a caller hands in a
//! [`client::SignRequest`]), schedules and retries (`federation`, `jobs`). This room imports `domain` and `config` only.

pub mod address;
pub mod answer;
pub mod client;
pub mod error;
mod hosts;
pub mod limits;
pub mod media_type;
pub mod resolver;
pub mod settings;
pub mod target;

pub use answer::{Answer, Fetched, Refusal};
pub use client::{Client, SignRequest};
pub use error::{ClientError, FetchError, RefusedUrl};
pub use limits::{Budget, Failures};
pub use media_type::Accept;
pub use settings::NetSettings;
pub use target::{Target, bare_host, is_bare_host};
