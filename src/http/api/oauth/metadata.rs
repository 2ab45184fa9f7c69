//! `/.well-known/oauth-authorization-server` (RFC 8414).

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::scope::Scope;
use crate::http::api::Api;

/// What the authorization server can do (RFC 8414).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthorizationServer)]
pub(in crate::http::api) struct Metadata {
    #[schema(format = Uri)]
    issuer: String,
    #[schema(format = Uri)]
    authorization_endpoint: String,
    #[schema(format = Uri)]
    token_endpoint: String,
    #[schema(format = Uri)]
    revocation_endpoint: String,
    #[schema(format = Uri)]
    userinfo_endpoint: String,
    /// Mastodon's registration, which is not RFC 7591.
    #[schema(format = Uri)]
    app_registration_endpoint: String,
    scopes_supported: Vec<String>,
    #[schema(value_type = Vec<String>)]
    response_types_supported: [&'static str; 1],
    #[schema(value_type = Vec<String>)]
    response_modes_supported: [&'static str; 1],
    #[schema(value_type = Vec<String>)]
    grant_types_supported: [&'static str; 2],
    #[schema(value_type = Vec<String>)]
    token_endpoint_auth_methods_supported: [&'static str; 3],
    #[schema(value_type = Vec<String>)]
    code_challenge_methods_supported: [&'static str; 1],
}

/// `GET /.well-known/oauth-authorization-server`
pub(in crate::http::api) async fn show_authorization_server(
    State(api): State<Api>,
) -> Json<Metadata> {
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
