//! Actors, local and remote.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::clock::Timestamp;
use crate::domain::ids::ActorId;

use super::Conn;
use super::backend::{Both, MultiBackend, padded};
use super::error::{Error, Result, word};
use super::schema::{actors, handles};

#[derive(Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = actors, check_for_backend(MultiBackend), treat_none_as_null = true, treat_none_as_default_value = false)]
#[expect(clippy::struct_excessive_bools, reason = "the columns of the table")]
pub(super) struct ActorRow {
    id: i64,
    uri: String,
    kind: String,
    local: bool,
    handle: String,
    host: String,
    handle_confirmed: bool,
    name: String,
    summary: String,
    summary_source: Option<String>,
    url: Option<String>,
    inbox: String,
    shared_inbox: Option<String>,
    outbox: Option<String>,
    followers: Option<String>,
    following: Option<String>,
    featured: Option<String>,
    icon: Option<String>,
    image: Option<String>,
    manually_approves: bool,
    discoverable: bool,
    indexable: bool,
    accepts_joins: bool,
    created_at: i64,
    updated_at: i64,
    fetched_at: i64,
    suspended_at: Option<i64>,
    gone_at: Option<i64>,
}

impl TryFrom<ActorRow> for Actor {
    type Error = Error;

    fn try_from(row: ActorRow) -> Result<Actor> {
        Ok(Actor {
            id: ActorId(row.id),
            kind: word("actors.kind", ActorKind::parse(&row.kind))?,
            uri: row.uri,
            local: row.local,
            handle: row.handle,
            host: row.host,
            handle_confirmed: row.handle_confirmed,
            name: row.name,
            summary: row.summary,
            summary_source: row.summary_source,
            url: row.url,
            inbox: row.inbox,
            shared_inbox: row.shared_inbox,
            outbox: row.outbox,
            followers: row.followers,
            following: row.following,
            featured: row.featured,
            icon: row.icon,
            image: row.image,
            manually_approves: row.manually_approves,
            discoverable: row.discoverable,
            indexable: row.indexable,
            accepts_joins: row.accepts_joins,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            fetched_at: Timestamp::from_micros(row.fetched_at),
            suspended_at: row.suspended_at.map(Timestamp::from_micros),
            gone_at: row.gone_at.map(Timestamp::from_micros),
        })
    }
}

impl From<&Actor> for ActorRow {
    fn from(actor: &Actor) -> Self {
        ActorRow {
            id: actor.id.0,
            uri: actor.uri.clone(),
            kind: actor.kind.as_str().to_owned(),
            local: actor.local,
            handle: actor.handle.clone(),
            host: actor.host.clone(),
            handle_confirmed: actor.handle_confirmed,
            name: actor.name.clone(),
            summary: actor.summary.clone(),
            summary_source: actor.summary_source.clone(),
            url: actor.url.clone(),
            inbox: actor.inbox.clone(),
            shared_inbox: actor.shared_inbox.clone(),
            outbox: actor.outbox.clone(),
            followers: actor.followers.clone(),
            following: actor.following.clone(),
            featured: actor.featured.clone(),
            icon: actor.icon.clone(),
            image: actor.image.clone(),
            manually_approves: actor.manually_approves,
            discoverable: actor.discoverable,
            indexable: actor.indexable,
            accepts_joins: actor.accepts_joins,
            created_at: actor.created_at.micros(),
            updated_at: actor.updated_at.micros(),
            fetched_at: actor.fetched_at.micros(),
            suspended_at: actor.suspended_at.map(Timestamp::micros),
            gone_at: actor.gone_at.map(Timestamp::micros),
        }
    }
}

fn one(row: Option<ActorRow>) -> Result<Option<Actor>> {
    row.map(Actor::try_from).transpose()
}

/// The actor with this key.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: ActorId) -> Result<Option<Actor>> {
    one(actors::table
        .find(id.0)
        .select(ActorRow::as_select())
        .first(c)
        .await
        .optional()?)
}

/// The actor with this key, which nobody else changes until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn find_locked(c: &mut Conn, id: ActorId) -> Result<Option<Actor>> {
    if let Conn::Pg(pg) = c {
        let row = actors::table.find(id.0).select(actors::id);
        let _: Option<i64> = row.for_no_key_update().first(pg).await.optional()?;
    }
    find(c, id).await
}

/// The actor with this ActivityPub id.
///
/// # Errors
/// When the database fails.
pub async fn find_by_uri(c: &mut Conn, uri: &str) -> Result<Option<Actor>> {
    one(actors::table
        .filter(actors::uri.eq(uri))
        .select(ActorRow::as_select())
        .first(c)
        .await
        .optional()?)
}

/// The local actor with this handle (lower case), also when it is suspended or gone.
///
/// # Errors
/// When the database fails.
pub async fn find_local(c: &mut Conn, handle: &str) -> Result<Option<Actor>> {
    one(handles::table
        .inner_join(actors::table)
        .filter(handles::handle.eq(handle))
        .select(ActorRow::as_select())
        .first(c)
        .await
        .optional()?)
}

/// The actor known by `handle@host`: the one whose handle was confirmed, else the latest seen.
///
/// # Errors
/// When the database fails.
pub async fn find_by_handle(c: &mut Conn, handle: &str, host: &str) -> Result<Option<Actor>> {
    one(actors::table
        .filter(
            actors::handle
                .eq(handle)
                .and(actors::host.eq(host))
                .and(actors::gone_at.is_null()),
        )
        .order((actors::handle_confirmed.desc(), actors::fetched_at.desc()))
        .select(ActorRow::as_select())
        .first(c)
        .await
        .optional()?)
}

/// The actors with these keys, in no particular order; missing ones are left out.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, ids: &[ActorId]) -> Result<Vec<Actor>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = padded(ids.iter().map(|id| id.0));
    let rows: Vec<ActorRow> = actors::table
        .filter(actors::id.eq_any(&ids))
        .select(ActorRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Actor::try_from).collect()
}

/// Active local actors of a kind, by key, after `after`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_local(
    c: &mut Conn,
    kind: ActorKind,
    after: Option<ActorId>,
    limit: i64,
) -> Result<Vec<Actor>> {
    let rows: Vec<ActorRow> = actors::table
        .filter(
            actors::local
                .eq(true)
                .and(actors::kind.eq(kind.as_str()))
                .and(actors::id.gt(after.map_or(0, |id| id.0))),
        )
        .filter(
            actors::suspended_at
                .is_null()
                .and(actors::gone_at.is_null()),
        )
        .order(actors::id)
        .limit(limit)
        .select(ActorRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Actor::try_from).collect()
}

/// How many active local actors of a kind there are.
///
/// # Errors
/// When the database fails.
pub async fn count_local(c: &mut Conn, kind: ActorKind) -> Result<i64> {
    Ok(actors::table
        .filter(actors::local.eq(true).and(actors::kind.eq(kind.as_str())))
        .filter(
            actors::suspended_at
                .is_null()
                .and(actors::gone_at.is_null()),
        )
        .count()
        .get_result(c)
        .await?)
}

/// Actors whose handle or name starts with `text` (ASCII letters in any case), soonest made first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn search(c: &mut Conn, text: &str, limit: i64) -> Result<Vec<Actor>> {
    let escaped: String = text
        .to_lowercase()
        .chars()
        .flat_map(|ch| {
            if matches!(ch, '%' | '_' | '\\') {
                vec!['\\', ch]
            } else {
                vec![ch]
            }
        })
        .collect();
    let rows: Vec<ActorRow> = actors::table
        .filter(
            lower(actors::handle)
                .like(format!("{escaped}%"))
                .escape('\\')
                .or(lower(actors::name)
                    .like(format!("%{escaped}%"))
                    .escape('\\')),
        )
        .filter(
            actors::suspended_at
                .is_null()
                .and(actors::gone_at.is_null()),
        )
        .filter(actors::kind.ne(ActorKind::Application.as_str()))
        .order((actors::local.desc(), actors::id))
        .limit(limit)
        .select(ActorRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Actor::try_from).collect()
}

diesel::define_sql_function! { fn lower(x: diesel::sql_types::Text) -> diesel::sql_types::Text; }

/// Adds a local actor and claims its handle for ever.
///
/// # Errors
/// [`Error::Duplicate`] when the handle was ever used.
pub async fn insert_local(c: &mut Conn, actor: &Actor) -> Result<()> {
    insert(c, actor).await?;
    diesel::insert_into(handles::table)
        .values((
            handles::handle.eq(actor.handle.to_lowercase()),
            handles::actor_id.eq(actor.id.0),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Adds an actor.
///
/// # Errors
/// [`Error::Duplicate`] when its uri is known.
pub async fn insert(c: &mut Conn, actor: &Actor) -> Result<()> {
    diesel::insert_into(actors::table)
        .values((ActorRow::from(actor), actors::out_seq.eq(0)))
        .execute(c)
        .await?;
    Ok(())
}

/// Adds a remote actor, or replaces what is known of it; its key, age and state here stay. Answers the stored one.
///
/// # Errors
/// When the database fails.
pub async fn upsert_remote(c: &mut Conn, actor: &Actor) -> Result<Actor> {
    Both(
        diesel::insert_into(actors::table)
            .values((ActorRow::from(actor), actors::out_seq.eq(0)))
            .on_conflict(actors::uri)
            .do_update()
            .set((
                actors::kind.eq(excluded(actors::kind)),
                actors::handle.eq(excluded(actors::handle)),
                actors::host.eq(excluded(actors::host)),
                actors::handle_confirmed.eq(excluded(actors::handle_confirmed)),
                actors::name.eq(excluded(actors::name)),
                actors::summary.eq(excluded(actors::summary)),
                actors::url.eq(excluded(actors::url)),
                actors::inbox.eq(excluded(actors::inbox)),
                actors::shared_inbox.eq(excluded(actors::shared_inbox)),
                actors::outbox.eq(excluded(actors::outbox)),
                actors::followers.eq(excluded(actors::followers)),
                actors::following.eq(excluded(actors::following)),
                actors::featured.eq(excluded(actors::featured)),
                actors::icon.eq(excluded(actors::icon)),
                actors::image.eq(excluded(actors::image)),
                actors::manually_approves.eq(excluded(actors::manually_approves)),
                actors::discoverable.eq(excluded(actors::discoverable)),
                actors::indexable.eq(excluded(actors::indexable)),
                actors::accepts_joins.eq(excluded(actors::accepts_joins)),
                actors::updated_at.eq(excluded(actors::updated_at)),
                actors::fetched_at.eq(excluded(actors::fetched_at)),
                actors::gone_at.eq(excluded(actors::gone_at)),
            )),
    )
    .execute(c)
    .await?;
    find_by_uri(c, &actor.uri)
        .await?
        .ok_or(Error::Query(diesel::result::Error::NotFound))
}

/// Replaces everything of an actor.
///
/// # Errors
/// When the database fails.
pub async fn update(c: &mut Conn, actor: &Actor) -> Result<()> {
    diesel::update(actors::table.find(actor.id.0))
        .set(ActorRow::from(actor))
        .execute(c)
        .await?;
    Ok(())
}

/// Active remote actors that receive at `inbox`, in no particular order. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_by_inbox(c: &mut Conn, inbox: &str, limit: i64) -> Result<Vec<Actor>> {
    let rows: Vec<ActorRow> = actors::table
        .filter(actors::inbox.eq(inbox).or(actors::shared_inbox.eq(inbox)))
        .filter(actors::local.eq(false).and(actors::gone_at.is_null()))
        .limit(limit)
        .select(ActorRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Actor::try_from).collect()
}
