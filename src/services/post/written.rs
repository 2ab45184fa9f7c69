//! From a draft to a post and its document.

use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::ids::{ActivityId, ActorId, PostId};
use crate::domain::outgoing::Receivers;
use crate::domain::poll::{NewPoll, Poll};
use crate::domain::post::{Post, Recipient};
use crate::domain::quote::Quote;
use crate::services::send::{Letter, send};
use crate::services::{Ctx, poll};
use crate::store::{self, Conn, actors};
use crate::text::escape::escaped;
use crate::text::markdown::{self, MentionLink};
use crate::wire::activitystreams::outgoing::{OutgoingActivity, OutgoingNote};
use crate::wire::activitystreams::render::{self, Named, NoteCard};

use super::{Draft, PostError};

/// What goes with a post.
pub(super) struct Written {
    pub(super) recipients: Vec<Recipient>,
    pub(super) tags: Vec<String>,
    pub(super) named: Vec<Named>,
    pub(super) poll: Option<Poll>,
    pub(super) quote: Option<Quote>,
}

impl Written {
    /// Gives the post its poll, or none.
    pub(super) async fn ask(
        &mut self,
        ctx: &Ctx,
        tx: &mut Conn,
        post: PostId,
        asked: Option<&NewPoll>,
    ) -> Result<(), PostError> {
        let fresh = asked
            .map(|asked| poll::fresh(ctx, post, asked))
            .transpose()?;
        self.poll = poll::set(ctx, tx, post, fresh).await?;
        Ok(())
    }

    pub(super) fn note(&self, ctx: &Ctx, author: &Actor, post: &Post) -> OutgoingNote {
        let framed = self.quote.as_ref().map(|quote| Post {
            content: with_address(&quote.quoted_uri, &post.content),
            ..post.clone()
        });
        render::note(&NoteCard {
            post: framed.as_ref().unwrap_or(post),
            author_uri: &author.uri,
            author_followers: author.followers.as_deref().unwrap_or(&author.uri),
            named: &self.named,
            tags: &self.tags,
            poll: self.poll.as_ref(),
            quote: self.quote.as_ref(),
            uris: &ctx.uris,
        })
    }
}

/// The text with the address of what it quotes, for servers that do not know quotes; the others hide this class.
fn with_address(quoted: &str, text: &str) -> String {
    let address = escaped(quoted);
    format!("<p class=\"quote-inline\">RE: <a href=\"{address}\">{address}</a></p>{text}")
}

pub(super) fn compose(
    ctx: &Ctx,
    author: &Actor,
    draft: &Draft,
    id: PostId,
    parent: Option<&Post>,
) -> (Post, Written) {
    let mut mentioned: Vec<ActorId> = Vec::new();
    let rendered = markdown::render(
        &draft.text,
        &mut |mention| {
            let host = mention.host.as_deref().unwrap_or(ctx.uris.domain());
            let person = draft.mentioned.iter().find(|actor| {
                actor.handle.eq_ignore_ascii_case(&mention.user)
                    && actor.host.eq_ignore_ascii_case(host)
            })?;
            mentioned.push(person.id);
            Some(MentionLink {
                href: person.url.clone().unwrap_or_else(|| person.uri.clone()),
                actor_uri: person.uri.clone(),
                label: person.handle.clone(),
            })
        },
        &mut |tag| Some(ctx.uris.tag(&tag.to_lowercase())),
    );
    mentioned.sort_unstable();
    mentioned.dedup();
    let named = draft
        .mentioned
        .iter()
        .filter(|actor| mentioned.contains(&actor.id))
        .map(|actor| Named {
            uri: actor.uri.clone(),
            handle: actor.full_handle(),
            mentioned: true,
        })
        .collect();
    let mut tags: Vec<String> = rendered
        .hashtags
        .iter()
        .map(|tag| tag.to_lowercase())
        .collect();
    tags.sort_unstable();
    tags.dedup();
    let uri = ctx.uris.post(id);
    let post = Post {
        id,
        url: Some(uri.clone()),
        uri,
        local: true,
        kind: if draft.poll.is_some() {
            "Question"
        } else {
            "Note"
        }
        .to_owned(),
        author: author.id,
        boost_of: None,
        in_reply_to: parent.map(|p| p.id),
        in_reply_to_uri: parent.map(|p| p.uri.clone()),
        thread: parent.map_or(id, |p| p.thread),
        event: parent.and_then(|p| p.event),
        group: None,
        title: String::new(),
        content: rendered.html,
        source: Some(draft.text.clone()),
        warning: draft.warning.trim().to_owned(),
        sensitive: draft.sensitive || !draft.warning.trim().is_empty(),
        language: draft.language.clone(),
        audience: parent.map_or(draft.audience, |p| draft.audience.narrower(p.audience)),
        attachments: None,
        policy: draft.policy,
        likes: 0,
        boosts: 0,
        replies: 0,
        quotes: 0,
        published_at: ctx.now(),
        edited_at: None,
    };
    let recipients = mentioned
        .into_iter()
        .map(|actor| Recipient {
            actor,
            mentioned: true,
        })
        .collect();
    (
        post,
        Written {
            recipients,
            tags,
            named,
            poll: None,
            quote: None,
        },
    )
}

pub(super) async fn named(c: &mut Conn, recipients: &[Recipient]) -> store::Result<Vec<Named>> {
    let ids: Vec<ActorId> = recipients.iter().map(|r| r.actor).collect();
    let people = actors::list(c, &ids).await?;
    Ok(recipients
        .iter()
        .filter_map(|r| {
            let actor = people.iter().find(|actor| actor.id == r.actor)?;
            Some(Named {
                uri: actor.uri.clone(),
                handle: actor.full_handle(),
                mentioned: r.mentioned,
            })
        })
        .collect())
}

pub(in crate::services) fn receivers(post: &Post, recipients: &[Recipient]) -> Receivers {
    Receivers {
        followers_of: if post.audience == Audience::Direct {
            Vec::new()
        } else {
            vec![post.author]
        },
        actors: recipients.iter().map(|r| r.actor).collect(),
        had: Vec::new(),
    }
}

pub(super) async fn announce(
    ctx: &Ctx,
    tx: &mut Conn,
    (author, post): (&Actor, &Post),
    activity: OutgoingActivity,
    written: &Written,
) -> store::Result<()> {
    let followers = author.followers.as_deref().unwrap_or(&author.uri);
    let (to, cc) = render::audience(post.audience, followers, &written.named);
    let changed = post.edited_at.is_some();
    let mut receivers = receivers(post, &written.recipients);
    if changed {
        receivers.had.push(post.uri.clone());
    }
    let mut activity = activity.addressed(to, cc);
    activity.published = Some(post.edited_at.unwrap_or(post.published_at).rfc3339());
    let letter = Letter {
        id: ActivityId(ctx.id()),
        actor: author.id,
        activity,
        object_uri: Some(post.uri.clone()),
        receivers,
        subjects: std::iter::once(author.id)
            .chain(written.recipients.iter().map(|r| r.actor))
            .collect(),
        listed: post.audience.is_public() && !changed,
        for_mobilizon: None,
    };
    send(ctx, tx, letter).await
}
