//! The private keys of local actors, parsed once: parsing costs most of what a signature costs.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use crate::domain::ids::ActorId;
use crate::federation::signatures::{KeyError, PrivateKey, SignError, Signer};
use crate::store::{self, Store};

/// Parsed keys kept, of some ten kilobytes each.
const KEYS: u64 = 2_000;
/// A key that was replaced or withdrawn by another process is used no longer than this.
const FRESH: Duration = Duration::from_mins(10);

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error("the key could not be loaded")]
    Store(#[from] store::Error),
    /// The actor has no private key here: it is not local, or was deleted.
    #[error("the actor has no key here")]
    NoKey,
    #[error("the stored key is not readable")]
    Key(#[from] KeyError),
    #[error("the id of the key cannot be sent")]
    KeyId(#[from] SignError),
}

/// Signers by local actor. Cheap to clone; clones share the keys.
#[derive(Clone)]
pub struct Keyring {
    store: Store,
    parsed: Cache<ActorId, Arc<Signer>>,
}

impl Keyring {
    #[must_use]
    pub fn new(store: Store) -> Self {
        Keyring {
            store,
            parsed: Cache::builder()
                .max_capacity(KEYS)
                .time_to_live(FRESH)
                .build(),
        }
    }

    /// The signer of a local actor.
    ///
    /// # Errors
    /// [`KeyringError::NoKey`] where there is none, the others when it cannot be read.
    pub async fn signer(&self, actor: ActorId) -> Result<Arc<Signer>, KeyringError> {
        if let Some(signer) = self.parsed.get(&actor) {
            return Ok(signer);
        }
        let mut reader = self.store.reader().await?;
        let found = store::actor_keys::find_signing(&mut reader, actor).await?;
        drop(reader);
        let (uri, pair) = found.ok_or(KeyringError::NoKey)?;
        let key = PrivateKey::from_pkcs8(pair.algorithm, &pair.private)?;
        let signer = Arc::new(Signer::new(key, uri)?);
        self.parsed.insert(actor, Arc::clone(&signer));
        Ok(signer)
    }

    /// Forgets the key of an actor, because it was replaced or withdrawn.
    pub fn forget(&self, actor: ActorId) {
        self.parsed.invalidate(&actor);
    }
}
