//! Whose key signed: the keys that an actor's own document lists, and making keys for our own actors.

use std::sync::Arc;

use url::Url;

use crate::domain::ids::ActorId;
use crate::domain::keys::{Algorithm, KeyPair};
use crate::domain::uris::same_origin;
use crate::net::{Accept, Budget};
use crate::store::{actor_keys, actors};
use crate::wire::activitystreams::actor::{IncomingActor, Keys};

use super::signatures::{KeyError, Presented, PrivateKey, PublicKey};
use super::{Failure, Federation};

/// A key that an actor's document listed when it was last read.
#[derive(Debug)]
pub struct KnownKey {
    pub(super) actor: ActorId,
    pub(super) actor_uri: String,
    pub(super) key: PublicKey,
}

/// Makes the two keys of a new local actor. An RSA key takes a tenth of a second.
///
/// # Errors
/// When the system gives no randomness.
pub fn generate_pairs() -> Result<[KeyPair; 2], KeyError> {
    Ok([generate(Algorithm::Rsa)?, generate(Algorithm::Ed25519)?])
}

fn generate(algorithm: Algorithm) -> Result<KeyPair, KeyError> {
    use secrecy::ExposeSecret;
    let key = PrivateKey::generate(algorithm)?;
    Ok(KeyPair {
        algorithm,
        public: key.public().to_der().to_vec(),
        private: key.to_pkcs8()?.expose_secret().to_vec(),
    })
}

impl Federation {
    /// Whether `actor` signed: the key is one that its document lists. An unknown or misfitting key makes it be read
    /// again, once a minute at most.
    pub(super) async fn signed_by(
        &self,
        presented: &Presented,
        actor: &Url,
        budget: &Budget,
    ) -> Result<bool, Failure> {
        let key_id = presented.key_id();
        if !Url::parse(key_id).is_ok_and(|id| same_origin(&id, actor)) {
            return Ok(false);
        }
        let had = self.known_key(key_id, actor).await?;
        if let Some(known) = &had
            && presented.verify(&known.key).is_ok()
        {
            return Ok(true);
        }
        let known_actor = had.is_some() || self.is_known(actor).await?;
        if known_actor && self.reread.contains_key(actor.as_str()) {
            return Ok(false);
        }
        self.reread.insert(actor.to_string(), ());
        self.known_keys.invalidate(key_id);
        Box::pin(self.read_actor(actor, budget)).await?;
        let known = self.known_key(key_id, actor).await?;
        Ok(known.is_some_and(|known| presented.verify(&known.key).is_ok()))
    }

    pub(super) async fn is_known(&self, actor: &Url) -> Result<bool, Failure> {
        let mut reader = self.ctx.store.reader().await?;
        Ok(actors::find_by_uri(&mut reader, actor.as_str())
            .await?
            .is_some_and(|actor| actor.gone_at.is_none()))
    }

    /// The key `key_id`, if `actor` is stored and lists it.
    async fn known_key(&self, key_id: &str, actor: &Url) -> Result<Option<Arc<KnownKey>>, Failure> {
        if let Some(known) = self.known_keys.get(key_id) {
            return Ok((known.actor_uri == actor.as_str()).then_some(known));
        }
        let known = self.acquaintance(actor).await?;
        let Some(owner) = known.filter(|a| !a.local && a.gone_at.is_none()) else {
            return Ok(None);
        };
        let mut reader = self.ctx.store.reader().await?;
        let rows = actor_keys::list_public(&mut reader, owner.id).await?;
        let Some(row) = rows.into_iter().find(|row| row.uri == key_id) else {
            return Ok(None);
        };
        let key = PublicKey::from_der(row.algorithm, &row.public)
            .ok()
            .ok_or(Failure::NoKey)?;
        let known = Arc::new(KnownKey {
            actor: owner.id,
            actor_uri: owner.uri.clone(),
            key,
        });
        self.known_keys.insert(key_id.to_owned(), known.clone());
        Ok(Some(known))
    }

    /// The actor behind the key id of a signed GET: the key's document names its owner, who must list the key.
    pub(super) async fn owner_of_key(&self, key_id: &Url, budget: &Budget) -> Result<Url, Failure> {
        if let Some(known) = self.known_keys.get(key_id.as_str())
            && let Ok(owner) = Url::parse(&known.actor_uri)
        {
            return Ok(owner);
        }
        let mut bare = key_id.clone();
        bare.set_fragment(None);
        if self.is_known(&bare).await? {
            return Ok(bare);
        }
        let (at, body) = self.read(&bare, Accept::ActivityPub, budget).await?;
        if let Ok(actor) = IncomingActor::parse(&body)
            && actor.id == at
        {
            return Ok(actor.id);
        }
        let keys = Keys::parse_document(&body)?;
        let owner = keys
            .pem
            .iter()
            .find(|key| key.id == *key_id)
            .and_then(|key| key.owner.clone());
        owner
            .filter(|owner| same_origin(owner, key_id))
            .ok_or(Failure::NoKey)
    }
}
