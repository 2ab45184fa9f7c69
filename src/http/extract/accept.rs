//! Which form of a thing is asked for (RFC 9110 §12.5.1). One address serves pages and ActivityPub.

use axum::http::{HeaderMap, header};

/// The forms that our addresses come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For browsers, and for everything that has no preference.
    Page,
    /// For other servers.
    Activity,
    /// For programs of other kinds.
    Json,
}

const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// Whether the ActivityPub form is wanted: `application/activity+json`, or `application/ld+json` with the
/// ActivityStreams profile, at least as much as a page. Answer with `Vary: Accept`.
#[must_use]
pub fn wants_activity(headers: &HeaderMap) -> bool {
    preferred(headers) == Form::Activity
}

/// The form that `Accept` prefers. At equal weight what is named first wins; wildcards ask for a page.
#[must_use]
pub fn preferred(headers: &HeaderMap) -> Form {
    let mut best: Option<(u16, Form)> = None;
    let ranges = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(split_ranges);
    for range in ranges {
        let Some((weight, form)) = read(range) else {
            continue;
        };
        if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, form));
        }
    }
    best.map_or(Form::Page, |(_, form)| form)
}

/// Splits at commas outside of quotes: the profile of `application/ld+json` may be quoted.
fn split_ranges(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    value.split(move |c| {
        if c == '"' {
            quoted = !quoted;
        }
        c == ',' && !quoted
    })
}

/// The weight of a range in thousandths, and what it asks for; `None` for forms that we never have.
fn read(range: &str) -> Option<(u16, Form)> {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next()?.to_ascii_lowercase();
    let mut weight = 1_000;
    let mut has_profile = false;
    for part in parts {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => weight = thousandths(value)?,
            "profile" => has_profile = value.split_whitespace().any(|word| word == PROFILE),
            _ => {}
        }
    }
    let form = match kind.as_str() {
        "application/activity+json" => Form::Activity,
        "application/ld+json" if has_profile => Form::Activity,
        // Some software leaves the profile out and still wants the only linked data there is.
        "application/ld+json" | "application/json" => Form::Json,
        "text/html" | "application/xhtml+xml" | "text/*" | "*/*" => Form::Page,
        _ => return None,
    };
    Some((weight, form))
}

fn thousandths(text: &str) -> Option<u16> {
    let value: f32 = text.parse().ok()?;
    if !(0.0..=1.0).contains(&value) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be in 0..=1 above"
    )]
    Some((value * 1_000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{Form, preferred};

    fn form(accept: &[&str]) -> Form {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        preferred(&headers)
    }

    #[test]
    fn servers_get_activities() {
        for accept in [
            "application/activity+json",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/activity+json, application/ld+json",
            "APPLICATION/ACTIVITY+JSON;q=0.9, text/html;q=0.1",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\", application/activity+json, application/json;q=0.5",
        ] {
            assert_eq!(form(&[accept]), Form::Activity, "{accept}");
        }
        assert_eq!(
            form(&["text/html;q=0.1", "application/activity+json"]),
            Form::Activity
        );
    }

    #[test]
    fn browsers_and_the_undecided_get_pages() {
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "*/*",
            "",
            "image/avif,*/*",
            "text/html, application/activity+json",
            "application/activity+json;q=0, */*",
            "application/activity+json;q=7",
        ] {
            assert_eq!(form(&[accept]), Form::Page, "{accept}");
        }
        assert_eq!(form(&[]), Form::Page);
    }

    #[test]
    fn other_programs_get_json() {
        assert_eq!(form(&["application/json"]), Form::Json);
        assert_eq!(form(&["application/ld+json"]), Form::Json);
    }
}
