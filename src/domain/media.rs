//! Pictures that people uploaded, and what is known of the files that hang on a post.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{ActorId, MediaId, PostId, ScheduledId};
use super::uris::Uris;

/// Longest description of a picture, in characters.
pub const MAX_ALT: usize = 1_500;
/// Pictures that a post carries at most.
pub const MAX_ATTACHED: usize = 4;

words! {
    /// What a picture is for.
    pub enum MediaRole {
        /// It hangs on a post, or will.
        Attachment = "attachment",
        /// Somebody's portrait.
        Avatar = "avatar",
        /// The picture across the top of somebody's profile.
        Header = "header",
    }
}

words! {
    /// How a picture is stored; the word is the ending of its name.
    pub enum Format {
        Jpeg = "jpg",
        Png = "png",
    }
}

impl Format {
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
        }
    }
}

/// The name of a stored file: 32 hexadecimal digits that nobody can guess, and its ending. Nothing else is ever looked
/// for in the storage, so that no name leads out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    text: String,
    format: Format,
}

impl FileName {
    /// A name from 16 random bytes.
    #[must_use]
    pub fn new(random: [u8; 16], format: Format) -> FileName {
        let digits = u128::from_be_bytes(random);
        FileName {
            text: format!("{digits:032x}.{}", format.as_str()),
            format,
        }
    }

    /// Reads a name; `None` for everything that [`FileName::new`] never makes.
    #[must_use]
    pub fn parse(text: &str) -> Option<FileName> {
        let (digits, ending) = text.split_once('.')?;
        let format = Format::parse(ending)?;
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (digits.len() == 32 && digits.bytes().all(is_digit)).then(|| FileName {
            text: text.to_owned(),
            format,
        })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The folder that it lies in, one of 256: its first two digits.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.text.get(..2).unwrap_or_default()
    }
}

/// A stored picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub file: FileName,
    /// Pixels.
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
}

/// What became of an uploaded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub whole: Picture,
    /// A smaller one for lists.
    pub preview: Option<Picture>,
    /// A blurred preview in a few characters.
    pub blurhash: String,
}

/// Where to look, from -1.0 to 1.0 each way, x to the right and y up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Focus {
    pub x: f64,
    pub y: f64,
}

impl Focus {
    /// Two numbers and a comma between them, as apps send them; what lies outside is moved to the edge.
    #[must_use]
    pub fn parse(text: &str) -> Option<Focus> {
        let (x, y) = text.split_once(',')?;
        let number = |text: &str| {
            let number: f64 = text.trim().parse().ok()?;
            number.is_finite().then(|| number.clamp(-1.0, 1.0))
        };
        Some(Focus {
            x: number(x)?,
            y: number(y)?,
        })
    }
}

/// A picture that somebody uploaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    pub id: MediaId,
    pub owner: ActorId,
    pub role: MediaRole,
    /// The post that it was attached to, perhaps in an earlier version.
    pub post: Option<PostId>,
    /// The waiting post that it is kept for.
    pub scheduled: Option<ScheduledId>,
    pub stored: Stored,
    /// What it shows, for people who do not see it; empty for none.
    pub alt: String,
    pub focus: Focus,
    pub created_at: Timestamp,
}

impl Media {
    /// Whether it hangs on nothing, so that it may be changed and removed.
    #[must_use]
    pub const fn is_free(&self) -> bool {
        self.post.is_none() && self.scheduled.is_none()
    }
}

/// A file of a post, ours or remote, as it is kept with the post.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// Ours have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus: Option<Focus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Ours may have a smaller one: where, width, height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<(String, u32, u32)>,
}

impl Attachment {
    /// What is kept of an uploaded picture.
    #[must_use]
    pub fn of(media: &Media, uris: &Uris) -> Attachment {
        let whole = &media.stored.whole;
        Attachment {
            id: Some(media.id.0),
            url: uris.media(&whole.file),
            media_type: Some(whole.file.format().media_type().to_owned()),
            alt: (!media.alt.is_empty()).then(|| media.alt.clone()),
            blurhash: Some(media.stored.blurhash.clone()),
            focus: (media.focus != Focus::default()).then_some(media.focus),
            width: Some(whole.width),
            height: Some(whole.height),
            preview: media
                .stored
                .preview
                .as_ref()
                .map(|small| (uris.media(&small.file), small.width, small.height)),
        }
    }

    /// Reads what is kept with a post. What cannot be read is nothing.
    #[must_use]
    pub fn read(kept: Option<&str>) -> Vec<Attachment> {
        kept.and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    }

    /// What is kept with a post; `None` where there is nothing.
    #[must_use]
    pub fn write(all: &[Attachment]) -> Option<String> {
        if all.is_empty() {
            return None;
        }
        serde_json::to_string(all).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_digits_and_a_known_ending() {
        let name = FileName::new([0x0a; 16], Format::Png);
        assert_eq!(name.as_str(), "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a.png");
        assert_eq!(name.folder(), "0a");
        assert_eq!(FileName::parse(name.as_str()), Some(name));
        let good = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
        for bad in [
            "",
            ".png",
            "../../../../etc/passwd",
            "0A0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a.png",
            "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a/a.png",
            &format!("{good}.svg"),
            &format!("{good}.png.html"),
            &format!("{good}.png/"),
            &format!("{good}0.png"),
            good,
        ] {
            assert_eq!(FileName::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_focus_is_two_numbers_inside_the_picture() {
        let at = |x, y| Some(Focus { x, y });
        assert_eq!(Focus::parse("0.5,-0.25"), at(0.5, -0.25));
        assert_eq!(Focus::parse(" 3 , -9"), at(1.0, -1.0));
        for bad in ["", "1", "a,b", "NaN,0", "inf,0", "1,2,3"] {
            assert_eq!(Focus::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_older_versions_kept_is_still_read() {
        let old = r#"[{"url":"https://a.example/1.png","media_type":"image/png","alt":null}]"#;
        let read = Attachment::read(Some(old));
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].media_type.as_deref(), Some("image/png"));
        assert_eq!(Attachment::read(Attachment::write(&read).as_deref()), read);
        assert_eq!(Attachment::read(Some("no json")), []);
    }
}
