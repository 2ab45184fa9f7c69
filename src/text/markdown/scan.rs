//! Finds mentions, hashtags and addresses in a run of text. Every character is looked at a bounded number of times.

use url::Url;

use crate::text::name::is_mark;

/// Longer addresses stay text.
const MAX_URL_BYTES: usize = 2_048;
/// Longer handles and tags stay text.
const MAX_NAME_CHARS: usize = 100;
/// RFC 1035 §2.3.4, and a port.
const MAX_HOST_BYTES: usize = 260;

/// A piece of text; all pieces together, in order, are the whole text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Text(&'t str),
    Mention {
        written: &'t str,
        user: &'t str,
        host: Option<&'t str>,
    },
    Hashtag {
        written: &'t str,
        name: &'t str,
    },
    Url(&'t str),
}

impl Token<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Url(text) => text.len(),
            Self::Mention { written, .. } | Self::Hashtag { written, .. } => written.len(),
        }
    }
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut plain_from = 0;
    let mut at = 0;
    let mut before = None;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(token) = token(rest, before) {
            push_text(&mut found, text.get(plain_from..at));
            at += token.len();
            plain_from = at;
            before = Some('x');
            found.push(token);
            continue;
        }
        let c = rest.chars().next().unwrap_or_default();
        // What looks like an address but is none is passed over whole, or each later part would be tried again.
        at += if is_url_start(rest, before) {
            url_run(rest).len()
        } else {
            c.len_utf8()
        };
        before = Some(c);
    }
    push_text(&mut found, text.get(plain_from..));
    found
}

fn push_text<'t>(found: &mut Vec<Token<'t>>, text: Option<&'t str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        found.push(Token::Text(text));
    }
}

/// The token at the start of `rest`, if one starts here.
fn token(rest: &str, before: Option<char>) -> Option<Token<'_>> {
    if is_url_start(rest, before) {
        return url(rest);
    }
    match rest.chars().next()? {
        '@' if is_free(before) => mention(rest),
        '#' if is_free(before) && before != Some('&') => hashtag(rest),
        _ => None,
    }
}

/// Whether a name may start behind this character: not within words, paths, addresses and handles.
fn is_free(before: Option<char>) -> bool {
    before.is_none_or(|c| !(is_word(c) || matches!(c, '/' | '@' | '#' | '.' | '-' | '=' | '?')))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_mark(c)
}

fn mention(rest: &str) -> Option<Token<'_>> {
    let user = user(rest.strip_prefix('@')?)?;
    let after_user = rest.get(1 + user.len()..)?;
    let host = after_user.strip_prefix('@').and_then(host);
    if host.is_none() && after_user.starts_with('@') {
        return None;
    }
    let len = 1 + user.len() + host.map_or(0, |host| 1 + host.len());
    Some(Token::Mention {
        written: rest.get(..len)?,
        user,
        host,
    })
}

/// Letters, digits and `_`, with `.` and `-` between them.
fn user(text: &str) -> Option<&str> {
    let run = run(text, |c| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
    });
    let user = run.trim_end_matches(['.', '-']);
    let starts_well = !user.starts_with(['.', '-']);
    (starts_well && (1..=MAX_NAME_CHARS).contains(&user.len())).then_some(user)
}

/// A host name with at least one dot or a port; the full stop behind it is none of it.
fn host(text: &str) -> Option<&str> {
    let name =
        run(text, |c| c.is_alphanumeric() || matches!(c, '.' | '-')).trim_end_matches(['.', '-']);
    let labels_are_good = name
        .split('.')
        .all(|label| !label.is_empty() && !label.starts_with('-'));
    if !labels_are_good || name.len() > MAX_HOST_BYTES {
        return None;
    }
    let port = text
        .get(name.len()..)
        .and_then(|rest| rest.strip_prefix(':'))
        .map(|rest| run(rest, |c| c.is_ascii_digit()))
        .filter(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if port.is_none() && !name.contains('.') {
        return None;
    }
    text.get(..name.len() + port.map_or(0, |port| 1 + port.len()))
}

fn hashtag(rest: &str) -> Option<Token<'_>> {
    let name =
        run(rest.strip_prefix('#')?, |c| is_word(c) || is_joint(c)).trim_end_matches(is_joint);
    let is_number = name.chars().all(|c| c.is_numeric() || c == '_');
    if is_number || name.chars().count() > MAX_NAME_CHARS {
        return None;
    }
    Some(Token::Hashtag {
        written: rest.get(..=name.len())?,
        name,
    })
}

/// Signs inside words of some languages: the middle dot, the non-joiner, and the vowel killers of Indic scripts.
fn is_joint(c: char) -> bool {
    matches!(
        c,
        '·' | '\u{200c}'
            | '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
    )
}

fn is_url_start(rest: &str, before: Option<char>) -> bool {
    before.is_none_or(|c| !is_word(c))
        && (rest.starts_with("https://") || rest.starts_with("http://"))
}

fn url(rest: &str) -> Option<Token<'_>> {
    // The length is asked first: trimming may look at every character more than once.
    let run = Some(url_run(rest)).filter(|run| run.len() <= MAX_URL_BYTES)?;
    let url = trim_url(run);
    is_good_link(url).then_some(Token::Url(url))
}

fn url_run(rest: &str) -> &str {
    run(rest, |c| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | '`')
    })
}

/// Without the punctuation of the sentence around it. A closing bracket stays if it was opened inside.
fn trim_url(run: &str) -> &str {
    let mut url = run;
    loop {
        url = url.trim_end_matches([
            '.', ',', ';', ':', '!', '?', '\'', '*', '_', '~', ']', '}', '…',
        ]);
        let is_surplus = url.matches(')').count() > url.matches('(').count();
        match url.strip_suffix(')') {
            Some(shorter) if is_surplus => url = shorter,
            _ => return url,
        }
    }
}

/// Schemes that are ever rendered, with a host where one belongs, and without a user name that pretends to be one.
pub(super) fn is_good_link(href: &str) -> bool {
    let Ok(url) = Url::parse(href) else {
        return false;
    };
    match url.scheme() {
        "http" | "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        "mailto" => url.path().contains('@'),
        _ => false,
    }
}

/// The longest start of `text` that consists of such characters.
fn run(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
