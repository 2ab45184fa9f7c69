//! Key pairs of local actors.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::actor_keys;
use super::{Conn, Error, Result};
use crate::domain::ids::ActorId;
use crate::domain::keys::{Algorithm, KeyPair};

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
