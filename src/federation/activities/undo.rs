//! Undo of a Follow, Join, Like, Announce, Invite, Block or answer, embedded or by id alone.

use crate::domain::participation::Answer;
use crate::services::participation::Asked;
use crate::store::{actors, blocks, events, follows, likes, participations, posts};

use super::events::Answered;
use super::{Case, Effect, Trouble};

pub(super) async fn undone(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(object) = &cx.activity.object else {
        return Ok(Effect::Nothing("it undoes nothing"));
    };
    let mut reader = cx.ctx().store.reader().await?;
    if let Some(id) = object.id() {
        if let Some(follow) = follows::find_by_uri(&mut reader, id.as_str())
            .await?
            .filter(|f| f.follower == cx.who.id)
            && let Some(target) = actors::find(&mut reader, follow.target).await?
        {
            return Ok(Effect::EndFollow(Box::new((target, follow))));
        }
        if let Some(post) = likes::find_by_uri(&mut reader, cx.who.id, id.as_str()).await? {
            return Ok(Effect::Unlike(post));
        }
        if let Some(boost) = posts::find_by_uri(&mut reader, id.as_str())
            .await?
            .filter(|p| p.author == cx.who.id && p.boost_of.is_some())
        {
            return Ok(Effect::Unboost(Box::new(boost)));
        }
        if let Some(invitation) = participations::find_invitation_by_uri(&mut reader, id.as_str())
            .await?
            .filter(|i| i.inviter == cx.who.id)
        {
            return Ok(Effect::InviteWithdrawn(Box::new(invitation)));
        }
        if let Some(standing) =
            participations::find_by_uri(&mut reader, cx.who.id, id.as_str()).await?
        {
            return Ok(withdrawn(cx, standing.event));
        }
        if let Some(block) = blocks::find_by_uri(&mut reader, cx.who.id, id.as_str()).await? {
            return Ok(Effect::BlockEnded(Box::new(block)));
        }
    }
    // Some servers send a new id inside; then the thing is known by what it is about.
    let Some(embedded) = object.embedded() else {
        return Ok(Effect::Nothing("what it undoes is not known here"));
    };
    let Some(about) = &embedded.object else {
        return Ok(Effect::Nothing("what it undoes is not known here"));
    };
    match embedded.kind.as_deref() {
        Some("Follow" | "Join") => {
            if let Some(target) = actors::find_by_uri(&mut reader, about.as_str()).await?
                && let Some(follow) = follows::find(&mut reader, cx.who.id, target.id).await?
            {
                return Ok(Effect::EndFollow(Box::new((target, follow))));
            }
            if let Some(event) = events::find_by_uri(&mut reader, about.as_str())
                .await?
                .filter(|event| event.local)
            {
                return Ok(withdrawn(cx, event.id));
            }
        }
        Some("Block") => {
            if let Some(target) = actors::find_by_uri(&mut reader, about.as_str()).await?
                && let Some(block) = blocks::find(&mut reader, cx.who.id, target.id).await?
            {
                return Ok(Effect::BlockEnded(Box::new(block)));
            }
        }
        Some("Like") => {
            if let Some(post) = posts::find_by_uri(&mut reader, about.as_str()).await? {
                return Ok(Effect::Unlike(post.id));
            }
        }
        Some("Announce") => {
            if let Some(post) = posts::find_by_uri(&mut reader, about.as_str()).await?
                && let Some(boost) = posts::find_boost(&mut reader, cx.who.id, post.id).await?
            {
                return Ok(Effect::Unboost(Box::new(boost)));
            }
        }
        _ => {}
    }
    Ok(Effect::Nothing("what it undoes is not known here"))
}

fn withdrawn(cx: &Case<'_>, event: crate::domain::ids::EventId) -> Effect {
    let asked = Asked {
        kind: "Leave".to_owned(),
        uri: cx.uri(),
        answer: Answer::Declined,
    };
    Effect::EventAnswered(Box::new(Answered { event, asked }))
}
