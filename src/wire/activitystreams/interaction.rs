//! Interaction policies and authorizations as they arrive (FEP-044f, `GoToSocial`).

use serde::Deserialize;
use url::Url;

use super::{ParseError, lenient, read};

/// Who may do what with a post. A deed that is not named was not thought of by its author's server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingPolicy {
    /// Who may like it.
    #[serde(default, deserialize_with = "lenient::embedded")]
    pub can_like: Option<IncomingRule>,
    /// Who may answer it.
    #[serde(default, deserialize_with = "lenient::embedded")]
    pub can_reply: Option<IncomingRule>,
    /// Who may announce it.
    #[serde(default, deserialize_with = "lenient::embedded")]
    pub can_announce: Option<IncomingRule>,
    /// Who may quote it.
    #[serde(default, deserialize_with = "lenient::embedded")]
    pub can_quote: Option<IncomingRule>,
}

/// Who may, by id: actors, their collections, or the public collection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingRule {
    /// Without asking. `always` is the older name.
    #[serde(default, alias = "always", deserialize_with = "lenient::ids")]
    pub automatic_approval: Vec<Url>,
    /// After asking. `approvalRequired` is the older name.
    #[serde(default, alias = "approvalRequired", deserialize_with = "lenient::ids")]
    pub manual_approval: Vec<Url>,
}

/// What proves that an author agrees to a quote: a `QuoteAuthorization`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingAuthorization {
    /// The id, on the author's server.
    #[serde(deserialize_with = "lenient::required_id")]
    pub id: Url,
    /// The type.
    #[serde(rename = "type", deserialize_with = "lenient::kind")]
    pub kind: String,
    /// The author of the quoted post.
    #[serde(default, deserialize_with = "lenient::id")]
    pub attributed_to: Option<Url>,
    /// The quoting post.
    #[serde(default, deserialize_with = "lenient::id")]
    pub interacting_object: Option<Url>,
    /// The quoted post.
    #[serde(default, deserialize_with = "lenient::id")]
    pub interaction_target: Option<Url>,
}

impl IncomingAuthorization {
    /// Reads a fetched document.
    ///
    /// # Errors
    /// Too deep or wide, not JSON, no acceptable `id`, or no `type`.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        read(bytes)
    }

    /// Whether it says that `author` agrees to `quoting` showing `quoted`.
    #[must_use]
    pub fn allows(&self, author: &str, quoting: &str, quoted: &str) -> bool {
        let is =
            |id: &Option<Url>, wanted: &str| id.as_ref().is_some_and(|id| id.as_str() == wanted);
        self.kind == "QuoteAuthorization"
            && is(&self.attributed_to, author)
            && is(&self.interacting_object, quoting)
            && is(&self.interaction_target, quoted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_of_names_are_read() {
        let policy: IncomingPolicy = serde_json::from_str(
            r#"{"canReply": {"always": ["https://www.w3.org/ns/activitystreams#Public"], "approvalRequired": []},
                "canQuote": {"automaticApproval": "https://peer.example/users/a/followers", "manualApproval": []},
                "canLike": "nonsense"}"#,
        )
        .unwrap();
        assert_eq!(policy.can_reply.unwrap().automatic_approval.len(), 1);
        assert_eq!(policy.can_quote.unwrap().automatic_approval.len(), 1);
        assert_eq!(policy.can_like, None);
        assert_eq!(policy.can_announce, None);
    }

    #[test]
    fn an_authorization_is_for_these_two_posts_and_by_this_author() {
        let authorization = IncomingAuthorization::parse(
            br#"{"id": "https://a.example/auth/1", "type": "QuoteAuthorization", "attributedTo": "https://a.example/u",
                "interactingObject": "https://b.example/p", "interactionTarget": "https://a.example/p"}"#,
        )
        .unwrap();
        let [author, quoting, quoted] = [
            "https://a.example/u",
            "https://b.example/p",
            "https://a.example/p",
        ];
        assert!(authorization.allows(author, quoting, quoted));
        for (author, quoting, quoted) in [
            ("https://a.example/v", quoting, quoted),
            (author, "https://b.example/q", quoted),
            (author, quoting, "https://a.example/q"),
        ] {
            assert!(!authorization.allows(author, quoting, quoted));
        }
    }
}
