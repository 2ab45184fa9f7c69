//! Fetching documents of other servers: signed by the instance actor, believed only where they were read.

use std::time::Duration;

use bytes::Bytes;
use url::Url;

use crate::net::{Accept, Budget, FetchError, SignRequest};
use crate::store;
use crate::wire::activitystreams::ParseError;

use super::Federation;
use super::knock::Knock;

/// Why something from another server cannot be had or used.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("fetching it failed: {}", .0.reason())]
    Fetch(#[from] FetchError),
    #[error("its document cannot be read")]
    Unreadable(#[from] ParseError),
    #[error("the document at this address has another id")]
    AnotherId,
    #[error("its server is blocked here")]
    Blocked,
    #[error("its inbox is on another origin")]
    ForeignInbox,
    #[error("it names no key that can be used")]
    NoKey,
    #[error("it belongs to this server")]
    Ours,
    #[error("it is not of a kind that is understood here")]
    WrongKind,
    #[error("it lately could not be fetched")]
    FailedLately,
    #[error("its handle leads to somebody else")]
    HandleElsewhere,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

impl Failure {
    /// Whether the same may succeed later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Failure::Fetch(error) => error.is_temporary(),
            Failure::FailedLately | Failure::Store(_) => true,
            _ => false,
        }
    }

    /// The other side says that it is gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(
            self,
            Failure::Fetch(FetchError::Gone | FetchError::NotFound)
        )
    }
}

/// How long an address that failed is left alone.
const REST: Duration = Duration::from_mins(5);

impl Federation {
    /// Fetches `url` with its body, following redirects. The answer says where it was finally read.
    pub(super) async fn read(
        &self,
        url: &Url,
        accept: Accept,
        budget: &Budget,
    ) -> Result<(Url, Bytes), Failure> {
        if self.ctx.uris.is_local(url) {
            return Err(Failure::Ours);
        }
        if url
            .host_str()
            .is_some_and(|host| self.ctx.rules.get().is_blocked(host))
        {
            return Err(Failure::Blocked);
        }
        let now = self.ctx.now();
        if self.client.failures().holds(url.as_str(), now) {
            return Err(Failure::FailedLately);
        }
        let knock = Knock::new(&self.instance, &self.generations, now);
        let sign: Option<&dyn SignRequest> = if accept == Accept::ActivityPub {
            Some(&knock)
        } else {
            None
        };
        // Rare and large: kept out of the futures of those who call.
        match Box::pin(self.client.get(url, accept, sign, budget)).await {
            Ok(fetched) => Ok((fetched.final_url, fetched.body)),
            Err(error) => {
                if !matches!(error, FetchError::Busy | FetchError::BudgetSpent) {
                    self.client
                        .failures()
                        .remember(url.as_str(), now.plus(self.ctx.scale.apply(REST)));
                }
                Err(error.into())
            }
        }
    }

    /// Fetches a document and believes it only where its id is the address it was read from, if need be after reading
    /// it once more at its id.
    pub(super) async fn document<T>(
        &self,
        url: &Url,
        budget: &Budget,
        parse: impl Fn(&[u8]) -> Result<(Url, T), ParseError>,
    ) -> Result<T, Failure> {
        let mut url = url.clone();
        for _ in 0..2 {
            let (at, body) = self.read(&url, Accept::ActivityPub, budget).await?;
            let (id, document) = parse(&body)?;
            if without_fragment(&id) == without_fragment(&at) {
                return Ok(document);
            }
            url = id;
        }
        Err(Failure::AnotherId)
    }
}

fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}
