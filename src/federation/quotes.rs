//! Looking whether the author of a quoted post agrees.

use url::Url;

use crate::domain::ids::QuoteId;
use crate::domain::uris::same_origin;
use crate::net::Budget;
use crate::services::quote;
use crate::store::{actors, posts};
use crate::wire::activitystreams::interaction::IncomingAuthorization;

use super::resolve::Found;
use super::{Failure, Federation};

impl Federation {
    /// Reads what a received post quotes, and what is to prove that its author agrees. Where that does not hold, the quote
    /// stays a link.
    ///
    /// # Errors
    /// When one of the two cannot be fetched.
    pub async fn verify_quote(&self, id: QuoteId, budget: &Budget) -> Result<(), Failure> {
        let Some(found) = quote::unverified(&self.ctx, id).await? else {
            return Ok(());
        };
        let Ok(uri) = found.quoted_uri.parse::<Url>() else {
            return Ok(());
        };
        let Found::Post(quoted) = Box::pin(self.object(&uri, budget)).await? else {
            return Err(Failure::WrongKind);
        };
        let mut reader = self.ctx.store.reader().await?;
        let post = posts::find(&mut reader, quoted).await?;
        let author = match &post {
            Some(post) => actors::find(&mut reader, post.author).await?,
            None => None,
        };
        drop(reader);
        let Some(author) = author.filter(|author| !author.local) else {
            return Ok(());
        };
        let agreed = author.id == found.author
            || match found.authorization.as_deref().map(Url::parse) {
                Some(Ok(at)) => {
                    let quoting = (author.uri.as_str(), found.post_uri.as_str());
                    self.allows(&at, quoting, &found.quoted_uri, budget).await?
                }
                _ => false,
            };
        if agreed {
            quote::confirm(&self.ctx, &found, quoted).await?;
        }
        Ok(())
    }

    /// Whether what stands at `at` says that the author agrees. Only the author's own server can say so.
    async fn allows(
        &self,
        at: &Url,
        (author, quoting): (&str, &str),
        quoted: &str,
        budget: &Budget,
    ) -> Result<bool, Failure> {
        let theirs = author
            .parse::<Url>()
            .is_ok_and(|author| same_origin(at, &author));
        if !theirs {
            return Ok(false);
        }
        let read = self.document(at, budget, |bytes| {
            let document = IncomingAuthorization::parse(bytes)?;
            Ok((document.id.clone(), document))
        });
        match read.await {
            Ok(document) => Ok(document.allows(author, quoting, quoted)),
            Err(failure) if failure.is_temporary() => Err(failure),
            Err(_) => Ok(false),
        }
    }
}
