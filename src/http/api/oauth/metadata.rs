//! `/.well-known/oauth-authorization-server` (RFC 8414).

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::auth::scope::Scope;
use crate::http::api::Api;

#[derive(Debug, Serialize)]
pub(in crate::http::api) struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    userinfo_endpoint: String,
    /// Mastodon's registration, which is not RFC 7591.
    app_registration_endpoint: String,
    scopes_supported: Vec<String>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 2],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    code_challenge_methods_supported: [&'static str; 1],
}

/// `GET /.well-known/oauth-authorization-server`
pub(in crate::http::api) async fn show_metadata(State(api): State<Api>) -> Json<Metadata> {
    let at = |path| api.ctx.uris.at(path);
    Json(Metadata {
        issuer: at("/"),
        authorization_endpoint: at("/oauth/authorize"),
        token_endpoint: at("/oauth/token"),
        revocation_endpoint: at("/oauth/revoke"),
        userinfo_endpoint: at("/oauth/userinfo"),
        app_registration_endpoint: at("/api/v1/apps"),
        scopes_supported: Scope::all().map(|scope| scope.to_string()).collect(),
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: ["authorization_code", "client_credentials"],
        token_endpoint_auth_methods_supported: [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        code_challenge_methods_supported: ["S256"],
    })
}
