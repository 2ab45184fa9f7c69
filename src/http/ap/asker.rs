//! Who asks: a signed GET speaks for the server of the key's owner (rulings 12).

use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::domain::uris::authority;
use crate::federation::signatures::{Here, Presented, RequestParts, SignatureError};
use crate::http::AppState;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// Nobody in particular: no signature, or none that holds.
    Anonymous,
    /// The server of an actor whose key signed this request.
    Host {
        /// `https://host`, with the port where it is not the scheme's own.
        origin: String,
        /// The same without the scheme.
        host: String,
        /// The id of the actor.
        actor: String,
    },
    /// A server that nothing is exchanged with.
    Refused,
}

impl Asker {
    /// The server of an actor. Anonymous for an id that is no address on a host.
    #[must_use]
    pub fn server_of(actor: &str) -> Asker {
        let Some((url, host)) = Url::parse(actor)
            .ok()
            .and_then(|url| authority(&url).map(|host| (url, host)))
        else {
            return Asker::Anonymous;
        };
        Asker::Host {
            origin: url.origin().ascii_serialization(),
            host,
            actor: actor.to_owned(),
        }
    }
}

/// Who asks, by a checked signature. May fetch the key from the server it names.
///
/// Something before a handler that has found out already leaves the [`Asker`] among the extensions of the request (no
/// client can put anything there); then that counts.
pub async fn asker(app: &AppState, parts: &Parts) -> Asker {
    if let Some(known) = parts.extensions.get::<Asker>() {
        return refuse_blocked(app, known.clone());
    }
    let Ok(presented) = presented(app, parts) else {
        return Asker::Anonymous;
    };
    if key_host(&presented).is_some_and(|host| app.ctx.rules.get().is_blocked(&host)) {
        return Asker::Refused;
    }
    match app.federation.owner_of_signature(&presented).await {
        Ok(owner) => refuse_blocked(app, Asker::server_of(owner.as_str())),
        Err(error) => {
            tracing::info!(key.id = presented.key_id(), %error, "a signed GET does not hold");
            Asker::Anonymous
        }
    }
}

/// Whether the request says that it comes from a blocked server. The signature is not checked: whoever says so wrongly
/// harms only themselves, and whoever does not say it is a stranger, who sees what is public at most.
pub fn claims_to_be_blocked(app: &AppState, parts: &Parts) -> bool {
    let known = parts.extensions.get::<Asker>();
    if let Some(known) = known {
        return refuse_blocked(app, known.clone()) == Asker::Refused;
    }
    presented(app, parts)
        .ok()
        .and_then(|presented| key_host(&presented))
        .is_some_and(|host| app.ctx.rules.get().is_blocked(&host))
}

fn refuse_blocked(app: &AppState, asker: Asker) -> Asker {
    match &asker {
        Asker::Host { host, .. } if app.ctx.rules.get().is_blocked(host) => Asker::Refused,
        _ => asker,
    }
}

/// All of a signature that can be checked without its key.
fn presented(app: &AppState, parts: &Parts) -> Result<Presented, SignatureError> {
    let with_host;
    let headers = match (parts.headers.get(HOST), parts.uri.authority()) {
        // HTTP/2 has only `:authority`.
        (None, Some(authority)) => {
            let mut headers: HeaderMap = parts.headers.clone();
            if let Ok(value) = HeaderValue::from_str(authority.as_str()) {
                headers.insert(HOST, value);
            }
            with_host = headers;
            &with_host
        }
        _ => &parts.headers,
    };
    let request = RequestParts {
        method: parts.method.as_str(),
        target: parts
            .uri
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str),
        headers,
        body: &[],
    };
    let here = Here {
        scheme: app.ctx.uris.scheme(),
        host: app.ctx.uris.domain(),
    };
    Presented::read(&request, &here, app.ctx.now())
}

fn key_host(presented: &Presented) -> Option<String> {
    authority(&Url::parse(presented.key_id()).ok()?)
}
