//! `MediaAttachment`.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;

use crate::domain::ids::{MediaId, PostId};
use crate::domain::media::{self, Attachment};
use crate::http::api::openapi::shapes;

use super::{Desk, web};

/// A file of a post. A remote one stays where it is: `unknown` is what Mastodon calls one that clients show as a link.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct MediaAttachment {
    id: String,
    #[serde(rename = "type")]
    #[schema(schema_with = kinds)]
    kind: &'static str,
    #[schema(format = Uri)]
    url: String,
    #[schema(required, format = Uri)]
    preview_url: Option<String>,
    #[schema(required, format = Uri)]
    remote_url: Option<String>,
    #[schema(schema_with = shapes::null, required)]
    preview_remote_url: Option<()>,
    #[schema(schema_with = shapes::null, required)]
    text_url: Option<()>,
    #[schema(required)]
    meta: Option<Meta>,
    #[schema(required)]
    description: Option<String>,
    #[schema(required)]
    blurhash: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MediaMeta)]
struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    original: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    small: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    focus: Option<Focus>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MediaSize)]
struct Size {
    width: u32,
    height: u32,
    /// `640x480`
    #[serde(rename = "size")]
    words: String,
    aspect: f64,
}

/// The point of a picture that stays in sight when it is cut: from -1 to 1, left to right and bottom to top.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MediaFocus)]
struct Focus {
    x: f64,
    y: f64,
}

impl From<media::Focus> for Focus {
    fn from(media::Focus { x, y }: media::Focus) -> Self {
        Focus { x, y }
    }
}

fn kinds() -> ObjectBuilder {
    shapes::words(&["image", "unknown"])
}

impl Size {
    fn of(width: u32, height: u32) -> Size {
        Size {
            width,
            height,
            words: format!("{width}x{height}"),
            aspect: f64::from(width) / f64::from(height.max(1)),
        }
    }
}

fn meta(file: &Attachment, is_own: bool) -> Option<Meta> {
    let original = file.width.zip(file.height).map(|(w, h)| Size::of(w, h));
    let small = file.preview.as_ref().map(|(_, w, h)| Size::of(*w, *h));
    let focus = file.focus.or(is_own.then(media::Focus::default));
    let is_empty = original.is_none() && focus.is_none();
    (!is_empty).then_some(Meta {
        original,
        small,
        focus: focus.map(Focus::from),
    })
}

impl MediaAttachment {
    /// A picture of ours.
    pub(in crate::http::api) fn own(id: MediaId, file: Attachment) -> MediaAttachment {
        let preview = file.preview.as_ref().map(|(url, ..)| url.clone());
        MediaAttachment {
            id: id.to_string(),
            kind: "image",
            preview_url: Some(preview.unwrap_or_else(|| file.url.clone())),
            remote_url: None,
            preview_remote_url: None,
            text_url: None,
            meta: meta(&file, true),
            description: file.alt,
            blurhash: file.blurhash,
            url: file.url,
        }
    }

    fn remote(id: String, url: String, file: Attachment) -> MediaAttachment {
        MediaAttachment {
            id,
            kind: "unknown",
            preview_url: None,
            remote_url: Some(url.clone()),
            preview_remote_url: None,
            text_url: None,
            meta: meta(&file, false),
            description: file.alt,
            blurhash: file.blurhash,
            url,
        }
    }
}

/// Files as they are kept with a post or one of its versions.
pub(super) fn files(post: PostId, kept: Option<&str>, desk: &Desk<'_>) -> Vec<MediaAttachment> {
    (0..)
        .zip(Attachment::read(kept))
        .filter_map(|(at, file): (usize, Attachment)| {
            let url = web(Some(&file.url))?;
            let is_own = url::Url::parse(&url).is_ok_and(|url| desk.uris.is_local(&url));
            Some(match file.id.filter(|_| is_own) {
                Some(id) => MediaAttachment::own(MediaId(id), file),
                None => MediaAttachment::remote(format!("{post}-{at}"), url, file),
            })
        })
        .collect()
}
