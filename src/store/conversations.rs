//! Direct posts by thread, a row for each person.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::audience::Audience;
use crate::domain::conversation::Conversation;
use crate::domain::ids::{ActorId, ConversationId, PostId};

use super::Conn;
use super::backend::Both;
use super::error::Result;
use super::schema::{conversations, post_recipients, posts};
use super::timelines::Page;

type Row = (i64, i64, i64, i64, bool);

fn conversation((id, owner, thread, last, unread): Row) -> Conversation {
    Conversation {
        id: ConversationId(id),
        owner: ActorId(owner),
        thread: PostId(thread),
        last: PostId(last),
        unread,
    }
}

/// A direct post was added to a conversation; one that was removed comes back.
///
/// # Errors
/// When the database fails.
pub async fn upsert(c: &mut Conn, with: &Conversation) -> Result<()> {
    Both(
        diesel::insert_into(conversations::table)
            .values((
                conversations::id.eq(with.id.0),
                conversations::actor_id.eq(with.owner.0),
                conversations::thread_id.eq(with.thread.0),
                conversations::last_post_id.eq(with.last.0),
                conversations::unread.eq(with.unread),
            ))
            .on_conflict((conversations::actor_id, conversations::thread_id))
            .do_update()
            .set((
                conversations::last_post_id.eq(excluded(conversations::last_post_id)),
                conversations::unread.eq(excluded(conversations::unread)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Conversations of `owner`, the one with the latest post first, paged by that post.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, owner: ActorId, page: Page) -> Result<Vec<Conversation>> {
    let query = conversations::table
        .filter(conversations::actor_id.eq(owner.0))
        .filter(conversations::last_post_id.lt(page.below()))
        .filter(conversations::last_post_id.gt(page.above()))
        .limit(page.limit)
        .select(conversations::all_columns);
    let mut rows: Vec<Row>;
    if page.min.is_some() {
        rows = query
            .order(conversations::last_post_id.asc())
            .load(c)
            .await?;
        rows.reverse();
    } else {
        rows = query
            .order(conversations::last_post_id.desc())
            .load(c)
            .await?;
    }
    Ok(rows.into_iter().map(conversation).collect())
}

/// One conversation of `owner`.
///
/// # Errors
/// When the database fails.
pub async fn find(
    c: &mut Conn,
    owner: ActorId,
    id: ConversationId,
) -> Result<Option<Conversation>> {
    let row: Option<Row> = conversations::table
        .find(id.0)
        .filter(conversations::actor_id.eq(owner.0))
        .select(conversations::all_columns)
        .first(c)
        .await
        .optional()?;
    Ok(row.map(conversation))
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn mark(c: &mut Conn, id: ConversationId, unread: bool) -> Result<()> {
    diesel::update(conversations::table.find(id.0))
        .set(conversations::unread.eq(unread))
        .execute(c)
        .await?;
    Ok(())
}

/// Removes a conversation from its owner's list; the posts stay.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: ConversationId) -> Result<()> {
    diesel::delete(conversations::table.find(id.0))
        .execute(c)
        .await?;
    Ok(())
}

/// A post goes: conversations that ended with it end with the one before, or are gone.
pub(super) async fn lose(c: &mut Conn, post: PostId) -> Result<()> {
    let ended: Vec<Row> = conversations::table
        .filter(conversations::last_post_id.eq(post.0))
        .select(conversations::all_columns)
        .load(c)
        .await?;
    for (id, owner, thread, ..) in ended {
        let addressed = post_recipients::table
            .filter(post_recipients::actor_id.eq(owner))
            .select(post_recipients::post_id);
        let before: Option<i64> = posts::table
            .filter(posts::thread_id.eq(thread).and(posts::id.ne(post.0)))
            .filter(posts::audience.eq(Audience::Direct.as_str()))
            .filter(posts::actor_id.eq(owner).or(posts::id.eq_any(addressed)))
            .order(posts::id.desc())
            .select(posts::id)
            .first(c)
            .await
            .optional()?;
        match before {
            Some(before) => {
                diesel::update(conversations::table.find(id))
                    .set(conversations::last_post_id.eq(before))
                    .execute(c)
                    .await?;
            }
            None => delete(c, ConversationId(id)).await?,
        }
    }
    Ok(())
}
