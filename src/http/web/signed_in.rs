//! Who looks at a page: the person whose browser is logged in, or a stranger.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::app::App;
use crate::auth::form::form_token;
use crate::auth::token::Token;
use crate::domain::actor::Role;
use crate::domain::ids::ActorId;
use crate::http::extract::cookies::Cookie;
use crate::http::{AppState, HttpError};
use crate::services::StoreError;
use crate::services::session::{self, Visit};

use super::PageError;
use super::links::log_in_page;

/// The person whose browser is logged in; as an extractor it sends everybody else to the log-in page, and from there
/// back again.
///
/// Forms that it is shown carry [`SignedIn::form_token`] in the hidden field `form_token`.
#[derive(Debug, Clone)]
pub struct SignedIn {
    visit: Arc<Visit>,
    form_token: String,
}

/// Whoever looks at a page that strangers see too.
#[derive(Debug, Clone, Default)]
pub struct Viewer(Option<SignedIn>);

impl SignedIn {
    /// `cookie` is what the browser proved itself with.
    #[must_use]
    pub fn new(visit: Visit, cookie: &Token) -> SignedIn {
        SignedIn {
            visit: Arc::new(visit),
            form_token: form_token(cookie.expose()),
        }
    }

    /// What forms on a page for this person carry.
    #[must_use]
    pub fn form_token(&self) -> &str {
        &self.form_token
    }

    /// Asks for a role, or one above it.
    ///
    /// # Errors
    /// [`PageError::Forbidden`] for whoever has not got it.
    pub fn require(&self, role: Role) -> Result<(), PageError> {
        let rank = |role| Role::ALL.iter().position(|other| *other == role);
        if rank(self.role) >= rank(role) {
            Ok(())
        } else {
            Err(PageError::Forbidden)
        }
    }
}

impl Deref for SignedIn {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl Viewer {
    /// Whose eyes a page is for.
    #[must_use]
    pub fn id(&self) -> Option<ActorId> {
        self.0.as_ref().map(|who| who.actor.id)
    }

    /// The person, if it is no stranger.
    #[must_use]
    pub fn signed_in(&self) -> Option<&SignedIn> {
        self.0.as_ref()
    }

    /// Whoever sent these headers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(app: &App, headers: &HeaderMap) -> Result<Viewer, StoreError> {
        match Cookie::Session.read(headers, app.config.instance.scheme) {
            Some(cookie) => Viewer::with(app, &cookie).await,
            None => Ok(Viewer::default()),
        }
    }

    /// Whoever holds `cookie`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn with(app: &App, cookie: &Token) -> Result<Viewer, StoreError> {
        let visit = session::by_cookie(&app.ctx, &cookie.hash()).await?;
        Ok(Viewer(visit.map(|visit| SignedIn::new(visit, cookie))))
    }
}

impl From<SignedIn> for Viewer {
    fn from(who: SignedIn) -> Viewer {
        Viewer(Some(who))
    }
}

impl FromRequestParts<AppState> for Viewer {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        if let Some(known) = parts.extensions.get::<Viewer>() {
            return Ok(known.clone());
        }
        let viewer = Viewer::of(app, &parts.headers).await?;
        parts.extensions.insert(viewer.clone());
        Ok(viewer)
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let viewer = Viewer::from_request_parts(parts, app).await;
        match viewer {
            Ok(Viewer(Some(who))) => Ok(who),
            Ok(Viewer(None)) => {
                let wanted = parts.uri.path_and_query().map(ToString::to_string);
                // What was sent in a form is lost: coming back to where it was sent makes no sense.
                let next = wanted.filter(|_| parts.method.is_safe());
                let page = log_in_page(next.as_deref());
                Err(Redirect::to(&page).into_response())
            }
            Err(error) => Err(error.into_response()),
        }
    }
}
