//! Requests for another host name are not ours to answer (rulings 7).

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::config::Instance;
use crate::http::{AppState, HttpError};

/// Answers 421 unless the request names this instance's domain: signatures, cookies and links all rest on it.
pub async fn host(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let mut named = request.headers().get_all(header::HOST).iter();
    let in_header = named.next().and_then(|value| value.to_str().ok());
    // An absolute address in the request line counts instead of the header (RFC 9112 §3.2.2).
    let authority = request
        .uri()
        .authority()
        .map(Authority::as_str)
        .or(in_header);
    let is_ours =
        named.next().is_none() && authority.is_some_and(|host| is_ours(host, &app.config.instance));
    if is_ours {
        next.run(request).await
    } else {
        HttpError::plain(StatusCode::MISDIRECTED_REQUEST).into_response()
    }
}

fn is_ours(host: &str, instance: &Instance) -> bool {
    if host.eq_ignore_ascii_case(&instance.domain) {
        return true;
    }
    // Some clients write the scheme's own port.
    host.rsplit_once(':').is_some_and(|(name, port)| {
        instance.port().is_none()
            && name.eq_ignore_ascii_case(&instance.domain)
            && port.parse() == Ok(instance.scheme.default_port())
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::is_ours;
    use crate::config::Config;

    #[test]
    fn only_our_own_name_is_ours() {
        let here = Config::minimal("kith.example", Path::new("/x")).instance;
        assert!(is_ours("kith.example", &here) && is_ours("Kith.Example:443", &here));
        for other in [
            "kith.example:8080",
            "kith.example.",
            "x.kith.example",
            "",
            "127.0.0.1",
        ] {
            assert!(!is_ours(other, &here), "{other}");
        }
        let local = Config::minimal("alpha.localhost:7000", Path::new("/x")).instance;
        assert!(is_ours("alpha.localhost:7000", &local));
        assert!(!is_ours("alpha.localhost", &local) && !is_ours("alpha.localhost:80", &local));
    }
}
