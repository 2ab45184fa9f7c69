//! The rules that can be checked before anything is fetched: whose object it may be.

use url::Url;

use crate::domain::authority::{self, Breach, Claimed};
use crate::domain::uris::{Uris, same_origin};
use crate::wire::activitystreams::activity::IncomingActivity;
use crate::wire::activitystreams::object_ref::{Embedded, ObjectRef};

/// Refuses what could never be: an object of somebody else, or of this server.
pub(super) fn check(uris: &Uris, activity: &IncomingActivity) -> Result<(), Breach> {
    let actor = &activity.actor;
    let Some(object) = &activity.object else {
        return Ok(());
    };
    for object in object.iter() {
        match activity.kind.as_str() {
            "Create" | "Update" => created(uris, actor, object)?,
            "Delete" => deleted(uris, actor, object)?,
            "Undo" => undone(actor, object)?,
            _ => {}
        }
    }
    Ok(())
}

fn created(uris: &Uris, actor: &Url, object: &ObjectRef) -> Result<(), Breach> {
    let Some(id) = object.id() else { return Ok(()) };
    if uris.is_local(id) {
        return Err(Breach::ObjectIsOurs);
    }
    let Some(embedded) = object.embedded() else {
        return if same_origin(id, actor) {
            Ok(())
        } else {
            Err(Breach::ObjectElsewhere)
        };
    };
    if is_actor(embedded) {
        return authority::change_actor(actor, id);
    }
    let claimed = Claimed {
        id,
        attributed_to: &embedded.attributed_to,
        actor: embedded.actor.as_ref(),
        is_event: embedded.kind.as_deref() == Some("Event"),
        is_local: false,
    };
    authority::create(actor, claimed).map(drop)
}

fn is_actor(embedded: &Embedded) -> bool {
    embedded
        .kind
        .as_deref()
        .is_some_and(|kind| crate::domain::actor::ActorKind::parse(kind).is_some())
}

fn deleted(uris: &Uris, actor: &Url, object: &ObjectRef) -> Result<(), Breach> {
    let Some(id) = object.id() else { return Ok(()) };
    if uris.is_local(id) {
        return Err(Breach::ObjectIsOurs);
    }
    if same_origin(id, actor) {
        Ok(())
    } else {
        Err(Breach::ObjectElsewhere)
    }
}

/// What is undone says who did it; it must be the one who undoes.
fn undone(actor: &Url, object: &ObjectRef) -> Result<(), Breach> {
    if let Some(maker) = object
        .embedded()
        .and_then(|embedded| embedded.actor.as_ref())
    {
        authority::undo(actor, maker)?;
    }
    match object.id() {
        Some(id) if !same_origin(id, actor) => Err(Breach::NotTheMaker),
        _ => Ok(()),
    }
}
