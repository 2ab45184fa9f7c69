//! Posts that wait for their time.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, ScheduledId};
use crate::domain::scheduled::Scheduled;

use super::Conn;
use super::error::{Result, word};
use super::schema::scheduled_posts;
use super::timelines::Page;

type Row = (i64, i64, i64, String);

fn scheduled((id, author, due, params): Row) -> Result<Scheduled> {
    Ok(Scheduled {
        id: ScheduledId(id),
        author: ActorId(author),
        due_at: Timestamp::from_micros(due),
        params: word("scheduled_posts.params", serde_json::from_str(&params).ok())?,
    })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn columns() -> _ {
    (
        scheduled_posts::id,
        scheduled_posts::actor_id,
        scheduled_posts::due_at,
        scheduled_posts::params,
    )
}

/// Adds a waiting post.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, post: &Scheduled, now: Timestamp) -> Result<()> {
    let params = word(
        "scheduled_posts.params",
        serde_json::to_string(&post.params).ok(),
    )?;
    diesel::insert_into(scheduled_posts::table)
        .values((
            scheduled_posts::id.eq(post.id.0),
            scheduled_posts::actor_id.eq(post.author.0),
            scheduled_posts::due_at.eq(post.due_at.micros()),
            scheduled_posts::params.eq(params),
            scheduled_posts::created_at.eq(now.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The waiting post with this key, whosever it is.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: ScheduledId) -> Result<Option<Scheduled>> {
    let row: Option<Row> = scheduled_posts::table
        .find(id.0)
        .select(columns())
        .first(c)
        .await
        .optional()?;
    row.map(scheduled).transpose()
}

/// What waits of `author`, latest made first.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, author: ActorId, page: Page) -> Result<Vec<Scheduled>> {
    let rows: Vec<Row> = scheduled_posts::table
        .filter(scheduled_posts::actor_id.eq(author.0))
        .filter(scheduled_posts::id.lt(page.below()))
        .filter(scheduled_posts::id.gt(page.above()))
        .order(scheduled_posts::id.desc())
        .limit(page.limit)
        .select(columns())
        .load(c)
        .await?;
    rows.into_iter().map(scheduled).collect()
}

/// How many posts of `author` wait.
///
/// # Errors
/// When the database fails.
pub async fn count(c: &mut Conn, author: ActorId) -> Result<i64> {
    Ok(scheduled_posts::table
        .filter(scheduled_posts::actor_id.eq(author.0))
        .count()
        .get_result(c)
        .await?)
}

/// Moves a waiting post.
///
/// # Errors
/// When the database fails.
pub async fn set_due(c: &mut Conn, id: ScheduledId, due: Timestamp) -> Result<()> {
    diesel::update(scheduled_posts::table.find(id.0))
        .set(scheduled_posts::due_at.eq(due.micros()))
        .execute(c)
        .await?;
    Ok(())
}

/// Removes a waiting post, whose pictures hang on nothing then; `false` when it is not there.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: ScheduledId) -> Result<bool> {
    super::media::release(c, id).await?;
    let gone = diesel::delete(scheduled_posts::table.find(id.0))
        .execute(c)
        .await?;
    Ok(gone > 0)
}
