//! Changing one's own profile.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::Actor;
use crate::domain::audience::{Audience, FieldAudience};
use crate::domain::interaction::Openness;
use crate::domain::media::{MediaRole, Stored};
use crate::domain::preferences::Preferences;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::media::Wanted;
use crate::services::media::{self, Description};
use crate::services::profile::{self, Changes, is_link};
use crate::services::{reading, settings};

use super::auth::SignedIn;
use super::body::{Flag, Many, Upload, WithFiles, language};
use super::entities::account::{self, Account};
use super::entities::status;
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::shapes;
use super::{Api, accounts};

/// What is to be changed; what is not there stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = CredentialsUpdate)]
pub(super) struct Asked {
    display_name: Option<String>,
    note: Option<String>,
    locked: Option<Flag>,
    discoverable: Option<Flag>,
    indexable: Option<Flag>,
    fields_attributes: Option<Many<AskedField>>,
    source: AskedDefaults,
}

/// Defaults for new posts.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = DefaultsUpdate)]
struct AskedDefaults {
    #[schema(schema_with = defaults)]
    privacy: Option<String>,
    sensitive: Option<Flag>,
    language: Option<String>,
    #[schema(schema_with = shapes::word_or_null::<Openness>)]
    quote_policy: Option<String>,
}

impl AskedDefaults {
    fn is_empty(&self) -> bool {
        self.privacy.is_none()
            && self.sensitive.is_none()
            && self.language.is_none()
            && self.quote_policy.is_none()
    }

    fn onto(self, mut set: Preferences) -> ApiResult<Preferences> {
        if let Some(word) = self.privacy {
            // Nobody writes to nobody by default.
            set.audience = status::audience(&word)
                .filter(|audience| *audience != Audience::Direct)
                .ok_or_else(|| {
                    let known = "a default is public, unlisted or private";
                    ApiError::field("source[privacy]", Wrong::Invalid, known)
                })?;
        }
        if let Some(flag) = self.sensitive {
            set.sensitive = flag.0;
        }
        if let Some(tag) = self.language {
            set.language = language(Some(tag))?;
        }
        if let Some(word) = self.quote_policy {
            set.quote = Some(Openness::parse(&word).ok_or_else(|| {
                let known = "it is public, followers or nobody";
                ApiError::field("source[quote_policy]", Wrong::Invalid, known)
            })?);
        }
        Ok(set)
    }
}

#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewAccountField)]
pub(super) struct AskedField {
    name: String,
    value: String,
    /// Kith's own: `everyone`, `instance`, `friends`, `only_me`.
    #[schema(schema_with = shapes::word_or_null::<FieldAudience>)]
    audience: Option<String>,
    /// Kith's own: which part of the profile it is.
    #[schema(schema_with = shapes::word_or_null::<FieldKind>)]
    kind: Option<String>,
}

/// Nobody writes to nobody by default.
fn defaults() -> ObjectBuilder {
    shapes::or_null(vec!["public", "unlisted", "private"])
}

impl WithFiles for Asked {
    const FILES: &'static [&'static str] = &["avatar", "header"];
    const NEEDED: bool = false;
}

/// `PATCH /api/v1/accounts/update_credentials`
pub(super) async fn update_credentials(
    State(api): State<Api>,
    who: SignedIn,
    upload: Upload<Asked>,
) -> ApiResult<Json<Account>> {
    let person = update(&api, &who, upload).await?;
    accounts::own(&api, &person).await
}

/// Changes what is asked for; the person as they are then.
pub(super) async fn update(api: &Api, who: &SignedIn, upload: Upload<Asked>) -> ApiResult<Actor> {
    who.require(Scope::Write(Area::Accounts))?;
    let asked = upload.asked;
    let fields = match &asked.fields_attributes {
        Some(Many(wanted)) => {
            let view = reading::profile(&api.ctx, Some(who.actor.id), who.actor.clone()).await?;
            let fields: ApiResult<Vec<ProfileField>> =
                wanted.iter().map(|f| field(f, &view.fields)).collect();
            Some(fields?)
        }
        None => None,
    };
    let changes = Changes {
        name: asked.display_name,
        summary: asked.note,
        manually_approves: asked.locked.map(|flag| flag.0),
        discoverable: asked.discoverable.map(|flag| flag.0),
        indexable: asked.indexable.map(|flag| flag.0),
        fields,
        pictures: pictures(api, who, upload.files).await?,
    };
    if !asked.source.is_empty() {
        let before = settings::preferences(&api.ctx, who.actor.id).await?;
        let set = asked.source.onto(before)?;
        settings::prefer(&api.ctx, &who.actor, &set).await?;
    }
    Ok(profile::update(&api.ctx, &who.actor, &changes).await?)
}

/// The avatar and header among the files.
async fn pictures(
    api: &Api,
    who: &SignedIn,
    files: Vec<(String, Bytes)>,
) -> ApiResult<Vec<(MediaRole, Option<Stored>)>> {
    let mut kept = Vec::new();
    for (name, bytes) in files {
        let (role, wanted) = match name.as_str() {
            "avatar" => (MediaRole::Avatar, Wanted::Avatar),
            "header" => (MediaRole::Header, Wanted::Header),
            _ => continue,
        };
        media::admit(&api.ctx, who.actor.id, &Description::default()).await?;
        let stored = api.pictures.keep(bytes, wanted, api.names()).await?;
        kept.push((role, Some(stored)));
    }
    Ok(kept)
}

/// `DELETE /api/v1/profile/avatar`
pub(super) async fn delete_avatar(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Account>> {
    take_away(&api, &who, MediaRole::Avatar).await
}

/// `DELETE /api/v1/profile/header`
pub(super) async fn delete_header(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Account>> {
    take_away(&api, &who, MediaRole::Header).await
}

async fn take_away(api: &Api, who: &SignedIn, role: MediaRole) -> ApiResult<Json<Account>> {
    who.require(Scope::Write(Area::Accounts))?;
    let changes = Changes {
        pictures: vec![(role, None)],
        ..Changes::default()
    };
    let person = profile::update(&api.ctx, &who.actor, &changes).await?;
    accounts::own(api, &person).await
}

/// A field as it was asked for. Apps that know nothing of audiences send none: then the field keeps the one it had,
/// found by its label, else by its value, so that no such app makes anything public.
fn field(asked: &AskedField, before: &[ProfileField]) -> ApiResult<ProfileField> {
    let label = |field: &&ProfileField| field.kind.label().unwrap_or(&field.name) == asked.name;
    let old = before
        .iter()
        .find(label)
        .or_else(|| before.iter().find(|field| field.value == asked.value));
    let audience = match asked.audience.as_deref() {
        Some(word) => account::audience(word).ok_or_else(|| {
            ApiError::field(
                "fields",
                Wrong::Invalid,
                "an audience is everyone, instance, friends or only_me",
            )
        })?,
        None => old.map_or(FieldAudience::Everyone, |field| field.audience),
    };
    let kind = match asked.kind.as_deref() {
        Some(word) => FieldKind::parse(word).ok_or_else(|| {
            ApiError::field("fields", Wrong::Invalid, "this kind of field is not known")
        })?,
        None => kind_of(asked),
    };
    Ok(ProfileField {
        kind,
        name: asked.name.clone(),
        value: asked.value.clone(),
        audience,
    })
}

/// By its label, else by whether its value is an address.
fn kind_of(asked: &AskedField) -> FieldKind {
    let labelled = FieldKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.label() == Some(asked.name.trim()));
    labelled.unwrap_or_else(|| {
        if is_link(asked.value.trim()) {
            FieldKind::Link
        } else {
            FieldKind::Custom
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, value: &str, audience: Option<&str>) -> AskedField {
        AskedField {
            name: name.into(),
            value: value.into(),
            audience: audience.map(Into::into),
            kind: None,
        }
    }

    #[test]
    fn a_field_keeps_its_audience_when_none_is_sent() {
        let before = field(&asked("Phone", "0123", Some("only_me")), &[]).unwrap();
        let before = [before];
        for (name, value) in [("Phone", "0999"), ("Telephone", "0123")] {
            let after = field(&asked(name, value, None), &before).unwrap();
            assert_eq!(after.audience, FieldAudience::OnlyMe, "{name}");
        }
        let other = field(&asked("Likes", "tea", None), &before).unwrap();
        assert_eq!(other.audience, FieldAudience::Everyone);
        assert!(field(&asked("Likes", "tea", Some("all")), &before).is_err());
    }

    #[test]
    fn the_kind_follows_from_label_and_value() {
        let kind = |name, value| field(&asked(name, value, None), &[]).unwrap().kind;
        assert_eq!(kind("Pronouns", "she/her"), FieldKind::Pronouns);
        assert_eq!(kind("Blog", "https://blog.example/a"), FieldKind::Link);
        assert_eq!(kind("Blog", "ask me"), FieldKind::Custom);
    }
}
