//! What local people say of themselves.

use std::time::Duration;

use url::Url;

use crate::domain::actor::Actor;
use crate::domain::audience::FieldAudience;
use crate::domain::ids::ActivityId;
use crate::domain::media::{MediaRole, Stored};
use crate::domain::outgoing::Receivers;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::store::{self, Conn, actor_keys, actors, media, profile_fields};
use crate::text::markdown;
use crate::text::name::clean_name;
use crate::wire::activitystreams::outgoing::OutgoingActivity;
use crate::wire::activitystreams::render::{self, ActorCard, public, url};

use super::send::{Letter, send};
use super::{Ctx, documents};

/// How many fields a profile has at most.
pub const MAX_FIELDS: usize = 16;
/// Longest label of a field, in characters.
pub const MAX_LABEL: usize = 100;
/// Longest value of a field, in characters.
pub const MAX_VALUE: usize = 500;

/// What is to be different; `None` leaves things as they are.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Plain text; empty for none.
    pub name: Option<String>,
    /// Markdown; empty for none.
    pub summary: Option<String>,
    /// New followers are asked about.
    pub manually_approves: Option<bool>,
    pub discoverable: Option<bool>,
    pub indexable: Option<bool>,
    /// All fields, in their order: they replace those that were there.
    pub fields: Option<Vec<ProfileField>>,
    /// New avatars and headers; `None` takes the old one away.
    pub pictures: Vec<(MediaRole, Option<Stored>)>,
}

/// Why a profile is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("the name is too long")]
    NameTooLong,
    #[error("the text is too long")]
    SummaryTooLong,
    #[error("a profile has at most {MAX_FIELDS} fields")]
    TooManyFields,
    #[error("a field needs a label of at most {MAX_LABEL} characters")]
    FieldLabel,
    #[error("a field holds at most {MAX_VALUE} characters")]
    FieldTooLong,
    #[error("a link starts with https:// or http://")]
    NotALink,
    #[error("there is no such person")]
    NoSuchPerson,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// Changes the profile of `who` (local) and tells their followers what everyone may see of it. Answers the new state.
///
/// # Errors
/// See [`ProfileError`].
pub async fn update(ctx: &Ctx, who: &Actor, changes: &Changes) -> Result<Actor, ProfileError> {
    let fields = changes.fields.as_deref().map(check_fields).transpose()?;
    check_texts(ctx, changes)?;
    let updated = ctx
        .transact(async |tx| {
            let before = actors::find_locked(tx, who.id)
                .await?
                .filter(|actor| actor.local && actor.is_active())
                .ok_or(ProfileError::NoSuchPerson)?;
            let mut actor = changed(ctx, before, changes);
            for (role, stored) in &changes.pictures {
                replace_picture(ctx, tx, &mut actor, (*role, stored.clone())).await?;
            }
            actors::update(tx, &actor).await?;
            if let Some(fields) = &fields {
                profile_fields::replace(tx, actor.id, fields).await?;
            }
            announce(ctx, tx, &actor).await?;
            Ok::<_, ProfileError>(actor)
        })
        .await?;
    documents::forget(ctx, &updated.uri);
    Ok(updated)
}

fn check_texts(ctx: &Ctx, changes: &Changes) -> Result<(), ProfileError> {
    let longer = |text: Option<&str>, limit: usize| text.is_some_and(|t| t.chars().count() > limit);
    if longer(changes.name.as_deref(), ctx.limits.name_chars) {
        return Err(ProfileError::NameTooLong);
    }
    if longer(changes.summary.as_deref(), ctx.limits.bio_chars) {
        return Err(ProfileError::SummaryTooLong);
    }
    Ok(())
}

/// The fields as they are stored: cleaned, empty ones left out.
fn check_fields(wanted: &[ProfileField]) -> Result<Vec<ProfileField>, ProfileError> {
    let mut fields = Vec::with_capacity(wanted.len().min(MAX_FIELDS));
    for field in wanted {
        let cleaned = ProfileField {
            name: clean_name(&field.name, MAX_LABEL + 1),
            value: clean_name(&field.value, MAX_VALUE + 1),
            ..field.clone()
        };
        if cleaned.name.is_empty() && cleaned.value.is_empty() {
            continue;
        }
        if fields.len() == MAX_FIELDS {
            return Err(ProfileError::TooManyFields);
        }
        if cleaned.name.is_empty() || cleaned.name.chars().count() > MAX_LABEL {
            return Err(ProfileError::FieldLabel);
        }
        if cleaned.value.chars().count() > MAX_VALUE {
            return Err(ProfileError::FieldTooLong);
        }
        if cleaned.kind == FieldKind::Link && !is_link(&cleaned.value) {
            return Err(ProfileError::NotALink);
        }
        fields.push(cleaned);
    }
    Ok(fields)
}

/// Whether a field's value is an address that may be linked.
#[must_use]
pub fn is_link(value: &str) -> bool {
    !value.contains(char::is_whitespace)
        && Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

fn changed(ctx: &Ctx, before: Actor, changes: &Changes) -> Actor {
    // Peers take only an `updated` that grows, and read whole seconds.
    let updated_at = ctx
        .now()
        .max(before.updated_at.plus(Duration::from_secs(1)));
    let mut actor = Actor {
        updated_at,
        ..before
    };
    if let Some(name) = &changes.name {
        actor.name = clean_name(name, ctx.limits.name_chars);
    }
    if let Some(text) = &changes.summary {
        actor.summary = markdown::render(text, &mut |_| None, &mut |tag| {
            Some(ctx.uris.tag(&tag.to_lowercase()))
        })
        .html;
        actor.summary_source = Some(text.clone());
    }
    if let Some(asks) = changes.manually_approves {
        actor.manually_approves = asks;
    }
    if let Some(discoverable) = changes.discoverable {
        actor.discoverable = discoverable;
    }
    if let Some(indexable) = changes.indexable {
        actor.indexable = indexable;
    }
    actor
}

/// The old picture goes, with its files; the new one's address is in the profile.
async fn replace_picture(
    ctx: &Ctx,
    tx: &mut Conn,
    actor: &mut Actor,
    (role, stored): (MediaRole, Option<Stored>),
) -> store::Result<()> {
    let slot = match role {
        MediaRole::Avatar => &mut actor.icon,
        MediaRole::Header => &mut actor.image,
        MediaRole::Attachment => return Ok(()),
    };
    *slot = stored
        .as_ref()
        .map(|stored| ctx.uris.media(&stored.whole.file));
    media::give_up_role(tx, actor.id, role).await?;
    if let Some(stored) = stored {
        let made = super::media::new(ctx, actor.id, (role, stored));
        media::insert(tx, &made).await?;
    }
    Ok(())
}

async fn announce(ctx: &Ctx, tx: &mut Conn, actor: &Actor) -> store::Result<()> {
    let mut fields = profile_fields::list(tx, actor.id).await?;
    fields.retain(|field| field.audience == FieldAudience::Everyone);
    let keys = actor_keys::list_public(tx, actor.id).await?;
    let document = render::actor(&ActorCard {
        actor,
        fields: &fields,
        keys: &keys,
        members: None,
        uris: &ctx.uris,
    });
    let id = format!("{}#updates/{}", actor.uri, actor.updated_at.micros());
    let cc = actor.followers.as_deref().map(url).into_iter().collect();
    let mut activity =
        OutgoingActivity::update(url(&id), url(&actor.uri), document).addressed(vec![public()], cc);
    activity.published = Some(actor.updated_at.rfc3339());
    let letter = Letter {
        id: ActivityId(ctx.id()),
        actor: actor.id,
        activity,
        object_uri: Some(actor.uri.clone()),
        receivers: Receivers {
            followers_of: vec![actor.id],
            actors: Vec::new(),
            had: vec![actor.uri.clone()],
        },
        subjects: vec![actor.id],
        listed: false,
        for_mobilizon: None,
    };
    send(ctx, tx, letter).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind, name: &str, value: &str) -> ProfileField {
        ProfileField {
            kind,
            name: name.to_owned(),
            value: value.to_owned(),
            audience: FieldAudience::Everyone,
        }
    }

    #[test]
    fn empty_fields_are_left_out_and_half_empty_ones_refused() {
        let kept = check_fields(&[
            field(FieldKind::Custom, " ", ""),
            field(FieldKind::Custom, "Likes ", "tea"),
        ]);
        assert_eq!(kept.unwrap(), [field(FieldKind::Custom, "Likes", "tea")]);
        let refused = check_fields(&[field(FieldKind::Custom, "", "tea")]);
        assert!(matches!(refused, Err(ProfileError::FieldLabel)));
    }

    #[test]
    fn a_link_is_an_address_on_the_web() {
        for bad in ["javascript:alert(1)", "https://a.example x", "a.example"] {
            let refused = check_fields(&[field(FieldKind::Link, "Web", bad)]);
            assert!(matches!(refused, Err(ProfileError::NotALink)), "{bad}");
        }
        assert!(check_fields(&[field(FieldKind::Link, "Web", "https://a.example/b")]).is_ok());
    }

    #[test]
    fn there_is_an_end_to_the_fields() {
        let many = vec![field(FieldKind::Custom, "a", "b"); MAX_FIELDS + 1];
        assert!(matches!(
            check_fields(&many),
            Err(ProfileError::TooManyFields)
        ));
    }
}
