//! Quotes, and who may quote and answer.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::PostId;
use crate::domain::interaction::{Openness, Policy};
use crate::services::quote::{self, QuoteError};
use crate::services::{post, reading};

use super::auth::{SignedIn, Viewer};
use super::body::{Body, Id, Ids};
use super::entities::status::Status;
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::shapes;
use super::paging::{Listing, Paged};
use super::{Api, statuses, timelines};

/// Who may do what with a post, as an app says it.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = InteractionPolicy)]
pub(super) struct AskedOpenness {
    /// Who may quote it.
    #[schema(schema_with = shapes::wish::<Openness>)]
    quote_approval_policy: Option<String>,
    /// Who may answer it; our own.
    #[schema(schema_with = shapes::wish::<Openness>)]
    reply_approval_policy: Option<String>,
}

impl AskedOpenness {
    /// What stood before, with what is said now.
    pub(super) fn onto(self, before: Policy) -> ApiResult<Policy> {
        let quote = read(
            "quote_approval_policy",
            self.quote_approval_policy.as_deref(),
        )?;
        let answer = read(
            "reply_approval_policy",
            self.reply_approval_policy.as_deref(),
        )?;
        Ok(Policy {
            quote: quote.map(Into::into).or(before.quote),
            answer: answer.map(Into::into).or(before.answer),
            ..before
        })
    }
}

fn read(field: &'static str, word: Option<&str>) -> ApiResult<Option<Openness>> {
    match word {
        None | Some("") => Ok(None),
        Some(word) => Openness::parse(word).map(Some).ok_or_else(|| {
            let known = "it is public, followers or nobody";
            ApiError::field(field, Wrong::Invalid, known)
        }),
    }
}

/// `GET /api/v1/statuses/:id/quotes`
pub(super) async fn list_status_quotes(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let quoted = statuses::original(&api, viewer, id).await?.post.id;
    let found = reading::quoting(&api.ctx, viewer, quoted, paged.page).await?;
    timelines::answer(&api, &paged, timelines::whole(found)).await
}

/// `POST /api/v1/statuses/:id/quotes/:quoting/revoke`: answers the quoting post
pub(super) async fn revoke_status_quote(
    State(api): State<Api>,
    who: SignedIn,
    Ids(quoted, quoting): Ids<PostId, PostId>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Statuses))?;
    let view = statuses::find(&api, Some(who.actor.id), quoting).await?;
    quote::revoke(&api.ctx, &who.actor, quoted, view.post.id).await?;
    let view = statuses::find(&api, Some(who.actor.id), quoting).await?;
    statuses::shown(&api, &view).await
}

/// `PUT /api/v1/statuses/:id/interaction_policy`
pub(super) async fn update_interaction_policy(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
    Body(asked): Body<AskedOpenness>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Statuses))?;
    let before = statuses::find(&api, Some(who.actor.id), id).await?.post;
    let policy = asked.onto(before.policy)?;
    post::set_policy(&api.ctx, &who.actor, id, policy).await?;
    let view = statuses::find(&api, Some(who.actor.id), id).await?;
    statuses::shown(&api, &view).await
}

impl From<QuoteError> for ApiError {
    fn from(error: QuoteError) -> Self {
        match error {
            QuoteError::NoSuchQuote => ApiError::NotFound,
            QuoteError::Store(inner) => inner.into(),
        }
    }
}
