//! Asking other servers how their polls stand.

use url::Url;

use crate::domain::ids::PostId;
use crate::net::Budget;
use crate::services::incoming::{self, IncomingError};
use crate::services::poll;

use super::resolve::failed;
use super::{Failure, Federation, objects};

impl Federation {
    /// Reads a poll of another server again, unless that was done lately.
    ///
    /// # Errors
    /// When it cannot be fetched, or is somebody else's there.
    pub async fn refresh_poll(&self, post: PostId, budget: &Budget) -> Result<(), Failure> {
        let ctx = &self.ctx;
        let Some(stored) = poll::stale(ctx, post).await? else {
            return Ok(());
        };
        let uri: Url = stored.uri.parse().ok().ok_or(Failure::WrongKind)?;
        let object = self.read_object(&uri, budget).await?;
        let owner = object.author().ok_or(Failure::WrongKind)?;
        let author = self.actor(owner, budget).await?;
        if author.id != stored.author {
            return Err(Failure::WrongKind);
        }
        let named = self.named(&author, &object).await?;
        let received = objects::note::read_edit(ctx, &author, &object, named);
        let kept: Result<(), IncomingError> = ctx
            .transact(async |tx| incoming::receive_edit(ctx, tx, &received).await)
            .await;
        kept.map_err(failed)
    }
}
