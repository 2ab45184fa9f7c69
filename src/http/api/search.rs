//! Searching people, posts by their address, and hashtags.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::Actor;
use crate::http::finding::Found;
use crate::services::reading::{EventView, PostView, Waiting};

use super::auth::{SignedIn, Viewer};
use super::body::{Flag, Number, Query};
use super::entities::Empty;
use super::entities::account::Account;
use super::entities::event::Event;
use super::entities::status::{Status, Tag};
use super::error::{ApiError, ApiResult};
use super::{Api, accounts, people_of_event, people_of_post};

/// Longest text that is searched for, in characters.
const MAX_TEXT: usize = 500;
/// Longest hashtag.
const MAX_TAG: usize = 100;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    r#type: Option<String>,
    resolve: Flag,
    limit: Number,
    offset: Number,
}

/// What was found. `events` is Kith's own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchResults)]
pub(super) struct Results {
    accounts: Vec<Account>,
    statuses: Vec<Status>,
    hashtags: Vec<Hashtag>,
    events: Vec<Event>,
}

/// A hashtag that a text could be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundTag)]
struct Hashtag {
    #[serde(flatten)]
    tag: Tag,
    history: Empty,
}

#[derive(Default)]
struct Gathered {
    actors: Vec<Actor>,
    posts: Vec<PostView>,
    events: Vec<EventView>,
    tags: Vec<String>,
}

/// `GET /api/v2/search?q=&type=&resolve=&limit=`
pub(super) async fn search(
    State(api): State<Api>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<Results>> {
    let who = viewer.signed_in(Scope::Read(Area::Search));
    let text = asked.q.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Err(ApiError::Malformed("q is missing or too long"));
    }
    // There is one page: what is found by address or handle comes first, and who wants more writes more.
    let found = if asked.offset.0.unwrap_or_default() > 0 {
        Gathered::default()
    } else {
        gather(&api, who, text, &asked).await?
    };
    let people = found
        .actors
        .iter()
        .chain(found.posts.iter().flat_map(people_of_post))
        .chain(found.events.iter().flat_map(people_of_event));
    let desk = api.desk(people).await?;
    Ok(Json(Results {
        accounts: found.actors.iter().map(|a| Account::of(a, &desk)).collect(),
        statuses: found.posts.iter().map(|p| Status::of(p, &desk)).collect(),
        hashtags: found
            .tags
            .iter()
            .map(|name| Hashtag {
                tag: Tag::of(name, &desk),
                history: Empty,
            })
            .collect(),
        events: found
            .events
            .iter()
            .map(|e| Event::of(e, Waiting::default(), &desk))
            .collect(),
    }))
}

async fn gather(
    api: &Api,
    who: Option<&SignedIn>,
    text: &str,
    asked: &Asked,
) -> ApiResult<Gathered> {
    let wants = |kind: &str| asked.r#type.as_deref().is_none_or(|only| only == kind);
    let mut found = Gathered::default();
    if let Some(address) = web_address(text) {
        let resolver = if asked.resolve.0 { who } else { None };
        let named = match resolver {
            Some(_) => api.finder(resolver).uri(&address).await?,
            None => api.finder(who).known(&address).await?,
        };
        match named {
            Some(Found::Actor(actor)) if wants("accounts") => found.actors.push(*actor),
            Some(Found::Post(post)) if wants("statuses") => found.posts.push(*post),
            Some(Found::Event(event)) if wants("events") => found.events.push(*event),
            _ => {}
        }
        return Ok(found);
    }
    let limit = asked.limit.0.unwrap_or(20).clamp(1, 40);
    if wants("accounts") && !text.starts_with('#') {
        found.actors = accounts::search(api, who, text, (asked.resolve.0, limit)).await?;
    }
    if wants("hashtags") {
        found.tags.extend(hashtag(text));
    }
    Ok(found)
}

fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "https" | "http").then_some(url)
}

/// The hashtag that a text could be, in lower case.
fn hashtag(text: &str) -> Option<String> {
    let name = text.trim_start_matches('#');
    let fits = !name.is_empty()
        && name.chars().count() <= MAX_TAG
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.chars().all(|c| c.is_ascii_digit());
    fits.then(|| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_word_is_a_hashtag() {
        assert_eq!(hashtag("#Rust"), Some("rust".into()));
        assert_eq!(hashtag("köln"), Some("köln".into()));
        for text in ["#", "two words", "123", "@maria", "a/b"] {
            assert_eq!(hashtag(text), None, "{text}");
        }
    }

    #[test]
    fn only_addresses_on_the_web_are_looked_up() {
        assert!(web_address("https://a.example/posts/1").is_some());
        for text in [
            "maria",
            "file:///etc/passwd",
            "acct:maria@a.example",
            "@a@b.example",
        ] {
            assert!(web_address(text).is_none(), "{text}");
        }
    }
}
