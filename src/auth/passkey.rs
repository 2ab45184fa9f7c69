//! Passkeys: what a browser is asked, and whether its answer is right (WebAuthn Level 3). Mechanism only: who has which
//! passkey, and how long an answer is waited for, is decided elsewhere.

use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey as Credential, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::domain::passkey::{CEREMONY_LIFETIME, UserHandle};

/// Longer answers are not read; statements of devices that insist on one are far shorter.
const ANSWER_BYTES: usize = 32 * 1024;
/// WebAuthn §4, *credential ID*: no device has a longer one.
const CREDENTIAL_ID_BYTES: usize = 1023;

/// This instance, as devices know it: passkeys are bound to its host, and count on pages of its origin only.
#[derive(Debug, Clone)]
pub struct RelyingParty(Webauthn);

/// A question to a browser.
pub struct Question {
    /// For the script of the page: `publicKey` of `navigator.credentials`, as JSON.
    pub options: String,
    /// What the answer is compared with. It stays on the server, and counts once.
    pub state: String,
}

/// Whom a new passkey is for, as the device will show it.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    pub user_handle: UserHandle,
    /// With the host.
    pub handle: &'a str,
    pub name: &'a str,
}

/// A passkey that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub credential_id: Vec<u8>,
    pub user_handle: UserHandle,
    /// The public key with its counter.
    pub credential: String,
}

/// Why an answer counts for nothing.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// No JSON of the form that the script of the page sends, or too much of it.
    #[error("the answer cannot be read")]
    Unreadable,
    /// Its counter did not grow: there may be a copy of the passkey.
    #[error("the counter of the passkey went back")]
    Copied,
    /// It names another account than the one whose passkey it is.
    #[error("the passkey is another account's")]
    Stranger,
    /// It was given on a page inside a page of another site.
    #[error("the answer was given inside another site")]
    Embedded,
    /// Another challenge, origin, host or key; or the device did not look who holds it.
    #[error(transparent)]
    Refused(WebauthnError),
    /// What is stored cannot be read or written.
    #[error("a passkey cannot be stored or read")]
    Stored(#[source] serde_json::Error),
}

impl From<WebauthnError> for PasskeyError {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::CredentialPossibleCompromise => PasskeyError::Copied,
            other => PasskeyError::Refused(other),
        }
    }
}

/// What is kept while a passkey is made.
#[derive(Serialize, Deserialize)]
struct Adding {
    user_handle: Uuid,
    state: PasskeyRegistration,
}

/// The answer of a browser that wants to log somebody in, not looked at yet.
#[derive(Debug)]
pub struct Assertion(PublicKeyCredential);

impl RelyingParty {
    /// `host` has no port, `origin` has scheme and port; `name` may be shown by devices. `None` where no passkey could be
    /// bound to the host, as to an address without a name.
    #[must_use]
    pub fn new(name: &str, host: &str, origin: &str) -> Option<RelyingParty> {
        let origin = Url::parse(origin).ok()?;
        let builder = WebauthnBuilder::new(host, &origin).ok()?;
        let built = builder.rp_name(name).timeout(CEREMONY_LIFETIME).build();
        built.ok().map(RelyingParty)
    }

    /// Asks for a new passkey on a device that has none of `known`, one that finds the account by itself and looks who
    /// holds it.
    ///
    /// # Errors
    /// When the question cannot be put.
    pub fn ask_for_new(
        &self,
        owner: Owner<'_>,
        known: Vec<Vec<u8>>,
    ) -> Result<Question, PasskeyError> {
        let user_handle = Uuid::from_bytes(owner.user_handle);
        let (mut asked, state) = self.0.start_passkey_registration(
            user_handle,
            owner.handle,
            owner.name,
            Some(known),
        )?;
        if let Some(wish) = &mut asked.public_key.authenticator_selection {
            // Without it a device may keep a key that does not find its account: no log-in without a name then.
            wish.require_resident_key = true;
            wish.resident_key =
                serde_json::from_value("required".into()).map_err(PasskeyError::Stored)?;
        }
        Ok(Question {
            options: json(&asked.public_key)?,
            state: json(&Adding { user_handle, state })?,
        })
    }

    /// Looks at the answer to [`RelyingParty::ask_for_new`].
    ///
    /// # Errors
    /// [`PasskeyError`] where it does not answer the question.
    pub fn make(&self, state: &str, answer: &str) -> Result<Made, PasskeyError> {
        let adding: Adding = serde_json::from_str(state).map_err(PasskeyError::Stored)?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let made = self.0.finish_passkey_registration(&answer, &adding.state)?;
        if made.cred_id().len() > CREDENTIAL_ID_BYTES {
            return Err(PasskeyError::Unreadable);
        }
        Ok(Made {
            credential_id: made.cred_id().clone(),
            user_handle: adding.user_handle.into_bytes(),
            credential: json(&made)?,
        })
    }

    /// Asks whoever holds a passkey of this instance to prove it, and to prove themselves to their device.
    ///
    /// # Errors
    /// When the question cannot be put.
    pub fn ask_for_any(&self) -> Result<Question, PasskeyError> {
        let (asked, state) = self.0.start_discoverable_authentication()?;
        Ok(Question {
            options: json(&asked.public_key)?,
            state: json(&state)?,
        })
    }

    /// Compares the answer to [`RelyingParty::ask_for_any`] with the passkey that it names. Answers the passkey as it is
    /// to be stored from now on, with its new counter.
    ///
    /// # Errors
    /// [`PasskeyError`] where the passkey does not prove anything.
    pub fn check(
        &self,
        state: &str,
        answer: &Assertion,
        (user_handle, credential): (UserHandle, &str),
    ) -> Result<String, PasskeyError> {
        let state: DiscoverableAuthentication =
            serde_json::from_str(state).map_err(PasskeyError::Stored)?;
        let mut known: Credential =
            serde_json::from_str(credential).map_err(PasskeyError::Stored)?;
        // WebAuthn §7.2, step 6: nobody said who they are before, so the device has to.
        if answer.0.get_user_unique_id() != Some(user_handle.as_slice()) {
            return Err(PasskeyError::Stranger);
        }
        if answer.is_embedded() {
            return Err(PasskeyError::Embedded);
        }
        let proven = self
            .0
            .finish_discoverable_authentication_v2(&answer.0, state, &known)?;
        if !proven.user_verified() {
            return Err(PasskeyError::Refused(WebauthnError::UserNotVerified));
        }
        match known.update_credential(&proven) {
            Some(true) => json(&known),
            Some(false) | None => Ok(credential.to_owned()),
        }
    }
}

/// The one thing in the client data that is looked at here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    #[serde(default)]
    cross_origin: bool,
}

impl Assertion {
    /// Reads what the script of the log-in page sends.
    ///
    /// # Errors
    /// [`PasskeyError::Unreadable`].
    pub fn read(answer: &str) -> Result<Assertion, PasskeyError> {
        read(answer).map(Assertion)
    }

    /// What the device calls the passkey.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// WebAuthn §7.2, step 13, which the crate leaves out. Client data that cannot be read is refused by the crate.
    fn is_embedded(&self) -> bool {
        serde_json::from_slice(&self.0.response.client_data_json)
            .is_ok_and(|place: Place| place.cross_origin)
    }
}

fn read<'a, T: Deserialize<'a>>(answer: &'a str) -> Result<T, PasskeyError> {
    if answer.len() > ANSWER_BYTES {
        return Err(PasskeyError::Unreadable);
    }
    serde_json::from_str(answer)
        .ok()
        .ok_or(PasskeyError::Unreadable)
}

fn json(value: &impl Serialize) -> Result<String, PasskeyError> {
    serde_json::to_string(value).map_err(PasskeyError::Stored)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Assertion, Owner, PasskeyError, RelyingParty};

    fn party() -> RelyingParty {
        RelyingParty::new("Kith", "kith.example", "https://kith.example").unwrap()
    }

    #[test]
    fn passkeys_are_bound_to_a_name() {
        for (host, origin) in [
            ("kith.example", "https://kith.example"),
            ("localhost", "http://localhost:8080"),
            ("a.localhost", "http://a.localhost:8080"),
        ] {
            assert!(RelyingParty::new("Kith", host, origin).is_some(), "{host}");
        }
        for (host, origin) in [
            ("127.0.0.1", "http://127.0.0.1:8080"),
            ("kith.example", "https://else.example"),
            ("kith.example", "nothing"),
        ] {
            assert!(RelyingParty::new("Kith", host, origin).is_none(), "{host}");
        }
    }

    #[test]
    fn a_device_is_asked_to_find_the_account_and_to_look_who_holds_it() {
        let owner = Owner {
            user_handle: [7; 16],
            handle: "@maria@kith.example",
            name: "Maria",
        };
        let asked = party().ask_for_new(owner, vec![vec![1, 2, 3]]).unwrap();
        let options: Value = serde_json::from_str(&asked.options).unwrap();
        let wish = &options["authenticatorSelection"];
        assert_eq!(wish["residentKey"], "required");
        assert_eq!(wish["requireResidentKey"], true);
        assert_eq!(wish["userVerification"], "required");
        assert_eq!(options["attestation"], "none");
        assert_eq!(options["rp"]["id"], "kith.example");
        assert_eq!(options["user"]["id"], "BwcHBwcHBwcHBwcHBwcHBw");
        assert_eq!(options["excludeCredentials"][0]["id"], "AQID");
        assert_eq!(options["timeout"], 300_000);
    }

    #[test]
    fn a_log_in_names_nobody_and_asks_the_device_to_look() {
        let asked = party().ask_for_any().unwrap();
        let options: Value = serde_json::from_str(&asked.options).unwrap();
        assert_eq!(options["allowCredentials"], Value::Array(Vec::new()));
        assert_eq!(options["userVerification"], "required");
        assert_eq!(options["rpId"], "kith.example");
        let again = party().ask_for_any().unwrap();
        assert_ne!(asked.options, again.options, "a challenge of its own");
    }

    #[test]
    fn what_is_no_answer_is_not_read() {
        for text in ["", "{}", "null", "[1]", &"[".repeat(40_000)] {
            let found = Assertion::read(text).err();
            assert!(
                matches!(found, Some(PasskeyError::Unreadable)),
                "{text:.20}"
            );
        }
        let state = party().ask_for_any().unwrap().state;
        let found = party().make(&state, "{}").err();
        assert!(
            matches!(found, Some(PasskeyError::Stored(_))),
            "a question for a log-in makes no passkey"
        );
    }
}
