//! Writing, changing and removing posts.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;

use crate::auth::scope::{Area, Scope};
use crate::domain::audience::Audience;
use crate::domain::ids::{MediaId, PostId};
use crate::domain::interaction::Policy;
use crate::domain::media::Attachment;
use crate::domain::poll::NewPoll;
use crate::services::media::Description;
use crate::services::post::{self, Draft};
use crate::services::{self, settings};

use super::auth::SignedIn;
use super::body::{Body, Flag, Id, Many, Number, language};
use super::caches::Made;
use super::entities::scheduled::ScheduledStatus;
use super::entities::status::{self, Status};
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::{Asks, Operation, shapes};
use super::{Api, media, people_of_post, polls, quotes, scheduled, statuses};

/// Longest `Idempotency-Key`, in bytes.
const MAX_KEY: usize = 255;

/// A post as an app sends it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewStatus)]
pub(super) struct Asked {
    status: Option<String>,
    spoiler_text: Option<String>,
    sensitive: Option<Flag>,
    #[schema(schema_with = visibilities)]
    visibility: Option<String>,
    language: Option<String>,
    in_reply_to_id: Number,
    media_ids: Option<Many<Number>>,
    media_attributes: Many<AskedMedia>,
    #[schema(format = DateTime)]
    scheduled_at: Option<String>,
    poll: Option<polls::Asked>,
    quoted_status_id: Number,
    #[serde(flatten)]
    openness: quotes::AskedOpenness,
}

/// What is to be said of a picture.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewMediaDescription)]
struct AskedMedia {
    id: Number,
    description: Option<String>,
    focus: Option<String>,
}

/// Those of posts, or what the person's preferences say.
fn visibilities() -> ObjectBuilder {
    let mut all: Vec<&str> = Audience::ALL
        .iter()
        .map(|of| status::visibility(*of))
        .collect();
    all.push("");
    shapes::or_null(all)
}

/// What a request is known by that an app may send twice.
#[derive(Debug)]
pub(super) struct Key(Option<String>);

impl FromRequestParts<Api> for Key {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, ApiError> {
        let value = parts.headers.get("idempotency-key");
        let key = value
            .and_then(|value| value.to_str().ok())
            .filter(|key| !key.is_empty());
        if key.is_some_and(|key| key.len() > MAX_KEY) {
            return Err(ApiError::Malformed("the Idempotency-Key is too long"));
        }
        Ok(Key(key.map(str::to_owned)))
    }
}

impl Asks for Key {
    fn describe(operation: &mut Operation<'_>) {
        let says =
            "A repeat with the same key is answered with what the first one made, for an hour.";
        let text = json!({ "type": "string", "maxLength": MAX_KEY });
        operation.takes_header("Idempotency-Key", says, &text);
    }
}

/// A post, or one that waits for its time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = NewStatusAnswer)]
pub(super) enum Posted {
    Now(Box<Status>),
    Later(Box<ScheduledStatus>),
}

fn chosen(ids: Many<Number>) -> Vec<MediaId> {
    ids.0
        .into_iter()
        .filter_map(|id| id.0)
        .map(MediaId)
        .collect()
}

fn described(wanted: Many<AskedMedia>) -> ApiResult<Vec<(MediaId, Description)>> {
    let said = |one: AskedMedia| {
        let id = one.id.0.map(MediaId);
        let said = media::description(one.description, one.focus.as_deref());
        id.map(|id| said.map(|said| (id, said)))
    };
    wanted.0.into_iter().filter_map(said).collect()
}

/// `POST /api/v1/statuses`
pub(super) async fn create_status(
    State(api): State<Api>,
    who: SignedIn,
    key: Key,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Posted>> {
    who.require(Scope::Write(Area::Statuses))?;
    let Some(key) = key.0 else {
        let made = make(&api, &who, asked).await?;
        return shown(&api, &who, made).await;
    };
    // Held until the post is there: a second request with the same key waits for the first.
    let done = api.caches.done(who.account, &key);
    let mut earlier = done.lock().await;
    let made = match *earlier {
        Some(made) => made,
        None => make(&api, &who, asked).await?,
    };
    *earlier = Some(made);
    shown(&api, &who, made).await
}

/// Publishes, or lets it wait until its time.
async fn make(api: &Api, who: &SignedIn, asked: Asked) -> ApiResult<Made> {
    let due = match asked.scheduled_at.as_deref() {
        None | Some("") => None,
        Some(at) => Some(scheduled::moment(at)?),
    };
    let draft = draft(api, who, asked).await?;
    Ok(match due {
        None => Made::Post(post::publish(&api.ctx, &who.actor, &draft).await?.id),
        Some(due) => {
            let waiting = services::scheduled::schedule(&api.ctx, &who.actor, &draft, due);
            Made::Scheduled(waiting.await?.id)
        }
    })
}

async fn shown(api: &Api, who: &SignedIn, made: Made) -> ApiResult<Json<Posted>> {
    match made {
        Made::Post(id) => {
            let Json(status) = answer(api, who, id).await?;
            Ok(Json(Posted::Now(Box::new(status))))
        }
        Made::Scheduled(id) => {
            let waiting = services::scheduled::one(&api.ctx, who.actor.id, id).await?;
            let waiting = ScheduledStatus::of(&waiting, &api.ctx.uris);
            Ok(Json(Posted::Later(Box::new(waiting))))
        }
    }
}

async fn answer(api: &Api, who: &SignedIn, id: PostId) -> ApiResult<Json<Status>> {
    let view = statuses::find(api, Some(who.actor.id), id).await?;
    statuses::shown(api, &view).await
}

fn read_poll(asked: Option<polls::Asked>) -> ApiResult<Option<NewPoll>> {
    Ok(asked.map(polls::Asked::read).transpose()?.flatten())
}

/// What was asked for, completed from the person's defaults.
async fn draft(api: &Api, who: &SignedIn, asked: Asked) -> ApiResult<Draft> {
    let defaults = settings::preferences(&api.ctx, who.actor.id).await?;
    let audience = match asked.visibility.as_deref() {
        None | Some("") => defaults.audience,
        Some(word) => status::audience(word).ok_or_else(|| {
            ApiError::field(
                "visibility",
                Wrong::Invalid,
                "a visibility is public, unlisted, private or direct",
            )
        })?,
    };
    let in_reply_to = match asked.in_reply_to_id.0 {
        Some(id) => {
            // One answers only what one may see.
            let parent = statuses::original(api, Some(who.actor.id), PostId(id)).await?;
            Some(parent.post.id)
        }
        None => None,
    };
    let quoted = match asked.quoted_status_id.0 {
        Some(id) => {
            // One quotes only what one may see.
            let quoted = statuses::original(api, Some(who.actor.id), PostId(id)).await?;
            Some(quoted.post.id)
        }
        None => None,
    };
    let said = Policy::local(None, defaults.quote);
    let text = asked.status.unwrap_or_default();
    Ok(Draft {
        quoted,
        policy: asked.openness.onto(said)?,
        poll: read_poll(asked.poll)?,
        mentioned: api.finder(Some(who)).mentioned(&text).await?,
        text,
        audience,
        warning: asked.spoiler_text.unwrap_or_default(),
        sensitive: asked.sensitive.map_or(defaults.sensitive, |flag| flag.0),
        language: language(asked.language)?.or(defaults.language),
        in_reply_to,
        media: chosen(asked.media_ids.unwrap_or_default()),
        media_changes: described(asked.media_attributes)?,
    })
}

/// `PUT /api/v1/statuses/:id`
pub(super) async fn update_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Statuses))?;
    let before = statuses::find(&api, Some(who.actor.id), id).await?.post;
    let kept = Attachment::read(before.attachments.as_deref());
    let kept = kept
        .iter()
        .filter_map(|file| file.id)
        .map(MediaId)
        .collect();
    let text = match asked.status {
        Some(text) => text,
        None => before.source.unwrap_or_default(),
    };
    let draft = Draft {
        quoted: None,
        policy: asked.openness.onto(before.policy)?,
        // As in Mastodon: what is not sent again is taken away.
        poll: read_poll(asked.poll)?,
        mentioned: api.finder(Some(&who)).mentioned(&text).await?,
        text,
        audience: before.audience,
        warning: asked.spoiler_text.unwrap_or(before.warning),
        sensitive: asked.sensitive.map_or(before.sensitive, |flag| flag.0),
        language: match asked.language {
            Some(tag) => language(Some(tag))?,
            None => before.language,
        },
        in_reply_to: before.in_reply_to,
        media: asked.media_ids.map_or(kept, chosen),
        media_changes: described(asked.media_attributes)?,
    };
    post::edit(&api.ctx, &who.actor, id, &draft).await?;
    answer(&api, &who, id).await
}

/// `DELETE /api/v1/statuses/:id`
pub(super) async fn delete_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Statuses))?;
    let view = statuses::find(&api, Some(who.actor.id), id).await?;
    post::delete(&api.ctx, &who.actor, id).await?;
    let desk = api.desk(people_of_post(&view)).await?;
    Ok(Json(Status::with_text(&view, &desk)))
}
