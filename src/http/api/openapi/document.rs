//! The whole document.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::Operation;
use super::parameters::{link, shared};
use super::routes::Route;
use super::shapes::Schemas;
use crate::auth::scope::Scope;
use crate::http::api::error::Said;
use crate::http::web::scope_words;

const ABOUT: &str = "\
Mastodon's REST API as far as it goes here, and Kith's own endpoints for events and groups.

- A token is sent as `Authorization: Bearer TOKEN`; nothing else counts but at streams, and no cookie is read. Where \
strangers are answered too, a token is optional, and one that is wrong is an error.
- A body is a JSON object or a form; what it does not name is taken from the query. Forms nest names as Rails does: \
`id[]=1&id[]=2`, `fields_attributes[0][name]=…`. At most 400 parameters, 4 levels.
- Ids are decimal strings. Times are RFC 3339 in UTC.
- Every answer may instead be 421 (the request names another host), 408 (it did not arrive in time) or 500.";

/// What each heading is about.
const HEADINGS: [(&str, &str); 16] = [
    ("Accounts", "People and groups, as they are seen."),
    ("Profile", "One's own."),
    (
        "Relations",
        "Following, blocking, muting, and notes on others.",
    ),
    (
        "Statuses",
        "Posts: writing, reading, and what is done to them.",
    ),
    ("Scheduled statuses", "Posts that wait for their time."),
    ("Media", "Pictures."),
    ("Timelines", "Lists of posts, newest first."),
    ("Streams", "The same at once, as it happens."),
    ("Notifications", "What one is told."),
    ("Push", "Being told while the app sleeps."),
    ("Hashtags", "Following and featuring them."),
    (
        "Lists and filters",
        "What one wants to read together, or not at all.",
    ),
    ("Events and groups", "Kith's own."),
    ("Search", "Finding people, posts, events and hashtags."),
    ("Server", "What this server says of itself."),
    ("Apps", "Programs and their tokens (OAuth 2)."),
];

/// The document of these routes, and the names of shapes that mean two things.
pub(super) fn document(routes: &[Route]) -> (Value, Vec<String>) {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let operation = Operation::new(route, &mut schemas).finish();
        let method = route.method.as_str().to_ascii_lowercase();
        let path = paths.entry(&route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(method, operation);
        }
    }
    let parameters = shared(&mut schemas);
    let responses = errors(&mut schemas);
    let (shapes, clashes) = schemas.finish();
    let headings = HEADINGS.map(|(name, says)| json!({ "name": name, "description": says }));
    let whole = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kith's client API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/" }],
        "tags": headings,
        "paths": paths,
        "components": {
            "schemas": shapes,
            "parameters": parameters,
            "responses": responses,
            "headers": { "Link": link() },
            "securitySchemes": schemes(),
        },
    });
    (whole, clashes)
}

/// Errors by their code: all have one shape.
fn errors(schemas: &mut Schemas) -> Value {
    let shape = schemas.refer::<Said>();
    let all = [
        (400, "The request cannot be read."),
        (401, "No token, or one that does not count (any more)."),
        (
            403,
            "The token lacks the scope, or its person may not do this.",
        ),
        (404, "There is no such thing, or the caller may not see it."),
        (406, "It is not there in the form that is asked for."),
        (409, "It is as asked for already."),
        (413, "The body is too large."),
        (415, "The body is neither JSON nor a form."),
        (
            422,
            "A field is wrong (`details` says which and why), or it cannot be done.",
        ),
        (
            429,
            "Too often. `Retry-After` says in seconds when to come again.",
        ),
        (
            503,
            "The server is too busy, or its database is away. `Retry-After` as with 429.",
        ),
    ];
    let all: Map<String, Value> = all
        .into_iter()
        .map(|(code, says): (u16, &str)| {
            let mut response = json!({
                "description": says,
                "content": { "application/json": { "schema": shape } },
            });
            if let (429 | 503, Some(map)) = (code, response.as_object_mut()) {
                let seconds = json!({ "schema": { "type": "integer" } });
                map.insert("headers".into(), json!({ "Retry-After": seconds }));
            }
            (code.to_string(), response)
        })
        .collect();
    debug_assert!(all.keys().all(|code| code.parse::<StatusCode>().is_ok()));
    json!(all)
}

fn schemes() -> Value {
    let scopes: Map<String, Value> = Scope::all()
        .map(|scope| (scope.to_string(), json!(scope_words::words(scope))))
        .collect();
    json!({
        "OAuth": {
            "type": "oauth2",
            "description": "A program registers at `/api/v1/apps`, and asks its person, with PKCE where it keeps no secret.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "/oauth/authorize",
                    "tokenUrl": "/oauth/token",
                    "scopes": scopes,
                },
                "clientCredentials": { "tokenUrl": "/oauth/token", "scopes": scopes },
            },
        },
        "Client": { "type": "http", "scheme": "basic", "description": "`client_id` and `client_secret`." },
    })
}
