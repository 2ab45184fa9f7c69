//! Who is told what: each timeline is asked whether it holds the post, so that a stream shows what the timeline would.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use serde::Serialize;

use crate::domain::audience::Audience;
use crate::domain::ids::{ActorId, PostId};
use crate::domain::post::Post;
use crate::services::lists;
use crate::services::news::{self, Gone, News};
use crate::services::reading::{self, PostView};
use crate::store::{self, timelines::Page};

use super::super::entities::list::Conversation;
use super::super::entities::notification::Notification;
use super::super::entities::status::Status;
use super::super::error::{ApiError, ApiResult};
use super::super::{Api, notifications, settings};
use super::channel::{Channel, Place};
use super::hub::{Hub, Told, Wanted};

/// Timelines that are asked at once.
const AT_ONCE: usize = 4;
/// Conversations among which one is looked for.
const CONVERSATIONS: i64 = 20;

/// Tells everybody who listens.
pub(super) async fn tell(hub: &Hub, api: &Api, news: News) -> store::Result<()> {
    if news.is_empty() {
        return Ok(());
    }
    let wanted = hub.wanted();
    for gone in &news.deleted {
        tell_gone(hub, api, &wanted, *gone).await?;
    }
    let new = news.posts.iter().map(|post| (post, "update"));
    let edited = news.edited.iter().map(|post| (post, "status.update"));
    for (post, event) in new.chain(edited) {
        tell_post(hub, api, &wanted, post, event).await?;
    }
    for (id, to) in news.notifications {
        for channel in [Channel::User, Channel::Notifications] {
            let Some(numbers) = wanted.get(&(to, channel.clone())) else {
                continue;
            };
            let numbers = hub.with_notifications(numbers);
            let Some(view) = reading::notification(&api.ctx, to, id).await? else {
                continue;
            };
            if let Some(desk) = kept(notifications::desk(api, std::slice::from_ref(&view)).await)? {
                say(
                    hub,
                    &numbers,
                    &channel,
                    "notification",
                    &Notification::of(&view, &desk),
                );
            }
        }
    }
    Ok(())
}

/// Of what an answer cannot be made of, only a failing database matters here.
fn kept<T>(made: ApiResult<T>) -> store::Result<Option<T>> {
    match made {
        Ok(value) => Ok(Some(value)),
        Err(ApiError::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

fn say(hub: &Hub, numbers: &[u64], channel: &Channel, event: &'static str, what: &impl Serialize) {
    let Ok(payload) = serde_json::to_string(what) else {
        return;
    };
    let told = Told {
        stream: channel.labels(),
        event,
        payload: payload.into(),
    };
    hub.tell(numbers, &Arc::new(told));
}

/// Who listens at home and may find a post of `author` there.
async fn at_home(
    api: &Api,
    wanted: &Wanted,
    author: ActorId,
    post: Option<PostId>,
) -> store::Result<HashSet<ActorId>> {
    let listening = wanted
        .keys()
        .filter(|(_, channel)| *channel == Channel::User);
    let readers: Vec<ActorId> = listening.map(|(viewer, _)| *viewer).collect();
    if readers.is_empty() {
        return Ok(HashSet::new());
    }
    news::readers_among(&api.ctx, author, post, &readers).await
}

async fn tell_gone(hub: &Hub, api: &Api, wanted: &Wanted, gone: Gone) -> store::Result<()> {
    let home = at_home(api, wanted, gone.author, None).await?;
    for ((viewer, channel), numbers) in wanted {
        let may_know = match channel {
            Channel::User => {
                *viewer == gone.author
                    || (gone.audience != Audience::Direct && home.contains(viewer))
            }
            Channel::Public { .. } | Channel::Tag { .. } => gone.audience == Audience::Public,
            Channel::Notifications | Channel::List(_) | Channel::Direct => false,
        };
        if may_know {
            let told = Told {
                stream: channel.labels(),
                event: "delete",
                payload: gone.post.to_string().into(),
            };
            hub.tell(numbers, &Arc::new(told));
        }
    }
    Ok(())
}

async fn tell_post(
    hub: &Hub,
    api: &Api,
    wanted: &Wanted,
    post: &Post,
    event: &'static str,
) -> store::Result<()> {
    let home = at_home(api, wanted, post.author, Some(post.id)).await?;
    let is_open = post.audience == Audience::Public;
    let wants = |viewer: &ActorId, channel: &Channel| match channel {
        Channel::User => home.contains(viewer),
        Channel::Public { .. } | Channel::Tag { .. } => is_open,
        Channel::List(_) => post.audience != Audience::Direct,
        Channel::Direct => post.audience == Audience::Direct && event == "update",
        Channel::Notifications => false,
    };
    let mut asked: Vec<BoxFuture<'static, store::Result<()>>> = Vec::new();
    for ((viewer, channel), numbers) in wanted {
        if wants(viewer, channel) {
            let one = Asked {
                viewer: *viewer,
                channel: channel.clone(),
                numbers: numbers.clone(),
                post: post.id,
                event,
            };
            asked.push(one.tell(hub.clone(), api.clone()).boxed());
        }
    }
    let mut asked = stream::iter(asked).buffer_unordered(AT_ONCE);
    while let Some(told) = asked.next().await {
        told?;
    }
    Ok(())
}

/// One stream that may hold a post.
struct Asked {
    viewer: ActorId,
    channel: Channel,
    numbers: Vec<u64>,
    post: PostId,
    event: &'static str,
}

impl Asked {
    async fn tell(self, hub: Hub, api: Api) -> store::Result<()> {
        if self.channel == Channel::Direct {
            return tell_conversation(&hub, &api, self.viewer, self.post, &self.numbers).await;
        }
        let Some(view) = found(&api, self.viewer, &self.channel, self.post).await? else {
            return Ok(());
        };
        if let Some(desk) = kept(api.desk_for_posts(std::slice::from_ref(&view)).await)? {
            let status = Status::of(&view, &desk);
            say(&hub, &self.numbers, &self.channel, self.event, &status);
        }
        Ok(())
    }
}

/// The post as it stands in the timeline of the stream; `None` when it does not.
async fn found(
    api: &Api,
    viewer: ActorId,
    channel: &Channel,
    post: PostId,
) -> store::Result<Option<PostView>> {
    let page = Page {
        max: Some(post.0.saturating_add(1)),
        min: Some(post.0.saturating_sub(1)),
        ..Page::first(1)
    };
    let ctx = &api.ctx;
    let mut views = match channel {
        Channel::User => reading::home(ctx, viewer, page).await?,
        Channel::Public { place, .. } => {
            reading::public(ctx, Some(viewer), *place == Place::Here, page).await?
        }
        Channel::Tag { name, .. } => reading::tagged(ctx, Some(viewer), name, page).await?,
        Channel::List(id) => match lists::one(ctx, viewer, *id).await {
            Ok(list) => reading::of_list(ctx, &list, page).await?,
            // Deleted meanwhile.
            Err(_) => Vec::new(),
        },
        Channel::Notifications | Channel::Direct => Vec::new(),
    };
    views.retain(|view| match channel {
        Channel::Public { place, media } => {
            (*place != Place::Elsewhere || !view.post.local)
                && (!media || view.post.attachments.is_some())
        }
        Channel::Tag { local, .. } => !local || view.post.local,
        _ => true,
    });
    Ok(views.pop())
}

async fn tell_conversation(
    hub: &Hub,
    api: &Api,
    viewer: ActorId,
    post: PostId,
    numbers: &[u64],
) -> store::Result<()> {
    let found = reading::conversations(&api.ctx, viewer, Page::first(CONVERSATIONS)).await?;
    let Some(view) = found.iter().find(|view| view.conversation.last == post) else {
        return Ok(());
    };
    if let Some(desk) = kept(settings::desk(api, std::slice::from_ref(view)).await)? {
        say(
            hub,
            numbers,
            &Channel::Direct,
            "conversation",
            &Conversation::of(view, &desk),
        );
    }
    Ok(())
}
