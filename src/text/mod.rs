//! Text that people wrote, made safe to show: Markdown, HTML from elsewhere, plain text out of HTML, and names.
//!
//! Here belongs every function that turns text into HTML or HTML into text; nothing else in the program writes or
//! cleans HTML outside of templates. Who was mentioned, and where links lead, is asked of the caller: this room knows
//! neither database nor network.

pub mod escape;
pub mod markdown;
pub mod name;
pub mod plain;
pub mod sanitize;

/// The start of `text`, at most `max_bytes` long, cut between characters.
fn head(text: &str, max_bytes: usize) -> &str {
    let mut end = max_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
