//! What this server says of itself besides `Instance`.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::domain::moderation::{DomainAction, DomainRule};
use crate::http::api::openapi::shapes;
use crate::services::reading;

/// A week of this server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityWeek)]
pub(in crate::http::api) struct Week {
    /// Seconds since 1970 at its beginning.
    #[serde(rename = "week")]
    #[schema(schema_with = shapes::digits)]
    begins: String,
    #[schema(schema_with = shapes::digits)]
    statuses: String,
    #[schema(schema_with = shapes::digits)]
    logins: String,
    #[schema(schema_with = shapes::digits)]
    registrations: String,
}

impl From<&reading::Week> for Week {
    fn from(week: &reading::Week) -> Self {
        Week {
            begins: week.begins.secs().to_string(),
            statuses: week.posts.to_string(),
            logins: week.people.to_string(),
            registrations: week.accounts.to_string(),
        }
    }
}

/// A server that is kept out or kept quiet.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct DomainBlock {
    domain: String,
    /// SHA-256 of the domain.
    digest: String,
    #[schema(schema_with = severities)]
    severity: &'static str,
    comment: String,
}

fn severities() -> utoipa::openapi::schema::ObjectBuilder {
    shapes::words(&["silence", "suspend"])
}

impl DomainBlock {
    /// `None` for a rule that lets in.
    pub(in crate::http::api) fn of(rule: &DomainRule) -> Option<DomainBlock> {
        let severity = match rule.action {
            DomainAction::Block => "suspend",
            DomainAction::Limit => "silence",
            DomainAction::Allow => return None,
        };
        let digest = Sha256::digest(rule.domain.as_bytes());
        Some(DomainBlock {
            domain: rule.domain.clone(),
            digest: format!("{digest:x}"),
            severity,
            comment: rule.public_comment.clone(),
        })
    }
}

/// A text about this server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceText)]
pub(in crate::http::api) struct Text {
    #[schema(schema_with = shapes::null, required)]
    updated_at: Option<()>,
    /// HTML.
    content: String,
}

impl Text {
    pub(in crate::http::api) fn of(content: String) -> Text {
        Text {
            updated_at: None,
            content,
        }
    }
}

/// A language that is spoken here.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Language {
    code: String,
    name: String,
}

impl Language {
    pub(in crate::http::api) fn of(code: &str) -> Language {
        Language {
            code: code.to_owned(),
            name: language_name(code).to_owned(),
        }
    }
}

/// What a language is called in English; of those we do not know, the tag.
fn language_name(code: &str) -> &str {
    let main = code.split('-').next().unwrap_or(code);
    match main {
        "ar" => "Arabic",
        "bg" => "Bulgarian",
        "ca" => "Catalan",
        "cs" => "Czech",
        "da" => "Danish",
        "de" => "German",
        "el" => "Greek",
        "en" => "English",
        "es" => "Spanish",
        "et" => "Estonian",
        "eu" => "Basque",
        "fi" => "Finnish",
        "fr" => "French",
        "ga" => "Irish",
        "hr" => "Croatian",
        "hu" => "Hungarian",
        "is" => "Icelandic",
        "it" => "Italian",
        "ja" => "Japanese",
        "ko" => "Korean",
        "lt" => "Lithuanian",
        "lv" => "Latvian",
        "nb" | "nn" | "no" => "Norwegian",
        "nl" => "Dutch",
        "pl" => "Polish",
        "pt" => "Portuguese",
        "ro" => "Romanian",
        "ru" => "Russian",
        "sk" => "Slovak",
        "sl" => "Slovenian",
        "sq" => "Albanian",
        "sr" => "Serbian",
        "sv" => "Swedish",
        "tr" => "Turkish",
        "uk" => "Ukrainian",
        "zh" => "Chinese",
        _ => code,
    }
}
