//! The inbox: from a request to a promise (a stored row and 202), and from the promise to its effect.
//!
//! Before answering: caps, signature, key owner, origin and ownership rules, blocks. Where nothing has to be fetched and
//! nothing of the actor waits, the effect is in the transaction that stores it. All others get theirs afterwards, in
//! `worker`, for each actor in order: fetch what is needed, then one transaction with the effect and the mark that it is
//! done.

mod admit;
mod intake;
mod lanes;
mod rates;
mod waiting;
mod worker;

use std::fmt::Write as _;
use std::time::Duration;

use http::HeaderMap;
use sha2::{Digest, Sha256};
use url::Url;

use crate::domain::authority;
use crate::domain::ids::InboxItemId;
use crate::domain::uris::authority as host_and_port;
use crate::store::inbox_items::{InboxItem, Inserted};
use crate::store::{self, hosts};
use crate::wire::activitystreams::activity::IncomingActivity;
use crate::wire::activitystreams::{Shape, check_shape};

use super::activities::work;
use super::signatures::{Here, Presented, RequestParts, SignatureError};
use super::{Failure, Federation};

use intake::Arriving;
pub(super) use intake::Intake;
pub use rates::Rates;
pub use waiting::Waiting;
pub use worker::Worker;

/// A POST to an inbox, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Path and query as on the wire.
    pub target: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// What becomes of it.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Receipt {
    /// Stored durably; its effect follows.
    Accepted,
    /// Known already, or of no concern here. Answered like `Accepted`.
    Ignored,
}

/// Why it is not taken. `Display` is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    #[error("malformed: {0}")]
    Malformed(&'static str),
    #[error("not signed as it must be: {0}")]
    Unsigned(#[from] SignatureError),
    #[error("the key is not the actor's")]
    ForeignKey,
    #[error("the signer cannot be read")]
    NoSigner(#[source] Failure),
    #[error("refused: {0}")]
    Refused(#[from] authority::Breach),
    #[error("too much at once")]
    TooMany { retry_after: Duration },
    #[error("too much waits already")]
    Full { retry_after: Duration },
    #[error("the signer cannot be read now")]
    TryLater(#[source] Failure),
    #[error("the database failed")]
    Store(#[from] store::Error),
}

impl Rejected {
    /// The HTTP status, and after how many seconds to try again.
    #[must_use]
    pub fn status(&self) -> (u16, Option<u64>) {
        match self {
            Rejected::Malformed(_) => (400, None),
            Rejected::Unsigned(error) => (error.status().as_u16(), None),
            Rejected::ForeignKey
            | Rejected::NoSigner(_)
            | Rejected::Refused(authority::Breach::SignerIsNotActor) => (401, None),
            Rejected::Refused(_) => (403, None),
            Rejected::TooMany { retry_after } => (429, Some(retry_after.as_secs().max(1))),
            Rejected::Full { retry_after } => (503, Some(retry_after.as_secs())),
            Rejected::TryLater(_) => (503, Some(60)),
            Rejected::Store(_) => (503, Some(5)),
        }
    }
}

/// Kinds that some servers send without an id.
const WITHOUT_ID: [&str; 4] = ["Accept", "Reject", "Undo", "Delete"];
const WIDTH: usize = 10_000;

impl Federation {
    /// Takes a POST to an inbox.
    ///
    /// # Errors
    /// See [`Rejected`]; nothing is stored then.
    pub async fn receive(&self, delivery: Delivery<'_>) -> Result<Receipt, Rejected> {
        let presented = self.presented("POST", delivery)?;
        self.waiting.admit(&self.ctx.store).await?;
        let depth = self.ctx.limits.json_depth;
        check_shape(
            delivery.body,
            Shape {
                depth,
                width: WIDTH,
            },
        )
        .ok()
        .ok_or(Rejected::Malformed("nesting"))?;
        let activity = IncomingActivity::parse(delivery.body)
            .ok()
            .ok_or(Rejected::Malformed("no activity"))?;
        let host = host_and_port(&activity.actor).ok_or(Rejected::Malformed("actor"))?;
        if self.ctx.uris.is_local(&activity.actor) {
            return Err(Rejected::ForeignKey);
        }
        let key = key(&activity, delivery.body).ok_or(Rejected::Malformed("no id"))?;
        if self.ctx.rules.get().is_blocked(&host) {
            return Ok(Receipt::Ignored);
        }
        if !self.authenticate(&presented, &activity).await? {
            return Ok(Receipt::Ignored);
        }
        self.rates
            .spend(&host, self.ctx.now())
            .map_err(|retry_after| Rejected::TooMany { retry_after })?;
        authority::any(&activity.actor, &activity.actor, activity.id.as_ref())?;
        admit::check(&self.ctx.uris, &activity)?;
        let body = std::str::from_utf8(delivery.body)
            .ok()
            .ok_or(Rejected::Malformed("UTF-8"))?;
        self.store_item(activity, key, (&host, body)).await
    }

    fn presented(&self, method: &str, delivery: Delivery<'_>) -> Result<Presented, SignatureError> {
        let uris = &self.ctx.uris;
        let parts = RequestParts {
            method,
            target: delivery.target,
            headers: delivery.headers,
            body: delivery.body,
        };
        Presented::read(
            &parts,
            &Here {
                scheme: uris.scheme(),
                host: uris.domain(),
            },
            self.ctx.now(),
        )
    }

    /// `false` when the activity is about an actor that is gone and was never known here.
    async fn authenticate(
        &self,
        presented: &Presented,
        activity: &IncomingActivity,
    ) -> Result<bool, Rejected> {
        let departs = activity.kind == "Delete" && activity.object_id() == Some(&activity.actor);
        if departs && !self.is_known(&activity.actor).await.map_err(sorted)? {
            return Ok(false);
        }
        match self
            .signed_by(presented, &activity.actor, &self.budget())
            .await
        {
            Ok(true) => Ok(true),
            Ok(false) => Err(Rejected::ForeignKey),
            // Its document is gone already: then nothing it could say matters but that.
            Err(failure) if failure.is_gone() && departs => Ok(false),
            Err(failure) => Err(sorted(failure)),
        }
    }

    async fn store_item(
        &self,
        activity: IncomingActivity,
        key: String,
        (host, body): (&str, &str),
    ) -> Result<Receipt, Rejected> {
        let now = self.ctx.now();
        let item = InboxItem {
            id: InboxItemId(self.ctx.id()),
            actor_uri: activity.actor.to_string(),
            key,
            body: body.to_owned(),
            received_at: now,
            attempts: 0,
        };
        let meaning = Box::pin(work::at_hand(self, &activity)).await;
        let arrival = Arriving {
            item,
            host: host.to_owned(),
            activity,
            meaning,
        };
        let inserted = self.intake.store(arrival).await?;
        self.hear_from(host).await?;
        Ok(match inserted {
            Inserted::New | Inserted::Armed => Receipt::Accepted,
            Inserted::Known => Receipt::Ignored,
        })
    }

    /// A verified contact revives a host that was given up. Asked at most once a second for each host.
    async fn hear_from(&self, host: &str) -> store::Result<()> {
        if self.heard.contains_key(host) {
            return Ok(());
        }
        self.heard.insert(host.to_owned(), ());
        let now = self.ctx.now();
        let mut reader = self.ctx.store.reader().await?;
        let troubled = hosts::is_troubled(&mut reader, host, now).await?;
        drop(reader);
        if troubled {
            self.ctx
                .store
                .transaction(async |tx| hosts::heard_from(tx, host, now).await)
                .await?;
            self.ctx.wake.deliveries.notify_one();
        }
        Ok(())
    }

    /// Who signed a GET: the owner of the key, whose document lists it.
    ///
    /// # Errors
    /// When the key cannot be had, or does not fit.
    pub async fn owner_of_signature(&self, presented: &Presented) -> Result<Url, Rejected> {
        let key_id = Url::parse(presented.key_id())
            .ok()
            .ok_or(Rejected::ForeignKey)?;
        let budget = self.budget();
        let owner = self.owner_of_key(&key_id, &budget).await.map_err(sorted)?;
        if self
            .signed_by(presented, &owner, &budget)
            .await
            .map_err(sorted)?
        {
            Ok(owner)
        } else {
            Err(Rejected::ForeignKey)
        }
    }
}

/// The part of a failure that decides the answer: try again, or not.
fn sorted(failure: Failure) -> Rejected {
    match failure {
        Failure::Store(error) => Rejected::Store(error),
        failure if failure.is_temporary() => Rejected::TryLater(failure),
        failure => Rejected::NoSigner(failure),
    }
}

/// What a second copy is recognised by: the id, or where there is none a hash of actor and body.
fn key(activity: &IncomingActivity, body: &[u8]) -> Option<String> {
    if let Some(id) = &activity.id {
        return Some(id.to_string());
    }
    if !WITHOUT_ID.contains(&activity.kind.as_str()) {
        return None;
    }
    let mut hash = Sha256::new();
    hash.update(activity.actor.as_str().as_bytes());
    hash.update([0]);
    hash.update(body);
    Some(
        hash.finalize()
            .iter()
            .fold(String::from("sha256:"), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            }),
    )
}
