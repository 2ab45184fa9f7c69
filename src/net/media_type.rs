//! Media types: what a request asks for and which answers count (RFC 9110 §8.3).

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::settings::NetSettings;

/// The profile that makes `application/ld+json` an ActivityPub document (ActivityPub §3.2).
pub const ACTIVITY_STREAMS: &str = "https://www.w3.org/ns/activitystreams";

/// What is asked for. Decides the `Accept` header, the content types taken and the size read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// An ActivityPub document: `activity+json`, or `ld+json` with the ActivityStreams profile; nothing else counts.
    ActivityPub,
    /// A WebFinger answer (RFC 7033 §4.2); plain JSON counts.
    Jrd,
    /// NodeInfo and other plain JSON.
    Json,
    /// Host metadata (RFC 6415), where a server has no WebFinger at the usual place.
    Xrd,
    /// A web page, for previews and checks of links.
    Html,
    /// A picture of any kind but SVG, or bytes without a type: pictures are recognised by their content afterwards.
    Image,
}

impl Accept {
    /// The value of the `Accept` header.
    #[must_use]
    pub fn header(self) -> &'static str {
        match self {
            Accept::ActivityPub => {
                "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
            }
            Accept::Jrd => "application/jrd+json, application/json",
            Accept::Json => "application/json",
            Accept::Xrd => "application/xrd+xml, application/xml;q=0.9, text/xml;q=0.8",
            Accept::Html => "text/html, application/xhtml+xml",
            Accept::Image => "image/webp, image/jpeg, image/png, image/gif, image/*;q=0.5",
        }
    }

    /// Whether a `Content-Type` is one of those asked for.
    #[must_use]
    pub fn takes(self, content_type: &str) -> bool {
        let (essence, parameters) = split(content_type);
        match self {
            Accept::ActivityPub => match essence.as_str() {
                "application/activity+json" => true,
                "application/ld+json" => has_profile(parameters),
                _ => false,
            },
            Accept::Jrd | Accept::Json => matches!(
                essence.as_str(),
                "application/json" | "application/jrd+json"
            ),
            Accept::Xrd => matches!(
                essence.as_str(),
                "application/xrd+xml" | "application/xml" | "text/xml"
            ),
            Accept::Html => matches!(essence.as_str(), "text/html" | "application/xhtml+xml"),
            Accept::Image => {
                essence == "application/octet-stream"
                    || (essence.starts_with("image/") && !essence.starts_with("image/svg"))
            }
        }
    }

    /// The most bytes read of an answer of this kind.
    #[must_use]
    pub fn cap(self, settings: &NetSettings) -> usize {
        if self == Accept::Image {
            settings.image_cap
        } else {
            settings.body_cap
        }
    }
}

/// The one `Content-Type` of an answer. `None` if there is none, more than one, or one that is not ASCII.
pub(super) fn content_type(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(CONTENT_TYPE).iter();
    let first = all.next()?;
    if all.next().is_some() {
        None
    } else {
        first.to_str().ok()
    }
}

/// `type/subtype` in lower case, and what follows the first semicolon.
fn split(content_type: &str) -> (String, &str) {
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    (essence.trim().to_ascii_lowercase(), parameters)
}

/// Whether the parameters name the ActivityStreams profile. A profile is a list of URIs separated by spaces (RFC 6906 §3.1).
fn has_profile(parameters: &str) -> bool {
    let mut rest = parameters;
    while let Some((parameter, after)) = next_parameter(rest) {
        rest = after;
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("profile")
            && value
                .split_ascii_whitespace()
                .any(|uri| uri == ACTIVITY_STREAMS)
        {
            return true;
        }
    }
    false
}

/// Cuts off the first parameter. A semicolon inside quotes does not end it.
fn next_parameter(parameters: &str) -> Option<(&str, &str)> {
    if parameters.is_empty() {
        return None;
    }
    let mut quoted = false;
    let ends = |c: char| {
        quoted ^= c == '"';
        c == ';' && !quoted
    };
    parameters.split_once(ends).or(Some((parameters, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activitypub_documents_are_known_by_their_type_whatever_its_spelling() {
        for good in [
            "application/activity+json",
            "Application/Activity+JSON;charset=utf-8",
            "application/activity+json ; charset=\"utf-8\"",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;profile=https://www.w3.org/ns/activitystreams",
            "application/ld+json; charset=utf-8; Profile = \"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"; charset=utf-8",
            "application/ld+json; x=\"a;b\"; profile=\"https://w3id.org/x https://www.w3.org/ns/activitystreams\"",
        ] {
            assert!(Accept::ActivityPub.takes(good), "{good}");
        }
        for bad in [
            "",
            "application/json",
            "application/ld+json",
            "application/ld+json; profile=\"https://example.org/\"",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams-not\"",
            "application/ld+json; x=\"; profile=https://www.w3.org/ns/activitystreams\"",
            "text/html; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/activity+jsonp",
            "image/png",
            ";;;=\"",
        ] {
            assert!(!Accept::ActivityPub.takes(bad), "{bad}");
        }
    }

    #[test]
    fn plain_json_counts_for_webfinger_and_nodeinfo_only() {
        for accept in [Accept::Jrd, Accept::Json] {
            assert!(accept.takes("application/json; charset=utf-8"));
            assert!(accept.takes("application/jrd+json"));
            assert!(!accept.takes("text/html"));
        }
    }

    #[test]
    fn pictures_may_be_of_any_kind_but_svg() {
        assert!(Accept::Image.takes("image/webp"));
        assert!(Accept::Image.takes("application/octet-stream"));
        assert!(!Accept::Image.takes("image/svg+xml"));
        assert!(!Accept::Image.takes("text/html"));
        assert!(
            Accept::Html.takes("text/html;charset=utf-8")
                && Accept::Xrd.takes("application/xrd+xml")
        );
    }

    #[test]
    fn two_content_types_count_as_none() {
        let mut headers = HeaderMap::new();
        assert_eq!(content_type(&headers), None);
        headers.append(CONTENT_TYPE, "application/activity+json".parse().unwrap());
        assert_eq!(content_type(&headers), Some("application/activity+json"));
        headers.append(CONTENT_TYPE, "text/html".parse().unwrap());
        assert_eq!(content_type(&headers), None);
    }
}
