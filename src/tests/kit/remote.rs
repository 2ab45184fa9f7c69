//! People of other servers, as they are known here, and what is on its way to them.

use std::time::Duration;

use kith::domain::actor::{Actor, ActorKind};
use kith::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use kith::domain::ids::{ActorId, FollowId};
use kith::store::{self, activities, actors, follows, lanes};
use serde_json::Value;

use super::TestKit;

impl TestKit {
    /// Somebody called `handle` on `host`, with a shared inbox at `https://{host}/inbox`.
    pub(crate) async fn remote(&self, handle: &str, host: &str) -> Actor {
        let ctx = &self.app.ctx;
        let under = |path: &str| format!("https://{host}/users/{handle}{path}");
        let actor = &Actor {
            id: ActorId(ctx.id()),
            uri: under(""),
            kind: ActorKind::Person,
            local: false,
            handle: handle.to_owned(),
            host: host.to_owned(),
            handle_confirmed: true,
            name: String::new(),
            summary: String::new(),
            summary_source: None,
            url: None,
            inbox: under("/inbox"),
            shared_inbox: Some(format!("https://{host}/inbox")),
            outbox: Some(under("/outbox")),
            followers: Some(under("/followers")),
            following: Some(under("/following")),
            featured: None,
            icon: None,
            image: None,
            manually_approves: false,
            discoverable: true,
            indexable: false,
            accepts_joins: false,
            created_at: ctx.now(),
            updated_at: ctx.now(),
            fetched_at: ctx.now(),
            suspended_at: None,
            gone_at: None,
        };
        let stored: store::Result<()> = ctx
            .store
            .transaction(async |tx| actors::insert(tx, actor).await)
            .await;
        stored.unwrap();
        actor.clone()
    }

    /// `follower` follows `target`, as far as `state`.
    pub(crate) async fn follow(&self, follower: &Actor, target: &Actor, state: FollowState) {
        self.join(follower, target, (state, MemberRole::Follower))
            .await;
    }

    /// `member` has a role in `group`.
    pub(crate) async fn join(
        &self,
        member: &Actor,
        group: &Actor,
        (state, role): (FollowState, MemberRole),
    ) {
        let ctx = &self.app.ctx;
        let id = ctx.id();
        let follow = &Follow {
            id: FollowId(id),
            follower: member.id,
            target: group.id,
            uri: format!("{}/follows/{id}", member.uri),
            asked_by: AskedBy::Follow,
            state,
            role,
            created_at: ctx.now(),
        };
        let stored: store::Result<()> = ctx
            .store
            .transaction(async |tx| follows::insert(tx, follow).await)
            .await;
        stored.unwrap();
    }

    /// What waits to be delivered first in each lane that is due: inbox and activity, in order of the inbox.
    pub(crate) async fn due(&self) -> Vec<(String, Value)> {
        let ctx = &self.app.ctx;
        let now = ctx.now();
        let lease = lanes::Lease {
            holder: 9,
            until: now.plus(Duration::from_mins(1)),
        };
        let share = lanes::Share {
            lanes: 1_000,
            per_host: 1_000,
        };
        let claimed: store::Result<Vec<lanes::Lane>> = ctx
            .store
            .transaction(async |tx| lanes::claim(tx, now, lease, share).await)
            .await;
        let claimed = claimed.unwrap();
        let mut reader = ctx.store.reader().await.unwrap();
        let heads = lanes::load_heads(&mut reader, lease, now, 100)
            .await
            .unwrap();
        let mut due = Vec::new();
        for head in heads {
            let lane = claimed.iter().find(|lane| lane.id == head.lane).unwrap();
            let body = activities::find_body(&mut reader, head.activity, head.variant).await;
            let body = serde_json::from_str(&body.unwrap().unwrap()).unwrap();
            due.push((lane.inbox.clone(), body));
        }
        drop(reader);
        let released: store::Result<usize> = ctx
            .store
            .transaction(async |tx| lanes::release(tx, lease.holder).await)
            .await;
        released.unwrap();
        due.sort_by(|a, b| a.0.cmp(&b.0));
        due
    }
}
