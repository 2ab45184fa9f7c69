//! `/oauth/authorize`: a person lets a program act for them, or does not.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use url::Url;

use super::account_form::plain_frame;
use super::frame::Frame;
use super::pages::{PageResult, show};
use super::scope_words::{Power, powers};
use super::signed_in::{SignedIn, Viewer};
use crate::app::App;
use crate::domain::client_app::{OUT_OF_BAND, with_answer};
use crate::http::middleware::security;
use crate::http::{AppState, HttpError};
use crate::services::oauth::{self, Asked, OauthError, Proposal};

/// What the program sent along, and sends again with the answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Request {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    /// `allow`; everything else is no.
    answer: String,
}

/// Longest `state` that is sent back.
const STATE_BYTES: usize = 4_000;

impl Request {
    fn asked(&self) -> Result<Asked, OauthError> {
        if self.response_type != "code" {
            return Err(OauthError::InvalidRequest("response_type is to be code"));
        }
        if self
            .state
            .as_ref()
            .is_some_and(|state| state.len() > STATE_BYTES)
        {
            return Err(OauthError::InvalidRequest("state is too long"));
        }
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Ok(Asked {
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            scopes: self.scope.clone(),
            challenge: given(&self.code_challenge),
            challenge_method: given(&self.code_challenge_method),
        })
    }
}

#[derive(Template)]
#[template(path = "oauth_authorize.html")]
struct ConsentPage<'a> {
    frame: Frame,
    form_token: &'a str,
    /// What the program says it is called, and where it says it lives.
    name: &'a str,
    website: Option<&'a str>,
    /// Where one is sent afterwards: a host, a program on the device, or nowhere.
    leads_to: Option<String>,
    me: String,
    powers: Vec<Power>,
    request: &'a Request,
}

#[derive(Template)]
#[template(path = "oauth_code.html")]
struct CodePage<'a> {
    frame: Frame,
    name: &'a str,
    code: &'a str,
}

/// `GET /oauth/authorize`
pub(super) async fn ask_for_consent(
    State(app): State<AppState>,
    who: SignedIn,
    Query(request): Query<Request>,
) -> PageResult {
    let proposal = match propose(&app, &request).await? {
        Ok(proposal) => proposal,
        Err(refusal) => return Ok(refusal),
    };
    let page = ConsentPage {
        frame: plain_frame(&app, &Viewer::from(who.clone()), "Let an app in"),
        form_token: who.form_token(),
        name: &proposal.app.name,
        website: proposal.app.website.as_deref(),
        leads_to: leads_to(&proposal.redirect_uri),
        me: format!("@{}@{}", who.actor.handle, app.ctx.uris.host()),
        powers: powers(&proposal.scopes),
        request: &request,
    };
    let mut response = show(&page)?;
    // Browsers apply the rule for forms to where the answer to a form leads as well.
    if let Some(policy) = form_target(&proposal.redirect_uri)
        .and_then(|target| HeaderValue::try_from(security::policy_with_form_target(&target)).ok())
    {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// `POST /oauth/authorize`
pub(super) async fn answer_consent(
    State(app): State<AppState>,
    who: SignedIn,
    Form(request): Form<Request>,
) -> PageResult {
    let proposal = match propose(&app, &request).await? {
        Ok(proposal) => proposal,
        Err(refusal) => return Ok(refusal),
    };
    let out_of_band = proposal.redirect_uri == OUT_OF_BAND;
    if request.answer != "allow" {
        return if out_of_band {
            Ok(Redirect::to("/").into_response())
        } else {
            send_back(&request, &[("error", "access_denied")])
        };
    }
    let code = match oauth::agree(&app.ctx, who.account, &proposal).await {
        Ok(code) => code,
        Err(error) => return Ok(refuse(error)?),
    };
    if !out_of_band {
        return send_back(&request, &[("code", code.expose())]);
    }
    show(&CodePage {
        frame: plain_frame(&app, &Viewer::from(who.clone()), "Your code"),
        name: &proposal.app.name,
        code: code.expose(),
    })
}

/// The proposal, or the page that says why there is none. Nobody is sent to an address that may be a stranger's.
async fn propose(app: &App, request: &Request) -> Result<Result<Proposal, Response>, HttpError> {
    let proposed = match request.asked() {
        Ok(asked) => oauth::propose(&app.ctx, &asked).await,
        Err(error) => Err(error),
    };
    match proposed {
        Ok(proposal) => Ok(Ok(proposal)),
        Err(error) => refuse(error).map(Err),
    }
}

fn refuse(error: OauthError) -> Result<Response, HttpError> {
    match error {
        OauthError::Store(error) => Err(error.into()),
        error => {
            let text =
                format!("The app that sent you here asked for something that cannot be: {error}.");
            Ok(HttpError::new(StatusCode::BAD_REQUEST, text).into_response())
        }
    }
}

fn send_back(request: &Request, answer: &[(&str, &str)]) -> PageResult {
    let mut parameters = answer.to_vec();
    if let Some(state) = &request.state {
        parameters.push(("state", state));
    }
    let address = with_answer(&request.redirect_uri, &parameters)
        .map_err(|_malformed| HttpError::internal())?;
    Ok(Redirect::to(&address).into_response())
}

/// Where an address leads, in words.
fn leads_to(address: &str) -> Option<String> {
    let url = Url::parse(address)
        .ok()
        .filter(|_| address != OUT_OF_BAND)?;
    Some(match (url.scheme(), url.host_str()) {
        ("http" | "https", Some(host)) => host.to_owned(),
        (scheme, _) => format!("an app on this device ({scheme}:)"),
    })
}

/// What a form may lead to, as a content security policy names it.
fn form_target(address: &str) -> Option<String> {
    let url = Url::parse(address)
        .ok()
        .filter(|_| address != OUT_OF_BAND)?;
    Some(match url.scheme() {
        "http" | "https" => url.origin().ascii_serialization(),
        scheme => format!("{scheme}:"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_an_answer_leads_is_named() {
        assert_eq!(leads_to("https://app.example/back").unwrap(), "app.example");
        assert_eq!(
            leads_to("org.app://back").unwrap(),
            "an app on this device (org.app:)"
        );
        assert_eq!(leads_to(OUT_OF_BAND), None);
    }

    #[test]
    fn a_form_may_lead_to_that_place_and_no_other() {
        assert_eq!(
            form_target("https://app.example:8443/back?x").unwrap(),
            "https://app.example:8443"
        );
        assert_eq!(form_target("org.app://back").unwrap(), "org.app:");
        assert_eq!(form_target(OUT_OF_BAND), None);
    }
}
