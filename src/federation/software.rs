//! What software other servers run, as their NodeInfo says: it decides in which rendering they are sent activities.
//!
//! Nothing else depends on it, and it proves nothing: whoever lies gets what they asked for.

use std::time::Duration;

use url::Url;

use crate::domain::uris::same_origin;
use crate::net::Accept;
use crate::store::hosts;
use crate::wire::nodeinfo::{NodeInfo, NodeInfoLinks};

use super::resolve::scheme_of;
use super::{Failure, Federation};

/// How long an answer counts.
const FRESH: Duration = Duration::from_hours(7 * 24);
/// How long a server that did not answer is left alone.
const REST: Duration = Duration::from_hours(24);
/// Servers asked in one round.
const AT_ONCE: i64 = 10;

impl Federation {
    /// Asks servers that we deliver to, and that answer, what they run, if that is not known or was read long ago; at
    /// most ten. Returns how many were asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn learn_software(&self) -> Result<usize, Failure> {
        let before = self.ctx.now().minus(FRESH);
        let mut reader = self.ctx.store.reader().await?;
        let unknown = hosts::list_unread(&mut reader, before, AT_ONCE).await?;
        drop(reader);
        for host in &unknown {
            match self.software_of(host).await {
                Ok(info) => self.keep(host, &info).await?,
                Err(Failure::Store(error)) => return Err(Failure::Store(error)),
                Err(failure) => {
                    tracing::debug!(peer.domain = host, %failure, "a server does not say what it runs");
                    self.leave_alone(host).await?;
                }
            }
        }
        Ok(unknown.len())
    }

    /// What `host` (with its port, if it has one) says of itself. Only documents on its own origin count.
    async fn software_of(&self, host: &str) -> Result<NodeInfo, Failure> {
        let budget = self.client.budget();
        let start = format!("{}://{host}/.well-known/nodeinfo", scheme_of(host));
        let start: Url = start.parse().ok().ok_or(Failure::WrongKind)?;
        let (_, body) = self.read(&start, Accept::Json, &budget).await?;
        let links = NodeInfoLinks::parse(&body)?;
        let document = links
            .document()
            .filter(|document| same_origin(document, &start))
            .ok_or(Failure::WrongKind)?;
        let (_, body) = self.read(document, Accept::Json, &budget).await?;
        Ok(NodeInfo::parse(&body)?)
    }

    async fn keep(&self, host: &str, info: &NodeInfo) -> Result<(), Failure> {
        let now = self.ctx.now();
        let software = info.software.as_deref();
        let software = software.map(|name| (name, info.version.as_deref().unwrap_or_default()));
        let kept = self
            .ctx
            .store
            .transaction(async |tx| hosts::remember_software(tx, host, software, now).await);
        Ok(kept.await?)
    }

    /// What was known stays; it is asked again in a day.
    async fn leave_alone(&self, host: &str) -> Result<(), Failure> {
        let as_if = self.ctx.now().minus(FRESH).plus(REST);
        let kept = self
            .ctx
            .store
            .transaction(async |tx| hosts::put_off_software(tx, host, as_if).await);
        Ok(kept.await?)
    }
}
