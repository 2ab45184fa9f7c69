//! What one does with posts and people from their pages: like, boost, keep; follow and answer who asks to follow.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect};

use super::compose::seen;
use super::links::actor_page;
use super::pages::{PageError, PageResult};
use super::signed_in::{SignedIn, Viewer};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{ActorId, PostId};
use crate::domain::interaction::Verdict;
use crate::http::AppState;
use crate::services::follow::{self, FollowError};
use crate::services::keep::{self, KeepError};
use crate::services::reaction::{self, ReactionError};
use crate::services::reading::{self, PostView};

/// What somebody who is logged in can do with a post.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a button on the page"
)]
pub(super) struct Tools {
    pub(super) form_token: String,
    pub(super) liked: bool,
    /// `None` where it cannot be boosted.
    pub(super) boosted: Option<bool>,
    /// It can be shown with a post of one's own.
    pub(super) quotable: bool,
    pub(super) kept: bool,
    pub(super) own: bool,
    /// Its text can be changed on a page.
    pub(super) editable: bool,
}

impl Tools {
    pub(super) fn of(viewer: &Viewer, view: &PostView) -> Option<Tools> {
        let who = viewer.signed_in()?;
        Some(Tools {
            form_token: who.form_token().to_owned(),
            liked: view.liked,
            boosted: view.post.audience.is_public().then_some(view.reblogged),
            quotable: view.quotable.viewer.is_some_and(|v| v != Verdict::Refused),
            kept: view.marks.bookmarked,
            own: view.post.author == who.actor.id,
            editable: view.post.author == who.actor.id && view.poll.is_none(),
        })
    }
}

impl From<ReactionError> for PageError {
    fn from(error: ReactionError) -> Self {
        match error {
            ReactionError::Store(error) => error.into(),
            _ => PageError::NotFound,
        }
    }
}

impl From<KeepError> for PageError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Store(error) => error.into(),
            _ => PageError::NotFound,
        }
    }
}

impl From<FollowError> for PageError {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Store(error) => error.into(),
            _ => PageError::Forbidden,
        }
    }
}

/// `POST /posts/{id}/{deed}`
pub(super) async fn react(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, deed)): Path<(PostId, String)>,
) -> PageResult {
    let ctx = &app.ctx;
    let post = seen(&app, &who, id).await?.post.id;
    match deed.as_str() {
        "like" => reaction::like(ctx, &who.actor, post).await?,
        "unlike" => reaction::unlike(ctx, &who.actor, post).await?,
        "boost" => {
            reaction::boost(ctx, &who.actor, post).await?;
        }
        "unboost" => reaction::unboost(ctx, &who.actor, post).await?,
        "keep" => keep::bookmark(ctx, &who.actor, post, true).await?,
        "unkeep" => keep::bookmark(ctx, &who.actor, post, false).await?,
        _ => return Err(PageError::NotFound),
    }
    Ok(Redirect::to(&format!("/posts/{post}")).into_response())
}

/// What is no deed is not there, in whatever way it is asked for.
pub(super) async fn nothing() -> PageError {
    PageError::NotFound
}

/// What somebody who is logged in can do with a person or group.
#[derive(Debug, Clone)]
pub(super) struct Bond {
    pub(super) form_token: String,
    pub(super) actor: ActorId,
    /// Following it is being a member.
    pub(super) is_group: bool,
    /// Follows, or has asked to.
    pub(super) follows: bool,
    pub(super) asked: bool,
}

impl Bond {
    /// `None` for strangers, and of oneself.
    pub(super) async fn of(
        app: &App,
        viewer: &Viewer,
        actor: &Actor,
    ) -> Result<Option<Bond>, PageError> {
        let Some(who) = viewer.signed_in().filter(|who| who.actor.id != actor.id) else {
            return Ok(None);
        };
        let found = reading::relationships(&app.ctx, who.actor.id, &[actor.id]).await?;
        Ok(found.first().map(|bond| Bond {
            form_token: who.form_token().to_owned(),
            actor: actor.id,
            is_group: actor.is_group(),
            follows: bond.following,
            asked: bond.requested,
        }))
    }
}

/// `POST /actors/{id}/{deed}`
pub(super) async fn meet(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, deed)): Path<(ActorId, String)>,
) -> PageResult {
    let ctx = &app.ctx;
    let actor = reading::actor(ctx, id).await?.ok_or(PageError::NotFound)?;
    match deed.as_str() {
        "follow" => {
            follow::follow(ctx, &who.actor, &actor).await?;
        }
        "unfollow" => follow::unfollow(ctx, &who.actor, &actor).await?,
        "accept" | "refuse" => {
            follow::answer(ctx, &who.actor, actor.id, deed == "accept").await?;
            return Ok(Redirect::to("/notifications").into_response());
        }
        _ => return Err(PageError::NotFound),
    }
    Ok(Redirect::to(&actor_page(&actor)).into_response())
}
