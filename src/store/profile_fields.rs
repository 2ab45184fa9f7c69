//! The fields of profiles, in their order.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::audience::FieldAudience;
use crate::domain::ids::ActorId;
use crate::domain::profile::{FieldKind, ProfileField};

use super::Conn;
use super::error::{Result, word};
use super::schema::profile_fields;

/// All fields of an actor, whoever may see them: the caller asks `domain::audience`.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, actor: ActorId) -> Result<Vec<ProfileField>> {
    let rows: Vec<(String, String, String, String)> = profile_fields::table
        .filter(profile_fields::actor_id.eq(actor.0))
        .order(profile_fields::position)
        .select((
            profile_fields::kind,
            profile_fields::name,
            profile_fields::value,
            profile_fields::audience,
        ))
        .load(c)
        .await?;
    rows.into_iter()
        .map(|(kind, name, value, audience)| {
            Ok(ProfileField {
                kind: word("profile_fields.kind", FieldKind::parse(&kind))?,
                name,
                value,
                audience: word("profile_fields.audience", FieldAudience::parse(&audience))?,
            })
        })
        .collect()
}

/// Replaces all fields of an actor.
///
/// # Errors
/// When the database fails.
pub async fn replace(c: &mut Conn, actor: ActorId, fields: &[ProfileField]) -> Result<()> {
    diesel::delete(profile_fields::table.filter(profile_fields::actor_id.eq(actor.0)))
        .execute(c)
        .await?;
    for (position, field) in (0_i64..).zip(fields) {
        diesel::insert_into(profile_fields::table)
            .values((
                profile_fields::actor_id.eq(actor.0),
                profile_fields::position.eq(position),
                profile_fields::kind.eq(field.kind.as_str()),
                profile_fields::name.eq(&field.name),
                profile_fields::value.eq(&field.value),
                profile_fields::audience.eq(field.audience.as_str()),
            ))
            .execute(c)
            .await?;
    }
    Ok(())
}
