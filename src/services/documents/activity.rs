//! Activities at their own ids, as they were sent.

use serde::Deserialize;

use super::post::lives_at;
use super::{Document, Eyes, ReadError};
use crate::domain::actor::Actor;
use crate::domain::event::InvitationState;
use crate::domain::outgoing::Variant;
use crate::services::Ctx;
use crate::store::{self, Conn, activities, actors, participations, residents};
use crate::wire::activitystreams::PUBLIC;

/// Whom an activity of ours names. Ours have lists there, never a single string.
#[derive(Debug, Deserialize)]
struct Addressed {
    #[serde(default)]
    to: Vec<String>,
    #[serde(default)]
    cc: Vec<String>,
}

impl Addressed {
    fn all(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).map(String::as_str)
    }
}

/// An activity under its actor: for everybody if it was addressed to everybody, else for servers it was addressed to.
pub(super) async fn activity(ctx: &Ctx, path: &str, eyes: Eyes<'_>) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some((actor, body)) = stored(&mut c, &ctx.uris.at(path)).await? else {
        return Ok(Document::Missing);
    };
    // What cannot be read names nobody.
    let Ok(addressed) = serde_json::from_str::<Addressed>(&body) else {
        return Ok(Document::Missing);
    };
    if addressed.all().any(|id| id == PUBLIC) {
        return Ok(Document::found(body, true));
    }
    let Eyes::Server(server) = eyes else {
        return Ok(Document::Missing);
    };
    let mut allowed = addressed.all().any(|id| lives_at(id, server.origin));
    if !allowed
        && addressed
            .all()
            .any(|id| actor.followers.as_deref() == Some(id))
    {
        allowed = residents::has_follower(&mut c, actor.id, server.origin).await?;
    }
    Ok(if allowed {
        Document::found(body, false)
    } else {
        Document::Missing
    })
}

/// An `Invite`, for the server of the invited person alone, and only while it stands.
pub(super) async fn invite(ctx: &Ctx, id: i64, eyes: Eyes<'_>) -> Result<Document, ReadError> {
    let Eyes::Server(server) = eyes else {
        return Ok(Document::Missing);
    };
    let mut c = ctx.store.reader().await?;
    let uri = ctx.uris.invite(id);
    let Some(invitation) = participations::find_invitation_by_uri(&mut c, &uri).await? else {
        return Ok(Document::Missing);
    };
    let invitee = actors::find(&mut c, invitation.invitee).await?;
    let theirs = invitee.is_some_and(|person| lives_at(&person.uri, server.origin));
    if !theirs || invitation.state == InvitationState::Withdrawn {
        return Ok(Document::Missing);
    }
    Ok(match stored(&mut c, &uri).await? {
        Some((_, body)) => Document::found(body, false),
        None => Document::Missing,
    })
}

async fn stored(c: &mut Conn, uri: &str) -> store::Result<Option<(Actor, String)>> {
    let Some(activity) = activities::find_by_uri(c, uri).await? else {
        return Ok(None);
    };
    let Some(actor) = actors::find(c, activity.actor)
        .await?
        .filter(Actor::is_active)
    else {
        return Ok(None);
    };
    let body = activities::find_body(c, activity.id, Variant::Standard).await?;
    Ok(body.map(|body| (actor, body)))
}
