//! The one way text gets into HTML that we write ourselves.

/// Appends `text` so that it means itself between tags and inside quoted attributes (HTML §13.1.2, §13.1.2.3).
pub(super) fn push(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
}

/// `text` as it stands in HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_character_with_a_meaning_is_replaced() {
        let mut out = String::new();
        super::push(&mut out, r#"<a b="c" d='e'>&"#);
        assert_eq!(out, "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
    }
}
