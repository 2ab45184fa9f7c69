//! The list of every key: its name, what it is when nobody sets it, and what it is for.

/// What a key is when nobody sets it. All texts are TOML values.
#[derive(Clone, Copy)]
pub(super) enum Preset {
    /// It has this value.
    Value(&'static str),
    /// It must be set; the example file shows this.
    Required(&'static str),
    /// It stays unset; the example file shows this in a comment.
    Unset(&'static str),
}

/// One key of the settings file. The one source for reading, the example file and the search for misspelt names.
pub(super) struct Key {
    /// Dotted, section first: `server.listen`.
    pub(super) path: &'static str,
    pub(super) preset: Preset,
    /// For the example file; several lines are allowed.
    pub(super) note: &'static str,
}

impl Key {
    pub(super) const fn new(path: &'static str, preset: Preset, note: &'static str) -> Self {
        Self { path, preset, note }
    }

    /// Section and name: `("storage.s3", "bucket")`.
    pub(super) fn split(&self) -> (&'static str, &'static str) {
        self.path.rsplit_once('.').unwrap_or(("", self.path))
    }
}

/// All keys, in the order of the example file.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    [
        super::instance::KEYS,
        super::server::KEYS,
        super::database::KEYS,
        super::storage::KEYS,
        super::mail::KEYS,
        super::federation::KEYS,
        super::limits::KEYS,
    ]
    .into_iter()
    .flatten()
}

pub(super) fn find(path: &str) -> Option<&'static Key> {
    all().find(|key| key.path == path)
}

/// Whether `path` is a section: some key lies below it.
pub(super) fn is_section(path: &str) -> bool {
    all().any(|key| {
        key.path
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The known key that looks most like `unknown`.
pub(super) fn nearest(unknown: &str) -> &'static str {
    nearest_of(unknown, all().map(|key| key.path))
}

/// The known section that looks most like `unknown`.
pub(super) fn nearest_section(unknown: &str) -> &'static str {
    nearest_of(unknown, all().map(|key| key.split().0))
}

fn nearest_of(unknown: &str, known: impl Iterator<Item = &'static str>) -> &'static str {
    known
        .min_by_key(|name| distance(unknown, name))
        .unwrap_or_default()
}

/// Levenshtein distance over the first 100 characters, so that a huge key costs nothing.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(100).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().take(100).enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut before = i + 1;
        next.push(before);
        for (r, pair) in right.iter().zip(row.windows(2)) {
            let &[diagonal, above] = pair else { break };
            before = (diagonal + usize::from(l != *r)).min(above.min(before) + 1);
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest, nearest_section};

    #[test]
    fn distance_counts_single_character_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn a_misspelt_key_finds_its_neighbour() {
        assert_eq!(nearest("server.lisen"), "server.listen");
        assert_eq!(nearest("federation.timescale"), "federation.time_scale");
        assert_eq!(nearest_section("databse"), "database");
    }
}
