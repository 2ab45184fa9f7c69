//! A strict little reader of our own HTML: what is not well-formed fails the test that looks at it.

/// One start tag with its attributes, as a browser would read them.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

const VOID: &[&str] = &["meta", "link", "img", "br", "hr", "input"];

/// All start tags of a page. Panics when tags do not nest, an attribute is not quoted or stands twice, an id stands
/// twice, or a `<` or `&` stands bare in text.
pub(super) fn read(html: &str) -> Vec<Tag> {
    let mut rest = html
        .strip_prefix("<!doctype html>")
        .unwrap_or_else(|| panic!("no doctype: {html:.80}"));
    let (mut open, mut tags, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    while let Some((text, tail)) = rest.split_once('<') {
        check_text(text);
        let (inside, after) = split_tag(tail);
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            let expected: Option<String> = open.pop();
            assert_eq!(expected.as_deref(), Some(name), "near {after:.120}");
            continue;
        }
        let tag = start_tag(inside);
        if let Some(id) = tag.get("id") {
            assert!(!ids.contains(&id.to_owned()), "id {id} stands twice");
            ids.push(id.to_owned());
        }
        if !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        tags.push(tag);
    }
    check_text(rest);
    assert!(open.is_empty(), "left open: {open:?}");
    tags
}

fn split_tag(tail: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = tail.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    let end = end.unwrap_or_else(|| panic!("a tag without an end: {tail:.80}"));
    let (inside, after) = tail.split_at(end);
    (inside, after.strip_prefix('>').unwrap())
}

fn check_text(text: &str) {
    for after in text.split('&').skip(1) {
        let entity = after.split(';').next().unwrap_or_default();
        assert!(
            entity.len() < 10 && entity.len() < after.len(),
            "a bare & in {text:.200}"
        );
    }
}

fn start_tag(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    assert!(
        name.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
        "{inside}"
    );
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.trim().is_empty() {
        let (name, tail) = rest
            .split_once("=\"")
            .unwrap_or_else(|| panic!("an attribute without quotes: {inside}"));
        let (value, after) = tail.split_once('"').unwrap();
        let name = name.trim();
        assert!(
            name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{inside}"
        );
        assert!(
            attributes.iter().all(|(n, _)| n != name),
            "{name} stands twice in {inside}"
        );
        attributes.push((name.to_owned(), unescape(value)));
        rest = after;
    }
    Tag {
        name: name.to_owned(),
        attributes,
    }
}

fn unescape(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
        .replace("&lt;", "<")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// What must hold for every page whatever is on it: nothing runs, nothing is loaded from elsewhere, links lead only
/// to places a person can go.
pub(super) fn check(html: &str) -> Vec<Tag> {
    let tags = read(html);
    for tag in &tags {
        assert!(
            ![
                "script", "style", "iframe", "object", "embed", "base", "svg"
            ]
            .contains(&tag.name.as_str()),
            "{tag:?}"
        );
        if tag.name == "form" {
            let action = tag.get("action").unwrap_or("//");
            let is_ours = action.starts_with('/') && !action.starts_with("//");
            assert!(is_ours && tag.get("method") == Some("post"), "{tag:?}");
        }
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on") && name != "style", "{tag:?}");
            let loads = matches!(name.as_str(), "src" | "srcset" | "poster" | "background")
                || (tag.name == "link"
                    && name == "href"
                    && matches!(tag.get("rel"), Some("stylesheet" | "icon")));
            if loads {
                let is_ours = value.starts_with('/') && !value.starts_with("//");
                assert!(is_ours, "loaded from elsewhere: {tag:?}");
            }
            if name == "href" {
                let is_safe = value.starts_with("https://")
                    || value.starts_with("http://")
                    || value.starts_with("mailto:")
                    || value.starts_with('#')
                    || value.starts_with('?')
                    || (value.starts_with('/') && !value.starts_with("//"));
                assert!(is_safe, "{tag:?}");
            }
        }
    }
    let tokens = tags
        .iter()
        .filter(|tag| tag.get("name") == Some("form_token"));
    let forms = tags.iter().filter(|tag| tag.name == "form");
    assert_eq!(tokens.count(), forms.count(), "a form without its token");
    assert!(tags.iter().any(|tag| tag.name == "h1"), "no heading");
    assert_eq!(tags[0].get("lang"), Some("en"));
    tags
}

/// The content of the `<meta>` called `name`.
pub(super) fn meta<'t>(tags: &'t [Tag], name: &str) -> Option<&'t str> {
    tags.iter()
        .filter(|tag| tag.name == "meta")
        .find(|tag| tag.get("name") == Some(name) || tag.get("property") == Some(name))
        .and_then(|tag| tag.get("content"))
}
