//! Writing posts: `/posts` (new ones and answers), `/posts/{id}/edit`, `/posts/{id}/delete`.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;

use super::frame::Frame;
use super::pages::{PageError, PageResult, show};
use super::post_card::{Extent, PostCard};
use super::signed_in::{SignedIn, Viewer};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::ids::{MediaId, PostId};
use crate::domain::interaction::Policy;
use crate::domain::media::Attachment;
use crate::http::AppState;
use crate::http::finding::Finder;
use crate::services::post::{self, Draft, PostError};
use crate::services::reading::{self, PostView};
use crate::services::settings;

/// What the button of a form for changing a post says.
const SAVE: &str = "Save";

/// What a form of a post holds, as it was sent or as it stands.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) warning: String,
    pub(super) audience: String,
    pub(super) in_reply_to: Option<PostId>,
    /// A post to show with it.
    pub(super) quoted: Option<PostId>,
}

/// A form for a post.
#[derive(Debug, Clone)]
pub(super) struct Compose {
    pub(super) form_token: String,
    /// Where it is sent.
    pub(super) action: String,
    pub(super) written: Written,
    /// Characters with the warning.
    pub(super) most: usize,
    /// What the button says.
    pub(super) verb: &'static str,
    /// The audiences to choose from; none when it cannot be changed.
    pub(super) audiences: &'static [(&'static str, &'static str)],
}

/// Word, and what the choice says.
const AUDIENCES: [(&str, &str); 4] = [
    ("public", "Everyone"),
    ("quiet", "Everyone, outside of public lists"),
    ("followers", "Followers"),
    ("direct", "Only people I name"),
];

impl Compose {
    /// An empty form for a new post.
    pub(super) fn new(app: &App, who: &SignedIn, audience: Audience) -> Compose {
        Compose {
            form_token: who.form_token().to_owned(),
            action: "/posts".to_owned(),
            written: Written {
                audience: audience.as_str().to_owned(),
                ..Written::default()
            },
            most: app.ctx.limits.post_chars,
            verb: "Post",
            audiences: &AUDIENCES,
        }
    }

    /// An answer to `view`, for the same people at most, that begins with the names of those it is for.
    pub(super) fn answer(app: &App, who: &SignedIn, view: &PostView) -> Compose {
        let mut names: Vec<&Actor> = vec![&view.author];
        names.extend(&view.mentioned);
        names.retain(|actor| actor.id != who.actor.id && !actor.is_group());
        let names: Vec<String> = names.into_iter().map(at).collect();
        let text = if names.is_empty() {
            String::new()
        } else {
            format!("@{} ", names.join(" @"))
        };
        Compose {
            written: Written {
                text,
                warning: view.post.warning.clone(),
                audience: view.post.audience.as_str().to_owned(),
                in_reply_to: Some(view.post.id),
                quoted: None,
            },
            verb: "Answer",
            ..Compose::new(app, who, view.post.audience)
        }
    }
}

fn at(actor: &Actor) -> String {
    if actor.local {
        actor.handle.clone()
    } else {
        format!("{}@{}", actor.handle, actor.host)
    }
}

#[derive(Template)]
#[template(path = "compose.html")]
struct ComposePage {
    frame: Frame,
    /// What it answers.
    about: Option<PostCard>,
    compose: Compose,
    fault: Option<String>,
}

/// The form alone, with what is wrong with it.
fn show_form(app: &App, who: &SignedIn, compose: Compose, fault: Option<String>) -> PageResult {
    let is_refused = fault.is_some();
    let title = if compose.verb == SAVE {
        "Edit a post"
    } else {
        "Write a post"
    };
    let page = ComposePage {
        frame: Frame {
            indexed: false,
            ..Frame::of(app, &Viewer::from(who.clone()), title, &compose.action)
        },
        about: None,
        compose,
        fault,
    };
    let mut response = show(&page)?;
    if is_refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /posts`
pub(super) async fn create_post(
    State(app): State<AppState>,
    who: SignedIn,
    Form(written): Form<Written>,
) -> PageResult {
    let ctx = &app.ctx;
    let parent = match written.in_reply_to {
        Some(id) => Some(seen(&app, &who, id).await?),
        None => None,
    };
    let quoted = match written.quoted {
        Some(id) => Some(seen(&app, &who, id).await?),
        None => None,
    };
    let Some(audience) = Audience::parse(&written.audience) else {
        return Err(PageError::NotFound);
    };
    let draft = Draft {
        audience,
        in_reply_to: parent.as_ref().map(|view| view.post.id),
        quoted: quoted.map(|view| view.post.id),
        ..draft(&app, &who, &written).await?
    };
    match post::publish(ctx, &who.actor, &draft).await {
        Ok(post) => Ok(Redirect::to(&format!("/posts/{}", post.id)).into_response()),
        Err(error) => {
            let fault = fault(error)?;
            let form = Compose {
                written,
                ..Compose::new(&app, &who, audience)
            };
            show_form(&app, &who, form, Some(fault))
        }
    }
}

/// What was written, completed from the person's defaults.
async fn draft(app: &App, who: &SignedIn, written: &Written) -> Result<Draft, PageError> {
    let defaults = settings::preferences(&app.ctx, who.actor.id).await?;
    let finder = Finder {
        ctx: &app.ctx,
        federation: &app.federation,
        viewer: Some(who.actor.id),
    };
    // Forms send line ends as CR LF.
    let text = written.text.replace("\r\n", "\n");
    Ok(Draft {
        mentioned: finder.mentioned(&text).await?,
        text,
        audience: defaults.audience,
        warning: written.warning.trim().to_owned(),
        sensitive: defaults.sensitive,
        language: defaults.language,
        in_reply_to: None,
        poll: None,
        media: Vec::new(),
        media_changes: Vec::new(),
        quoted: None,
        policy: Policy::local(None, defaults.quote),
    })
}

/// The post as `who` sees it.
pub(super) async fn seen(app: &App, who: &SignedIn, id: PostId) -> Result<PostView, PageError> {
    let view = reading::post(&app.ctx, Some(who.actor.id), id).await?;
    let view = view.ok_or(PageError::NotFound)?;
    Ok(match view.boosted {
        Some(boosted) => *boosted,
        None => view,
    })
}

/// The post, if `who` may change it here. One with a poll would lose it: apps can change those.
async fn editable(app: &App, who: &SignedIn, id: PostId) -> Result<PostView, PageError> {
    let view = own(app, who, id).await?;
    if view.poll.is_some() {
        return Err(PageError::Forbidden);
    }
    Ok(view)
}

/// The post, if it is `who`'s own.
async fn own(app: &App, who: &SignedIn, id: PostId) -> Result<PostView, PageError> {
    let view = seen(app, who, id).await?;
    if view.post.author == who.actor.id {
        Ok(view)
    } else {
        Err(PageError::NotFound)
    }
}

/// What is wrong with a post, for whoever wrote it.
fn fault(error: PostError) -> Result<String, PageError> {
    match error {
        PostError::Store(error) => Err(error.into()),
        PostError::NoSuchPost => Err(PageError::NotFound),
        PostError::NotTheAuthor => Err(PageError::Forbidden),
        said => Ok(format!("This cannot be posted: {said}.")),
    }
}

fn editing(app: &App, who: &SignedIn, id: PostId, written: Written) -> Compose {
    Compose {
        action: format!("/posts/{id}/edit"),
        written,
        verb: SAVE,
        audiences: &[],
        ..Compose::new(app, who, Audience::Public)
    }
}

/// `GET /posts/{id}/edit`
pub(super) async fn show_edit(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<PostId>,
) -> PageResult {
    let view = editable(&app, &who, id).await?;
    let written = Written {
        text: view.post.source.clone().unwrap_or_default(),
        warning: view.post.warning.clone(),
        ..Written::default()
    };
    show_form(&app, &who, editing(&app, &who, id, written), None)
}

/// `POST /posts/{id}/edit`
pub(super) async fn edit_post(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<PostId>,
    Form(written): Form<Written>,
) -> PageResult {
    let view = editable(&app, &who, id).await?;
    let draft = Draft {
        audience: view.post.audience,
        sensitive: view.post.sensitive,
        language: view.post.language.clone(),
        in_reply_to: view.post.in_reply_to,
        policy: view.post.policy,
        media: Attachment::read(view.post.attachments.as_deref())
            .iter()
            .filter_map(|file| file.id)
            .map(MediaId)
            .collect(),
        ..draft(&app, &who, &written).await?
    };
    match post::edit(&app.ctx, &who.actor, id, &draft).await {
        Ok(post) => Ok(Redirect::to(&format!("/posts/{}", post.id)).into_response()),
        Err(error) => {
            let fault = fault(error)?;
            show_form(&app, &who, editing(&app, &who, id, written), Some(fault))
        }
    }
}

/// `POST /posts/{id}/delete`
pub(super) async fn delete_post(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<PostId>,
) -> PageResult {
    own(&app, &who, id).await?;
    match post::delete(&app.ctx, &who.actor, id).await {
        Ok(_) => Ok(Redirect::to("/home").into_response()),
        Err(PostError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::NotFound),
    }
}

/// `GET /posts/{id}/quote`: the form for a post that shows this one.
pub(super) async fn show_quote(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<PostId>,
) -> PageResult {
    let view = seen(&app, &who, id).await?;
    let form = Compose::new(&app, &who, view.post.audience);
    let compose = Compose {
        written: Written {
            quoted: Some(view.post.id),
            ..form.written
        },
        verb: "Quote",
        ..form
    };
    show_below(&app, who, (&view, "quote"), compose)
}

/// `GET /posts/{id}/answer`: the form for an answer, with the post above it.
pub(super) async fn show_answer(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<PostId>,
) -> PageResult {
    let view = seen(&app, &who, id).await?;
    let compose = Compose::answer(&app, &who, &view);
    show_below(&app, who, (&view, "answer"), compose)
}

/// A form below the post that it is about.
fn show_below(
    app: &App,
    who: SignedIn,
    (view, what): (&PostView, &str),
    compose: Compose,
) -> PageResult {
    let address = format!("/posts/{}/{what}", view.post.id);
    let page = ComposePage {
        frame: Frame {
            indexed: false,
            ..Frame::of(app, &who.into(), compose.verb, &address)
        },
        about: Some(PostCard::of(&app.ctx.uris, view, Extent::Beginning)),
        compose,
        fault: None,
    };
    show(&page)
}
