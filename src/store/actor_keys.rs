//! Keys of actors: public ones of everybody, private ones of local actors.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::ids::ActorId;
use crate::domain::keys::{Algorithm, KeyPair, PublicKeyRow};

use super::Conn;
use super::error::{Error, Result, word};
use super::schema::actor_keys;

/// Stores the keys of a new local actor. `row_ids` makes one id for each.
///
/// # Errors
/// When the database fails.
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
///
/// # Errors
/// When the database fails.
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
///
/// # Errors
/// When the database fails.
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

/// Key id, algorithm, public part, private part.
type Row = (String, String, Vec<u8>, Option<Vec<u8>>);

/// The key that signs for a local actor, with its id: the RSA key, which every peer can check. `None` for actors
/// without a private key here.
///
/// # Errors
/// [`Error::Unreadable`] for an algorithm that this version does not know.
pub async fn find_signing(c: &mut Conn, actor: ActorId) -> Result<Option<(String, KeyPair)>> {
    let rows: Vec<Row> = actor_keys::table
        .filter(actor_keys::actor_id.eq(actor.0))
        .filter(actor_keys::private.is_not_null())
        .order(actor_keys::id)
        .limit(8)
        .select((
            actor_keys::uri,
            actor_keys::algorithm,
            actor_keys::public,
            actor_keys::private,
        ))
        .load(c)
        .await?;
    let mut found = None;
    for (uri, algorithm, public, private) in rows {
        let algorithm = Algorithm::parse(&algorithm).ok_or(Error::Unreadable {
            column: "actor_keys.algorithm",
        })?;
        let pair = KeyPair {
            algorithm,
            public,
            private: private.unwrap_or_default(),
        };
        if algorithm == Algorithm::Rsa {
            return Ok(Some((uri, pair)));
        }
        found.get_or_insert((uri, pair));
    }
    Ok(found)
}
