//! Sending a push message.

use anyhow::{Context as _, bail};
use async_trait::async_trait;

use crate::app::App;
use crate::push::Outcome;
use crate::services::push;

use super::{Job, JobError};

/// Sends the message that a row asks for. What fails is tried again until it is too late to tell.
pub(super) struct SendPush;

#[async_trait]
impl Job for SendPush {
    fn kind(&self) -> &'static str {
        push::JOB
    }

    async fn run(&self, app: &App, payload: &str) -> Result<(), JobError> {
        let waiting = serde_json::from_str(payload).context("the row cannot be read")?;
        let Some((subscription, message)) = push::write(&app.ctx, waiting).await? else {
            return Ok(());
        };
        let now = app.ctx.now();
        match app
            .pusher
            .send(&subscription.receiver, &message, now)
            .await?
        {
            Outcome::Taken => Ok(()),
            Outcome::Gone => Ok(push::forget(&app.ctx, subscription.id).await?),
            Outcome::Refused => {
                tracing::info!(subscription.id = %subscription.id, "a push service refused a message; it is given up");
                Ok(())
            }
            Outcome::Later => bail!("the push service does not take it now"),
        }
    }
}
