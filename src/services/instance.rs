//! The instance's own actor.

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, IdMaker};
use crate::domain::keys::KeyPair;
use crate::domain::uris::Uris;
use crate::store::{self, Conn, Error, Store};

use super::accounts;

/// Of what kind `handle` is: which address and name space its actor has.
fn document(uris: &Uris, id: ActorId, now: Timestamp) -> Actor {
    let handle = uris.host();
    Actor {
        shared_inbox: Some(uris.shared_inbox()),
        discoverable: false,
        indexable: false,
        ..accounts::blank(
            uris,
            &uris.instance_actor(),
            accounts::Named {
                id,
                kind: ActorKind::Application,
                handle,
                name: handle,
                now,
            },
        )
    }
}

/// The instance's actor, if it was made.
///
/// # Errors
/// When the database fails.
pub async fn find(store: &Store, uris: &Uris) -> Result<Option<Actor>, Error> {
    let mut reader = store.reader().await?;
    store::actors::find_by_uri(&mut reader, &uris.instance_actor()).await
}

/// Makes the instance's actor with its keys; the one that is there already wins.
///
/// # Errors
/// When the database fails.
pub async fn create(
    store: &Store,
    uris: &Uris,
    (ids, now): (&IdMaker, Timestamp),
    pairs: [KeyPair; 2],
) -> Result<Actor, Error> {
    let actor = document(uris, ActorId(ids.next(now)), now);
    let keys = accounts::named_keys(&actor.uri, pairs, || ids.next(now));
    let made: Result<(), Error> = store
        .transaction(async |tx: &mut Conn| {
            store::actors::insert_local(tx, &actor).await?;
            store::actor_keys::insert_pairs(tx, actor.id, &keys).await
        })
        .await;
    match made {
        Ok(()) => Ok(actor),
        Err(Error::Duplicate(error)) => find(store, uris).await?.ok_or(Error::Duplicate(error)),
        Err(error) => Err(error),
    }
}
