//! Which addresses may stand in a page, and how ours are written there.

use url::{Url, form_urlencoded};

use crate::domain::actor::Actor;
use crate::domain::uris::{Uris, authority, same_origin};

/// Longer addresses of ours are not gone back to.
const PATH_BYTES: usize = 2_048;

/// An address that may be a link: http or https, with a host, without a name or password that could pose as a host.
#[must_use]
pub(super) fn web_link(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_web && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// The page of a remote thing at its own server: `url` only on the origin of `uri`, else `uri` itself.
#[must_use]
pub(super) fn original(uri: &str, url: Option<&str>) -> Option<Url> {
    let id = web_link(uri)?;
    let page = url.and_then(web_link).filter(|page| same_origin(page, &id));
    Some(page.unwrap_or(id))
}

/// The host an address leads to, for showing beside it.
#[must_use]
pub(super) fn host_of(uri: &str) -> String {
    Url::parse(uri)
        .ok()
        .and_then(|url| authority(&url))
        .unwrap_or_default()
}

/// A picture that a page may show: only from this server, so that looking at a page tells no other server.
#[must_use]
pub(super) fn own_picture(uris: &Uris, address: Option<&str>) -> Option<String> {
    let url = Url::parse(address?).ok()?;
    uris.is_local(&url).then(|| url.path().to_owned())
}

/// The page about an actor here.
#[must_use]
pub(super) fn actor_page(actor: &Actor) -> String {
    let is_plain = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':'))
    };
    if actor.local {
        let folder = if actor.is_group() { "groups" } else { "people" };
        format!("/{folder}/{}", actor.handle)
    } else if actor.handle_confirmed && is_plain(&actor.handle) && is_plain(&actor.host) {
        format!("/@{}@{}", actor.handle, actor.host)
    } else {
        interaction_page(&actor.uri)
    }
}

/// `text` as an address of ours from the root, with its query; `None` for whatever could lead elsewhere.
#[must_use]
pub(super) fn local_path(text: &str) -> Option<String> {
    let is_plain = text.len() <= PATH_BYTES && text.bytes().all(|b| (0x21..0x7f).contains(&b));
    let is_rooted = text.starts_with('/') && !text.starts_with("//");
    if !is_plain || !is_rooted || text.contains('\\') {
        return None;
    }
    // As a browser will understand it, which is another thing than how it looks.
    let base = Url::parse("https://kith.invalid").ok()?;
    let url = base.join(text).ok()?;
    let is_here = same_origin(&url, &base) && !url.path().starts_with("//");
    is_here.then(|| match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

/// The log-in page, from where one comes back to `next`.
#[must_use]
pub(super) fn log_in_page(next: Option<&str>) -> String {
    match next.and_then(local_path).filter(|path| path != "/") {
        Some(path) => {
            let encoded: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
            format!("/log-in?next={encoded}")
        }
        None => "/log-in".to_owned(),
    }
}

/// The page that says how to act on a thing from here.
#[must_use]
pub(super) fn interaction_page(uri: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(uri.as_bytes()).collect();
    format!("/authorize_interaction?uri={encoded}")
}

/// The page that looks something up.
#[must_use]
pub(super) fn search_page(text: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    format!("/search?q={encoded}")
}

/// A language tag that may stand in `lang` (RFC 5646 §2.1, by its letters).
#[must_use]
pub(super) fn language(tag: Option<&str>) -> Option<String> {
    let tag = tag?;
    let is_tag = (2..=35).contains(&tag.len())
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_tag.then(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_honest_web_addresses_become_links() {
        assert!(web_link("https://maria.example/about").is_some());
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://bank.example@evil.example/",
            "//x.example",
            "mailto:a@b.example",
            "",
        ] {
            assert_eq!(web_link(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_original_never_leads_to_another_origin() {
        let id = "https://a.example/notes/1";
        let page = |url| original(id, Some(url)).unwrap().to_string();
        assert_eq!(page("https://a.example/@x/1"), "https://a.example/@x/1");
        assert_eq!(page("https://b.example/@x/1"), id);
        assert_eq!(page("javascript:alert(1)"), id);
        assert_eq!(original("ftp://a.example/1", None), None);
    }

    #[test]
    fn pictures_of_other_servers_are_not_shown() {
        let uris = Uris::new("https", "kith.example");
        let own = own_picture(&uris, Some("https://kith.example/media/a.png"));
        assert_eq!(own.as_deref(), Some("/media/a.png"));
        assert_eq!(
            own_picture(&uris, Some("https://else.example/media/a.png")),
            None
        );
        assert_eq!(own_picture(&uris, Some("/media/a.png")), None);
    }

    #[test]
    fn language_tags_are_letters_digits_and_hyphens() {
        assert_eq!(language(Some("pt-BR")).as_deref(), Some("pt-BR"));
        assert_eq!(language(Some("\" onload=\"x")), None);
        assert_eq!(language(Some("")), None);
    }
}
