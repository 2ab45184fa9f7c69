//! `Quote`, `ShallowQuote`, `QuoteApproval`.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};

use crate::domain::interaction::{Circles, Verdict};
use crate::domain::quote::QuoteState;
use crate::http::api::openapi::shapes;
use crate::services::reading::{Quotable, QuoteView};
use crate::words::Words as _;

use super::Desk;
use super::status::Status;

/// What a post quotes. Two quotes deep the post is only named.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct Quote {
    #[schema(schema_with = states)]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, no_recursion)]
    quoted_status: Option<Box<Status>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    quoted_status_id: Option<String>,
}

fn states() -> ObjectBuilder {
    let mut all = QuoteState::words();
    all.push("unauthorized");
    shapes::words(&all)
}

impl Quote {
    pub(super) fn of(view: &QuoteView, desk: &Desk<'_>) -> Quote {
        let shown = view.post.as_deref();
        let hidden = view.state == QuoteState::Accepted && view.id.is_none();
        Quote {
            state: if hidden {
                "unauthorized"
            } else {
                view.state.as_str()
            },
            quoted_status: shown.map(|quoted| Box::new(Status::of(quoted, desk))),
            quoted_status_id: view.id.filter(|_| shown.is_none()).map(|id| id.to_string()),
        }
    }
}

/// Who may quote a post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct QuoteApproval {
    #[schema(schema_with = circles)]
    automatic: Vec<&'static str>,
    #[schema(schema_with = circles)]
    manual: Vec<&'static str>,
    #[schema(schema_with = verdicts)]
    current_user: &'static str,
}

fn circles() -> ArrayBuilder {
    ArrayBuilder::new().items(shapes::words(&["public", "followers", "following"]))
}

fn verdicts() -> ObjectBuilder {
    shapes::words(&["automatic", "manual", "denied", "unknown"])
}

impl From<Quotable> for QuoteApproval {
    fn from(quotable: Quotable) -> Self {
        QuoteApproval {
            automatic: words(quotable.rule.automatic),
            manual: words(quotable.rule.manual),
            current_user: match quotable.viewer {
                None => "unknown",
                Some(Verdict::Allowed) => "automatic",
                Some(Verdict::OnRequest) => "manual",
                Some(Verdict::Refused) => "denied",
            },
        }
    }
}

fn words(circles: Circles) -> Vec<&'static str> {
    [
        (circles.everybody, "public"),
        (circles.followers, "followers"),
        (circles.following, "following"),
    ]
    .into_iter()
    .filter_map(|(named, word)| named.then_some(word))
    .collect()
}
