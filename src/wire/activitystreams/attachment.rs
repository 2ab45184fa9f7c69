//! Pictures, files and links that hang on an object or actor.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;
use url::Url;

use super::{MAX_ATTACHMENTS, lenient};

/// The longest alt text, in characters; more than any program lets people write.
const MAX_ALT: usize = 5_000;

/// A file, picture or link attached to an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// `Document`, `Image`, `Video`, `Audio`, `Link` or `Page`.
    pub kind: String,
    /// Where the file is, or where the link leads. For files https only.
    pub url: Url,
    /// As stated, else guessed from the ending of the address.
    pub media_type: Option<String>,
    /// The name: alt text, title of a link, or a mark such as Mobilizon's `Banner`.
    pub name: Option<String>,
    /// Alt text where the name is a mark.
    pub summary: Option<String>,
    /// Where to look, from -1.0 to 1.0 each way, x to the right and y up.
    pub focal_point: Option<(f64, f64)>,
    /// A blurred preview (`BlurHash`).
    pub blurhash: Option<String>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// FEP-8a8e: show it across the top.
    pub is_banner: bool,
}

impl Attachment {
    /// True for pictures, also those without a media type.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.media_type
            .as_deref()
            .map_or(self.kind == "Image", |kind| kind.starts_with("image/"))
    }

    /// The description for people who do not see the picture.
    #[must_use]
    pub fn alt(&self) -> Option<&str> {
        let name = self.name.as_deref().filter(|name| *name != "Banner");
        name.or(self.summary.as_deref())
    }
}

/// A picture: `icon` and `image`, which can be a string, an `Image` or an array of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "RawImage")]
pub struct Picture {
    /// Where the file is; https only.
    pub url: Option<Url>,
    /// As stated, else guessed from the ending of the address.
    pub media_type: Option<String>,
    /// The description for people who do not see it.
    pub alt: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawImage {
    #[serde(default)]
    url: Value,
    #[serde(default)]
    href: Value,
    #[serde(default, deserialize_with = "lenient::text")]
    media_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    summary: Option<String>,
}

impl From<RawImage> for Picture {
    fn from(raw: RawImage) -> Self {
        let url = lenient::id_of(&raw.url).or_else(|| lenient::id_of(&raw.href));
        let media_type = raw.media_type.or_else(|| url.as_ref().and_then(guess));
        Picture {
            url,
            media_type,
            alt: raw.name.or(raw.summary),
        }
    }
}

/// Reads the first picture with a usable address.
pub(crate) fn picture<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Picture>, D::Error> {
    let one = |value: Value| match value {
        Value::String(text) => lenient::parse_id(&text).map(|url| Picture {
            media_type: guess(&url),
            url: Some(url),
            alt: None,
        }),
        value => Picture::deserialize(value)
            .ok()
            .filter(|picture| picture.url.is_some()),
    };
    Ok(match Value::deserialize(d)? {
        Value::Array(all) => all.into_iter().find_map(one),
        value => one(value),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawAttachment {
    #[serde(default, rename = "type", deserialize_with = "lenient::optional_kind")]
    kind: Option<String>,
    #[serde(default)]
    url: Value,
    #[serde(default)]
    href: Value,
    #[serde(default, deserialize_with = "lenient::text")]
    media_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    summary: Option<String>,
    #[serde(default)]
    focal_point: Value,
    #[serde(default, deserialize_with = "lenient::text")]
    blurhash: Option<String>,
    #[serde(default, deserialize_with = "lenient::count")]
    width: Option<u32>,
    #[serde(default, deserialize_with = "lenient::count")]
    height: Option<u32>,
    #[serde(default, deserialize_with = "lenient::flag")]
    is_banner_image: Option<bool>,
}

/// Reads `attachment`. Profile fields and entries without a usable address are left out.
///
/// # Errors
/// More than [`MAX_ATTACHMENTS`] entries.
pub(crate) fn attachments<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Attachment>, D::Error> {
    let all = lenient::items::<_, RawAttachment>(d, MAX_ATTACHMENTS, "attachments")?;
    Ok(all.into_iter().filter_map(usable).collect())
}

fn usable(raw: RawAttachment) -> Option<Attachment> {
    let kind = raw.kind.unwrap_or_else(|| "Document".to_owned());
    let is_link = matches!(kind.as_str(), "Link" | "Page");
    let url = if is_link {
        raw.href
            .as_str()
            .or_else(|| raw.url.as_str())
            .and_then(lenient::web_link)
    } else {
        lenient::id_of(&raw.url).or_else(|| lenient::id_of(&raw.href))
    }?;
    let stated = raw
        .media_type
        .or_else(|| nested_media_type(&raw.url))
        .map(|mut kind| {
            lenient::clip_chars(&mut kind, 128);
            kind.to_ascii_lowercase()
        });
    let short = |mut text: String| {
        lenient::clip_chars(&mut text, MAX_ALT);
        text
    };
    Some(Attachment {
        media_type: stated.or_else(|| if is_link { None } else { guess(&url) }),
        kind,
        url,
        name: raw.name.map(short),
        summary: raw.summary.map(short),
        focal_point: focal_point(&raw.focal_point),
        blurhash: raw.blurhash.filter(|hash| hash.len() <= 100),
        width: raw.width,
        height: raw.height,
        is_banner: raw.is_banner_image.unwrap_or(false),
    })
}

/// The media type in the `Link` object that some servers put into `url`.
fn nested_media_type(url: &Value) -> Option<String> {
    let link = url.as_array().and_then(|all| all.first()).unwrap_or(url);
    link.get("mediaType")
        .and_then(Value::as_str)
        .map(str::to_owned)
}

fn focal_point(value: &Value) -> Option<(f64, f64)> {
    let [x, y] = value.as_array()?.as_slice() else {
        return None;
    };
    Some((
        lenient::float_of(x)?.clamp(-1.0, 1.0),
        lenient::float_of(y)?.clamp(-1.0, 1.0),
    ))
}

/// What the ending of an address says about the file.
fn guess(url: &Url) -> Option<String> {
    let name = url.path_segments()?.next_back()?;
    let (_, ending) = name.rsplit_once('.')?;
    let kind = match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "pdf" => "application/pdf",
        _ => return None,
    };
    Some(kind.to_owned())
}
