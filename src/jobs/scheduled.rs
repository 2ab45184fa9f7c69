//! Publishing posts whose time has come.

use async_trait::async_trait;

use crate::app::App;
use crate::domain::ids::ScheduledId;
use crate::services::{reading, scheduled};
use crate::text::markdown;

use super::queue::{Job, JobError};

/// Publishes one waiting post; the payload is its key.
pub(super) struct PublishScheduledPost;

#[async_trait]
impl Job for PublishScheduledPost {
    fn kind(&self) -> &'static str {
        scheduled::JOB
    }

    async fn run(&self, app: &App, payload: &str) -> Result<(), JobError> {
        let ctx = &app.ctx;
        let id: ScheduledId = payload.parse()?;
        let Some((post, author)) = scheduled::due(ctx, id).await? else {
            return Ok(());
        };
        // Who is named was looked up when the post was written; nothing is fetched now.
        let mut mentioned = Vec::new();
        for mention in markdown::mentions(&post.params.text) {
            let acct = match &mention.host {
                Some(host) => format!("{}@{host}", mention.user),
                None => mention.user.clone(),
            };
            mentioned.extend(reading::find_actor(ctx, &acct).await?);
        }
        scheduled::publish(ctx, &author, &post, mentioned).await?;
        Ok(())
    }
}
