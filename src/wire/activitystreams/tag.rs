//! `tag`: mentions and hashtags. Custom emoji and other tags are not read.

use serde::Deserialize;
use serde::de::Deserializer;
use url::Url;

use super::{MAX_TAGS, lenient};

/// The tags of an object or actor that we use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// People and groups mentioned.
    pub mentions: Vec<MentionTag>,
    /// Hashtags without `#`, in the case they were written.
    pub hashtags: Vec<String>,
}

/// Somebody mentioned in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionTag {
    /// The id of the actor.
    pub href: Url,
    /// `@name@host`, or `@name` alone from some servers.
    pub name: Option<String>,
}

#[derive(Deserialize)]
struct RawTag {
    #[serde(default, rename = "type", deserialize_with = "lenient::optional_kind")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient::id")]
    href: Option<Url>,
}

/// Reads `tag`.
///
/// # Errors
/// More than [`MAX_TAGS`] tags.
pub(crate) fn tags<'de, D: Deserializer<'de>>(d: D) -> Result<Tags, D::Error> {
    let mut tags = Tags::default();
    for tag in lenient::items::<_, RawTag>(d, MAX_TAGS, "tags")? {
        match (tag.kind.as_deref(), tag.href, tag.name) {
            (Some("Mention"), Some(href), name) => tags.mentions.push(MentionTag { href, name }),
            (Some("Hashtag"), _, Some(mut name)) => {
                lenient::clip_chars(&mut name, 256);
                let name = name.trim().trim_start_matches('#');
                if !name.is_empty() {
                    tags.hashtags.push(name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(tags)
}
