//! host-meta (RFC 6415): where WebFinger is, for servers that answer it under another address.

use url::Url;

use super::activitystreams::lenient::acceptable_id;

/// The media type of host-meta documents.
pub const XRD_TYPE: &str = "application/xrd+xml";

/// Longest document that is looked at, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Our document; `webfinger` is the address of WebFinger without a query.
#[must_use]
pub fn render(webfinger: &Url) -> String {
    let template = escape(webfinger.as_str());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" type=\"application/xrd+xml\" template=\"{template}?resource={{uri}}\"/>\n\
         </XRD>\n"
    )
}

/// The address template with `{uri}` of another server's WebFinger. `None` if there is none, or one that is not https.
#[must_use]
pub fn lrdd_template(document: &str) -> Option<String> {
    let document = document.get(..document.floor_char_boundary(MAX_BYTES))?;
    let links = document.split('<').filter_map(|tag| {
        tag.strip_prefix("Link")
            .filter(|rest| rest.starts_with(char::is_whitespace))
    });
    let tags = links.filter_map(|tag| tag.split('>').next());
    let template = tags
        .filter(|tag| attribute(tag, "rel").as_deref() == Some("lrdd"))
        .find_map(|tag| attribute(tag, "template"))?;
    let plain = Url::parse(&template.replace("{uri}", "x")).ok()?;
    (template.contains("{uri}") && acceptable_id(&plain)).then_some(template)
}

/// The value of an attribute of a tag, with the predefined entities replaced.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        let (before, after) = rest.split_once('=')?;
        let found = before.trim();
        let value = after.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = value.strip_prefix(quote)?.split_once(quote)?;
        if found == name {
            return Some(unescape(value));
        }
        rest = after;
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_understand_our_own_document() {
        let document = render(&Url::parse("https://kith.example/.well-known/webfinger").unwrap());
        assert_eq!(
            lrdd_template(&document).unwrap(),
            "https://kith.example/.well-known/webfinger?resource={uri}"
        );
    }

    #[test]
    fn the_order_and_quotes_of_attributes_do_not_matter() {
        let document = "<XRD><Link rel='self' href='x'/><Link\n template='https://a.example/wf?a=1&amp;r={uri}' type = \"x\" rel=\"lrdd\" ></Link></XRD>";
        assert_eq!(
            lrdd_template(document).unwrap(),
            "https://a.example/wf?a=1&r={uri}"
        );
    }

    #[test]
    fn unusable_documents_give_nothing() {
        for document in [
            "",
            "<",
            "<Link",
            "<Link ",
            "<Link rel",
            "<Link rel=",
            "<Link rel=\"lrdd",
            "Not Found",
            "<Link rel=\"lrdd\" template=\"http://a.example/{uri}\"/>",
            "<Link rel=\"lrdd\" template=\"https://a.example/\"/>",
            "<Link rel=\"lrdd\" template=\"https://10.0.0.1/{uri}\"/>",
            "<Linked rel=\"lrdd\" template=\"https://a.example/{uri}\"/>",
        ] {
            assert_eq!(lrdd_template(document), None, "{document}");
        }
    }
}
