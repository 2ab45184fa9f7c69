//! How a fetch is signed: in the generation that its host is known to accept; where that is refused, as the refusal
//! asks, or in the other generation.

use async_trait::async_trait;
use http::{HeaderMap, Method};
use tokio::sync::{Mutex, OwnedMutexGuard};
use url::Url;

use super::generations::Generations;
use super::signatures::{Generation, Signer, Unsigned, Wish};
use crate::domain::clock::Timestamp;
use crate::domain::uris::authority;
use crate::net::{Refusal, SignRequest};

/// The signatures of one fetch.
pub(super) struct Knock<'a> {
    signer: &'a Signer,
    generations: &'a Generations,
    now: Timestamp,
    hop: Mutex<Hop>,
}

/// What is known of the hop that is being asked.
#[derive(Default)]
struct Hop {
    known: Option<Generation>,
    second: Option<Second>,
}

/// A second signature on its way.
struct Second {
    generation: Generation,
    /// Others that are in doubt about this host wait for what comes of it.
    _turn: OwnedMutexGuard<()>,
}

impl<'a> Knock<'a> {
    pub(super) fn new(signer: &'a Signer, generations: &'a Generations, now: Timestamp) -> Self {
        Knock {
            signer,
            generations,
            now,
            hop: Mutex::default(),
        }
    }

    /// The other generation, if it is worth a try; `known` is what was known when the first was chosen.
    async fn other(&self, host: &str, status: u16, known: Option<Generation>) -> Option<Second> {
        // A host that refuses what it used to accept with 401 may have changed its mind.
        if known.is_some() && status != 401 {
            return None;
        }
        let used = known.unwrap_or(Generation::Draft);
        let turn = self.generations.turn(host).await;
        let now_known = self.generations.known(host).await;
        let generation = if now_known == known {
            let may_try = self.generations.may_try_fetch(host);
            may_try.then_some(used.other())?
        } else {
            // Found out meanwhile.
            now_known.filter(|generation| *generation != used)?
        };
        Some(Second {
            generation,
            _turn: turn,
        })
    }
}

#[async_trait]
impl SignRequest for Knock<'_> {
    async fn sign_get(&self, url: &Url) -> HeaderMap {
        let host = authority(url).unwrap_or_default();
        let known = self.generations.known(&host).await;
        // What came of an earlier hop has nothing to do with this one.
        *self.hop.lock().await = Hop {
            known,
            second: None,
        };
        // A request that cannot be signed goes out unsigned: many servers answer that as well.
        self.signer
            .sign(known.unwrap_or(Generation::Draft), &get(url), self.now)
            .unwrap_or_default()
    }

    async fn sign_again(&self, url: &Url, refusal: &Refusal) -> Option<HeaderMap> {
        let asked = refusal.accept_signature.as_ref();
        if let Some(wish) = asked.and_then(|value| Wish::read(value.to_str().ok()?))
            && let Ok(headers) = self.signer.sign_as_asked(&get(url), &wish, self.now)
        {
            return Some(headers);
        }
        let mut hop = self.hop.lock().await;
        let host = authority(url)?;
        let second = self.other(&host, refusal.status, hop.known).await?;
        let headers = self
            .signer
            .sign(second.generation, &get(url), self.now)
            .ok()?;
        hop.second = Some(second);
        Some(headers)
    }

    async fn was_taken(&self, url: &Url) {
        let Some(host) = authority(url) else {
            return;
        };
        let hop = std::mem::take(&mut *self.hop.lock().await);
        // Without a second one of ours it was signed as asked, which is RFC 9421.
        let generation = hop
            .second
            .as_ref()
            .map_or(Generation::Rfc9421, |second| second.generation);
        if hop.known != Some(generation) {
            self.generations.remember(&host, generation).await;
        }
    }
}

fn get(url: &Url) -> Unsigned<'_> {
    Unsigned {
        method: &Method::GET,
        url,
        body: None,
    }
}
