//! The two cookies there are: one keeps a person logged in, the other ties a stranger's form to their browser.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::auth::token::Token;
use crate::config::Scheme;

/// How long a browser keeps a cookie, in seconds: the longest that browsers allow. The server decides when it counts.
const KEEP: u32 = 400 * 24 * 60 * 60;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// Whoever holds it is logged in.
    Session,
    /// Ties forms for strangers (to log in, to sign up) to the browser that was shown them.
    Form,
}

impl Cookie {
    /// `__Host-`: only this very host could have set it, over TLS, for all paths (rulings 23).
    const fn name(self, scheme: Scheme) -> &'static str {
        match (self, scheme) {
            (Cookie::Session, Scheme::Https) => "__Host-kith",
            (Cookie::Session, Scheme::Http) => "kith",
            (Cookie::Form, Scheme::Https) => "__Host-kith-form",
            (Cookie::Form, Scheme::Http) => "kith-form",
        }
    }

    /// Its value in a request; `None` where it is missing or none of ours.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, scheme: Scheme) -> Option<Token> {
        let name = self.name(scheme);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(found, _)| *found == name)
            .and_then(|(_, value)| value.parse().ok())
    }

    /// Sets it.
    #[must_use]
    pub fn set(self, scheme: Scheme, value: &Token) -> HeaderValue {
        let age = match self {
            Cookie::Session => format!("; Max-Age={KEEP}"),
            Cookie::Form => String::new(),
        };
        self.header(scheme, value.expose(), &age)
    }

    /// Makes the browser forget it.
    #[must_use]
    pub fn clear(self, scheme: Scheme) -> HeaderValue {
        self.header(scheme, "", "; Max-Age=0")
    }

    fn header(self, scheme: Scheme, value: &str, age: &str) -> HeaderValue {
        let secure = match scheme {
            Scheme::Https => "; Secure",
            Scheme::Http => "",
        };
        let name = self.name(scheme);
        let text = format!("{name}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}");
        let mut header = HeaderValue::from_str(&text)
            .expect("a token and our own words are letters, digits and signs");
        header.set_sensitive(true);
        header
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::Cookie;
    use crate::auth::token::Token;
    use crate::config::Scheme;

    fn token() -> Token {
        Token::generate(&mut StdRng::seed_from_u64(1))
    }

    #[test]
    fn a_cookie_is_for_this_host_over_tls_and_out_of_reach_of_scripts() {
        let (value, token) = (Cookie::Session.set(Scheme::Https, &token()), token());
        let expected = format!(
            "__Host-kith={}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure",
            token.expose()
        );
        assert_eq!(value.to_str().unwrap(), expected);
        let plain = Cookie::Session.set(Scheme::Http, &token);
        let plain = plain.to_str().unwrap();
        assert!(plain.starts_with("kith=kith_") && !plain.contains("Secure"));
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        let text = format!("a=b; kith=x;__Host-kith={}; c", token().expose());
        headers.append(header::COOKIE, HeaderValue::from_str(&text).unwrap());
        let found = Cookie::Session.read(&headers, Scheme::Https).unwrap();
        assert_eq!(found.expose(), token().expose());
        assert!(Cookie::Session.read(&headers, Scheme::Http).is_none());
        assert!(Cookie::Form.read(&headers, Scheme::Https).is_none());
    }
}
