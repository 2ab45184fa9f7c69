//! HTML of posts and profiles, made harmless, and remembered: the same text is shown far more often than it is written.
//!
//! What is remembered depends on nothing but the text itself, so that it can never be out of date.

use std::fmt;
use std::sync::{Arc, LazyLock};

use askama::filters::HtmlSafe;
use moka::sync::Cache;

use crate::text::{plain, sanitize};

/// Memory for each of the two caches, counted in bytes of text before and after.
const CACHE_BYTES: u64 = 12 * 1024 * 1024;
/// Longer texts are rare and not kept.
const KEPT_BYTES: usize = 32 * 1024;
/// Characters of a description for previews (OpenGraph has no limit; readers cut at about this).
const PREVIEW_CHARS: usize = 200;

/// HTML that went through the sanitiser: the only HTML that templates print as it is.
#[derive(Debug, Clone)]
pub(super) struct Clean(Arc<str>);

impl Clean {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Clean {}

static CLEANED: LazyLock<Cache<Arc<str>, Arc<str>>> = LazyLock::new(cache);
static PREVIEWS: LazyLock<Cache<Arc<str>, Arc<str>>> = LazyLock::new(cache);

fn cache() -> Cache<Arc<str>, Arc<str>> {
    Cache::builder()
        .max_capacity(CACHE_BYTES)
        .weigher(|from: &Arc<str>, to: &Arc<str>| {
            u32::try_from(from.len() + to.len() + 100).unwrap_or(u32::MAX)
        })
        .build()
}

fn remembered(
    cache: &Cache<Arc<str>, Arc<str>>,
    text: &str,
    make: impl FnOnce(&str) -> String,
) -> Arc<str> {
    if text.len() > KEPT_BYTES {
        return make(text).into();
    }
    if let Some(kept) = cache.get(text) {
        return kept;
    }
    let fresh: Arc<str> = make(text).into();
    cache.insert(text.into(), Arc::clone(&fresh));
    fresh
}

/// `html` as it may stand in a page.
#[must_use]
pub(super) fn clean(html: &str) -> Clean {
    Clean(remembered(&CLEANED, html, sanitize::sanitize))
}

/// The text of `html` in one line, for descriptions.
#[must_use]
pub(super) fn preview(html: &str) -> String {
    let preview = remembered(&PREVIEWS, html, |html| plain::preview(html, PREVIEW_CHARS));
    preview.as_ref().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_was_cleaned() {
        let html = "<p>Hi<script>alert(1)</script></p>";
        for _ in 0..2 {
            assert_eq!(clean(html).to_string(), "<p>Hi</p>");
            assert_eq!(preview(html), "Hi");
        }
        let long = format!("<p>{}</p><script>x</script>", "a".repeat(KEPT_BYTES));
        assert!(!clean(&long).to_string().contains("script"));
    }
}
