//! Keys of actors: public ones of everybody, private ones of local actors.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::ids::ActorId;
use crate::domain::keys::{Algorithm, KeyPair, PublicKeyRow};

use super::Conn;
use super::error::{Result, word};
use super::schema::actor_keys;

/// Stores the keys of a new local actor. `row_ids` makes one id for each.
pub async fn insert_pairs(
    c: &mut Conn,
    actor: ActorId,
    pairs: &[(i64, String, KeyPair)],
) -> Result<()> {
    for (id, uri, pair) in pairs {
        diesel::insert_into(actor_keys::table)
            .values((
                actor_keys::id.eq(id),
                actor_keys::actor_id.eq(actor.0),
                actor_keys::uri.eq(uri),
                actor_keys::algorithm.eq(pair.algorithm.as_str()),
                actor_keys::public.eq(&pair.public),
                actor_keys::private.eq(Some(&pair.private)),
            ))
            .execute(c)
            .await?;
    }
    Ok(())
}

/// Replaces the known public keys of a remote actor: what its document no longer lists is gone.
pub async fn replace_public(
    c: &mut Conn,
    actor: ActorId,
    keys: &[(i64, PublicKeyRow)],
) -> Result<()> {
    diesel::delete(actor_keys::table.filter(actor_keys::actor_id.eq(actor.0)))
        .execute(c)
        .await?;
    for (id, key) in keys {
        diesel::insert_into(actor_keys::table)
            .values((
                actor_keys::id.eq(id),
                actor_keys::actor_id.eq(actor.0),
                actor_keys::uri.eq(&key.uri),
                actor_keys::algorithm.eq(key.algorithm.as_str()),
                actor_keys::public.eq(&key.public),
            ))
            .execute(c)
            .await?;
    }
    Ok(())
}

/// The public keys of an actor, RSA first.
pub async fn list_public(c: &mut Conn, actor: ActorId) -> Result<Vec<PublicKeyRow>> {
    let rows: Vec<(String, String, Vec<u8>)> = actor_keys::table
        .filter(actor_keys::actor_id.eq(actor.0))
        .order(actor_keys::algorithm.desc())
        .select((actor_keys::uri, actor_keys::algorithm, actor_keys::public))
        .load(c)
        .await?;
    rows.into_iter()
        .map(|(uri, algorithm, public)| {
            Ok(PublicKeyRow {
                uri,
                algorithm: word("actor_keys.algorithm", Algorithm::parse(&algorithm))?,
                public,
            })
        })
        .collect()
}

/// The private key with which a local actor signs (PKCS#8), with its id.
pub async fn find_private(
    c: &mut Conn,
    actor: ActorId,
    algorithm: Algorithm,
) -> Result<Option<(String, Vec<u8>)>> {
    let row: Option<(String, Option<Vec<u8>>)> = actor_keys::table
        .filter(
            actor_keys::actor_id
                .eq(actor.0)
                .and(actor_keys::algorithm.eq(algorithm.as_str())),
        )
        .select((actor_keys::uri, actor_keys::private))
        .first(c)
        .await
        .optional()?;
    Ok(row.and_then(|(uri, private)| private.map(|private| (uri, private))))
}
