//! Programs that register themselves.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::client::Holder;
use crate::domain::client_app::ClientApp;
use crate::http::api::Api;
use crate::http::api::body::{Body, Many};
use crate::http::api::error::ApiResult;
use crate::http::extract::client::ClientAddress;
use crate::services::oauth::{self, NewApp};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewApplication)]
pub(in crate::http::api) struct Asked {
    client_name: String,
    /// Each may hold several, one to a line.
    redirect_uris: Many<String>,
    scopes: String,
    website: Option<String>,
}

/// A program, as it may be shown to itself.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Application {
    id: String,
    name: String,
    #[schema(required, format = Uri)]
    website: Option<String>,
    scopes: Vec<String>,
    redirect_uris: Vec<String>,
    /// The older form of the same.
    redirect_uri: String,
    /// The key that push messages are signed with.
    vapid_key: String,
}

/// A program as it is told once, with its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CredentialApplication)]
pub(in crate::http::api) struct NewApplication {
    #[serde(flatten)]
    app: Application,
    client_id: String,
    client_secret: String,
    /// 0: never.
    client_secret_expires_at: i64,
}

impl Application {
    fn of(api: &Api, app: &ClientApp) -> Self {
        Application {
            id: app.id.to_string(),
            name: app.name.clone(),
            website: app.website.clone(),
            scopes: app.scopes.split_whitespace().map(str::to_owned).collect(),
            redirect_uris: app.redirects.iter().map(str::to_owned).collect(),
            redirect_uri: app.redirects.to_string(),
            vapid_key: api.pusher.server_key().to_owned(),
        }
    }
}

/// `POST /api/v1/apps`
pub(in crate::http::api) async fn create_app(
    State(api): State<Api>,
    client: ClientAddress,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<NewApplication>> {
    let new = NewApp {
        name: asked.client_name,
        website: asked.website,
        redirect_uris: asked.redirect_uris.0.join("\n"),
        scopes: asked.scopes,
        network: client.network().to_string(),
    };
    let (app, secret) = oauth::register(&api.ctx, new).await?;
    Ok(Json(NewApplication {
        app: Application::of(&api, &app),
        client_id: app.client_id,
        client_secret: secret.expose().to_owned(),
        client_secret_expires_at: 0,
    }))
}

/// `GET /api/v1/apps/verify_credentials`: with a token of the program's own, or one that a person gave it.
pub(in crate::http::api) async fn verify_app(
    State(api): State<Api>,
    holder: Holder,
) -> Json<Application> {
    Json(Application::of(&api, &holder.0))
}
