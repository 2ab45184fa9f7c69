//! Uploading pictures and describing them.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::MediaId;
use crate::domain::media::{Attachment, Focus};
use crate::media::{PictureError, Wanted};
use crate::services::media::{self, Description, MediaError};

use super::Api;
use super::auth::SignedIn;
use super::body::{Body, Id, Upload, WithFiles};
use super::entities::Nothing;
use super::entities::media::MediaAttachment;
use super::error::{ApiError, ApiResult, Wrong};

/// What is said of a picture.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = MediaDescription)]
pub(super) struct Asked {
    description: Option<String>,
    focus: Option<String>,
}

impl WithFiles for Asked {
    const FILES: &'static [&'static str] = &["file"];
    const NEEDED: bool = true;
}

impl Asked {
    fn read(self) -> ApiResult<Description> {
        description(self.description, self.focus.as_deref())
    }
}

/// What is said of a picture, from its parameters.
///
/// # Errors
/// A field error for a focus that is none.
pub(super) fn description(alt: Option<String>, focus: Option<&str>) -> ApiResult<Description> {
    let focus = match focus {
        None | Some("") => None,
        Some(text) => Some(Focus::parse(text).ok_or_else(|| {
            let form = "a focus is two numbers, like 0.5,-0.25";
            ApiError::field("focus", Wrong::Invalid, form)
        })?),
    };
    Ok(Description { alt, focus })
}

impl Api {
    /// Names for two files.
    pub(super) fn names(&self) -> [[u8; 16]; 2] {
        let mut names = [[0; 16]; 2];
        for name in &mut names {
            self.ctx.random.fill(name);
        }
        names
    }
}

/// `POST /api/v2/media` and `POST /api/v1/media`: the answer is complete, nothing is worked on afterwards.
pub(super) async fn create_media(
    State(api): State<Api>,
    who: SignedIn,
    upload: Upload<Asked>,
) -> ApiResult<Json<MediaAttachment>> {
    who.require(Scope::Write(Area::Media))?;
    let said = upload.asked.read()?;
    let file = upload.files.into_iter().find(|(name, _)| name == "file");
    let Some((_, bytes)) = file else {
        let missing = "send the picture as a file of a form";
        return Err(ApiError::field("file", Wrong::Blank, missing));
    };
    media::admit(&api.ctx, who.actor.id, &said).await?;
    let kept = api.pictures.keep(bytes, Wanted::Attachment, api.names());
    let made = media::add(&api.ctx, who.actor.id, kept.await?, &said).await?;
    Ok(shown(&api, &made))
}

fn shown(api: &Api, made: &crate::domain::media::Media) -> Json<MediaAttachment> {
    let attachment = Attachment::of(made, &api.ctx.uris);
    Json(MediaAttachment::own(made.id, attachment))
}

/// `GET /api/v1/media/:id`
pub(super) async fn show_media(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<MediaId>,
) -> ApiResult<Json<MediaAttachment>> {
    who.require(Scope::Write(Area::Media))?;
    let found = media::one(&api.ctx, who.actor.id, id).await?;
    Ok(shown(&api, &found))
}

/// `PUT /api/v1/media/:id`
pub(super) async fn update_media(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<MediaId>,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<MediaAttachment>> {
    who.require(Scope::Write(Area::Media))?;
    let said = asked.read()?;
    let changed = media::describe(&api.ctx, who.actor.id, id, &said).await?;
    Ok(shown(&api, &changed))
}

/// `DELETE /api/v1/media/:id`
pub(super) async fn delete_media(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<MediaId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Media))?;
    media::delete(&api.ctx, who.actor.id, id).await?;
    Ok(Json(Nothing {}))
}

impl From<MediaError> for ApiError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::AltTooLong => {
                ApiError::field("description", Wrong::TooLong, error.to_string())
            }
            MediaError::NotFound => ApiError::NotFound,
            MediaError::InUse => ApiError::Impossible(error.to_string()),
            MediaError::TooMany(wait) => ApiError::TooMany(wait),
            MediaError::Store(inner) => inner.into(),
        }
    }
}

impl From<PictureError> for ApiError {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::File(cause) => {
                tracing::error!(%cause, "a picture could not be kept");
                ApiError::Broken
            }
            PictureError::NoStorage => ApiError::Impossible(error.to_string()),
            _ => ApiError::field("file", Wrong::Invalid, error.to_string()),
        }
    }
}
