//! Looking whether the authors of quoted posts agree.

use async_trait::async_trait;

use crate::app::App;
use crate::domain::ids::QuoteId;
use crate::services::quote;

use super::queue::{Job, JobError};

/// Looks at one quote; the payload is its key.
pub(super) struct VerifyQuote;

#[async_trait]
impl Job for VerifyQuote {
    fn kind(&self) -> &'static str {
        quote::VERIFY
    }

    async fn run(&self, app: &App, payload: &str) -> Result<(), JobError> {
        let id: QuoteId = payload.parse()?;
        let federation = &app.federation;
        match federation.verify_quote(id, &federation.budget()).await {
            Err(failure) if failure.is_temporary() => Err(failure.into()),
            Err(failure) => {
                tracing::debug!(%failure, "a quote stays a link");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}
