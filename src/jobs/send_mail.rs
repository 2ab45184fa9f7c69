//! Sending a mail.

use anyhow::Context as _;
use async_trait::async_trait;

use crate::app::App;
use crate::services::mails;

use super::{Job, JobError};

/// Sends the mail that a row asks for.
pub(super) struct SendMail;

#[async_trait]
impl Job for SendMail {
    fn kind(&self) -> &'static str {
        mails::JOB
    }

    async fn run(&self, app: &App, payload: &str) -> Result<(), JobError> {
        let notice = serde_json::from_str(payload).context("the row cannot be read")?;
        let site = &app.config.instance.name;
        let Some(mail) = mails::write(&app.ctx, site, &notice).await? else {
            return Ok(());
        };
        match app.mailer.send(app.ctx.id(), &mail).await {
            Err(error) if error.is_final() => {
                tracing::info!(%error, mail.subject = %mail.subject, "a mail cannot be delivered; it is given up");
                Ok(())
            }
            other => Ok(other?),
        }
    }
}
