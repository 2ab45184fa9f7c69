//! Polls: sending new counts, and telling that they are over.

use anyhow::Context as _;
use async_trait::async_trait;

use crate::app::App;
use crate::domain::clock::Timestamp;
use crate::domain::ids::PostId;
use crate::services::poll;

use super::queue::{Job, JobError};

/// Tells that a poll is over.
pub(super) struct ClosePoll;

#[async_trait]
impl Job for ClosePoll {
    fn kind(&self) -> &'static str {
        poll::CLOSE
    }

    async fn run(&self, app: &App, payload: &str) -> Result<(), JobError> {
        let (post, end) = parts(payload)?;
        // The last counts of another server, where they can be had.
        if let Err(error) = app
            .federation
            .refresh_poll(post, &app.federation.budget())
            .await
        {
            tracing::debug!(%error, "the last counts of a poll could not be read");
        }
        Ok(poll::close(&app.ctx, post, Timestamp::from_micros(end)).await?)
    }
}

/// Sends the counts of a poll as they are now.
pub(super) struct SharePollTotals;

#[async_trait]
impl Job for SharePollTotals {
    fn kind(&self) -> &'static str {
        poll::SHARE
    }

    async fn run(&self, app: &App, payload: &str) -> Result<(), JobError> {
        let (post, _) = parts(payload)?;
        Ok(poll::share(&app.ctx, post).await?)
    }
}

fn parts(payload: &str) -> Result<(PostId, i64), JobError> {
    let (post, number) = payload.split_once('/').context("two numbers")?;
    Ok((post.parse()?, number.parse()?))
}
