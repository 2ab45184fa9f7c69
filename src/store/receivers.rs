//! From the receivers of an activity to the inboxes it is delivered to.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel_async::RunQueryDsl;
use url::Url;

use super::schema::{actors, follows, receipts};
use super::{Conn, Result};
use crate::domain::clock::Timestamp;
use crate::domain::follow::FollowState;
use crate::domain::moderation::DomainRules;
use crate::domain::outgoing::Receivers;
use crate::domain::uris::authority;

const CHUNK: usize = 500;

diesel::define_sql_function! { fn coalesce(x: Nullable<Text>, y: Text) -> Text; }

/// Where an activity goes, once for each inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    pub inbox: String,
    /// Host of the inbox, with its port where it has one.
    pub host: String,
}

/// The distinct inboxes of `receivers`, shared ones where there are any, in order of the inbox. Local, suspended and
/// gone actors and blocked hosts are left out. One row is loaded for each inbox, not for each receiver.
pub(super) async fn resolve(
    c: &mut Conn,
    receivers: &Receivers,
    rules: &DomainRules,
) -> Result<Vec<Destination>> {
    let mut found = Found {
        rules,
        by_inbox: BTreeMap::new(),
    };
    for chunk in receivers.followers_of.chunks(CHUNK) {
        let inboxes = follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .filter(follows::target_id.eq_any(chunk.iter().map(|id| id.0)))
            .filter(follows::state.eq(FollowState::Accepted.as_str()))
            .filter(actors::local.eq(false))
            .filter(actors::suspended_at.is_null())
            .filter(actors::gone_at.is_null())
            .select((coalesce(actors::shared_inbox, actors::inbox), actors::host))
            .distinct()
            .load(c)
            .await?;
        found.add(inboxes);
    }
    for chunk in receivers.actors.chunks(CHUNK) {
        let inboxes = actors::table
            .filter(actors::id.eq_any(chunk.iter().map(|id| id.0)))
            .filter(actors::local.eq(false))
            .filter(actors::suspended_at.is_null())
            .filter(actors::gone_at.is_null())
            .select((coalesce(actors::shared_inbox, actors::inbox), actors::host))
            .distinct()
            .load(c)
            .await?;
        found.add(inboxes);
    }
    for chunk in receivers.had.chunks(CHUNK) {
        let inboxes = receipts::table
            .filter(receipts::object_uri.eq_any(chunk))
            .select((receipts::inbox, receipts::host))
            .distinct()
            .load(c)
            .await?;
        found.add(inboxes);
    }
    Ok(found.by_inbox.into_values().collect())
}

struct Found<'a> {
    rules: &'a DomainRules,
    by_inbox: BTreeMap<String, Destination>,
}

impl Found<'_> {
    /// Takes inboxes with the host their actors name themselves by: a rule about either host counts.
    fn add(&mut self, inboxes: Vec<(String, String)>) {
        for (inbox, named_host) in inboxes {
            if self.rules.is_blocked(&named_host) {
                continue;
            }
            let Some(host) = Url::parse(&inbox).ok().as_ref().and_then(authority) else {
                tracing::warn!(
                    inbox,
                    "an actor's inbox is no address; nothing is sent to it"
                );
                continue;
            };
            if !self.rules.is_blocked(&host) {
                self.by_inbox
                    .entry(inbox.clone())
                    .or_insert(Destination { inbox, host });
            }
        }
    }
}

/// An inbox answered that it is gone for good. Actors with it as their own are gone; those who shared it get their
/// deliveries at their own from now on. Returns how many actors that changed.
///
/// # Errors
/// When the database fails.
pub async fn mark_gone(tx: &mut Conn, inbox: &str, now: Timestamp) -> Result<usize> {
    let gone = diesel::update(
        actors::table
            .filter(actors::inbox.eq(inbox))
            .filter(actors::local.eq(false))
            .filter(actors::gone_at.is_null()),
    )
    .set(actors::gone_at.eq(now.micros()))
    .execute(tx)
    .await?;
    let moved = diesel::update(
        actors::table
            .filter(actors::shared_inbox.eq(inbox))
            .filter(actors::local.eq(false)),
    )
    .set(actors::shared_inbox.eq(None::<String>))
    .execute(tx)
    .await?;
    Ok(gone + moved)
}
