//! Programs that people let act for them, and where these may be sent back to (OAuth 2).

use url::Url;

use super::clock::Timestamp;
use super::ids::ClientAppId;

/// The address that is none: the code is shown, to be copied by hand.
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// Longest address of a program.
const LONGEST: usize = 2_000;
/// Most addresses of a program.
const MOST: usize = 20;

/// A registered program. Anybody can register one under any name: none is to be trusted for what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientApp {
    pub id: ClientAppId,
    /// What it calls itself by, public.
    pub client_id: String,
    pub name: String,
    /// An `http` or `https` address.
    pub website: Option<String>,
    pub redirects: Redirects,
    /// The most it may ask for; space separated.
    pub scopes: String,
    pub created_at: Timestamp,
}

/// The addresses a program may have people sent back to. A request must name one of them exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirects(Vec<String>);

/// An address to which nobody is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "redirect addresses are absolute, without fragment, and of a scheme that runs nothing; at most {MOST}"
)]
pub struct BadRedirect;

impl Redirects {
    /// Reads addresses as a program registers them: one to a line.
    ///
    /// # Errors
    /// [`BadRedirect`] when one is malformed, or there is none.
    pub fn parse(text: &str) -> Result<Self, BadRedirect> {
        let all: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if all.is_empty() || all.len() > MOST || !all.iter().all(|one| is_acceptable(one)) {
            return Err(BadRedirect);
        }
        Ok(Redirects(all))
    }

    /// Whether people may be sent to exactly this address.
    #[must_use]
    pub fn include(&self, address: &str) -> bool {
        self.0.iter().any(|one| one == address)
    }

    /// Each of them, in the order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &str> + '_ {
        self.0.iter().map(String::as_str)
    }
}

/// One to a line, as they are registered.
impl std::fmt::Display for Redirects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Browsers run what stands in such addresses, or read files.
const FORBIDDEN: [&str; 8] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "filesystem",
    "view-source",
];

fn is_acceptable(text: &str) -> bool {
    if text == OUT_OF_BAND {
        return true;
    }
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    text.len() <= LONGEST
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && !FORBIDDEN.contains(&url.scheme())
        && (!matches!(url.scheme(), "http" | "https") || url.host_str().is_some())
}

/// `address` with these parameters added to its query, as the answer to a request for authorization.
///
/// # Errors
/// [`BadRedirect`] when the address is none that people can be sent to.
pub fn with_answer(address: &str, parameters: &[(&str, &str)]) -> Result<String, BadRedirect> {
    let mut url = Url::parse(address).ok().ok_or(BadRedirect)?;
    url.query_pairs_mut().extend_pairs(parameters);
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exactly_the_registered_addresses_count() {
        let redirects = Redirects::parse(
            "https://app.example/back\nmyapp://signed-in urn:ietf:wg:oauth:2.0:oob",
        )
        .unwrap();
        for good in ["https://app.example/back", "myapp://signed-in", OUT_OF_BAND] {
            assert!(redirects.include(good), "{good}");
        }
        for bad in [
            "https://app.example/back/",
            "https://app.example/back?x=1",
            "https://app.example.evil.example/back",
            "https://app.example",
            "myapp://signed-in/",
            "",
        ] {
            assert!(!redirects.include(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_that_run_something_or_lead_nowhere_are_refused() {
        for bad in [
            "",
            "   ",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "/relative",
            "app.example",
            "https://app.example/#fragment",
            "https://user@app.example/",
            "https://ok.example/ javascript:1",
            &format!("https://app.example/{}", "x".repeat(2_000)),
            &"https://app.example/ ".repeat(21),
        ] {
            assert_eq!(Redirects::parse(bad), Err(BadRedirect), "{bad}");
        }
    }

    #[test]
    fn an_answer_is_added_to_what_the_address_has() {
        let told = |address| with_answer(address, &[("code", "a b"), ("state", "x&y")]).unwrap();
        assert_eq!(
            told("https://app.example/back?keep=1"),
            "https://app.example/back?keep=1&code=a+b&state=x%26y"
        );
        assert_eq!(
            told("myapp://signed-in"),
            "myapp://signed-in?code=a+b&state=x%26y"
        );
        assert_eq!(
            told("com.example.app:/back"),
            "com.example.app:/back?code=a+b&state=x%26y"
        );
    }
}
