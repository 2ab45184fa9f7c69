//! What posts were before they were edited; and what goes with a post when it is deleted.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{PostId, RowId};
use crate::domain::post::{Post, Version};

use super::Conn;
use super::error::Result;
use super::schema::{bookmarks, filter_posts, notification_requests, post_versions};

/// Versions kept of a post; more are not counted as different.
const MOST: i64 = 100;

/// Keeps what a post is now, before it changes. Of very many versions the later ones are not kept.
///
/// # Errors
/// When the database fails.
pub async fn keep(c: &mut Conn, id: RowId, post: &Post) -> Result<()> {
    let kept: i64 = post_versions::table
        .filter(post_versions::post_id.eq(post.id.0))
        .count()
        .get_result(c)
        .await?;
    if kept >= MOST {
        return Ok(());
    }
    let poll = super::polls::find(c, post.id).await?;
    let options: Option<Vec<String>> =
        poll.map(|poll| poll.options.into_iter().map(|one| one.title).collect());
    let options = options.and_then(|all| serde_json::to_string(&all).ok());
    diesel::insert_into(post_versions::table)
        .values((
            post_versions::id.eq(id.0),
            post_versions::post_id.eq(post.id.0),
            post_versions::content.eq(&post.content),
            post_versions::warning.eq(&post.warning),
            post_versions::sensitive.eq(post.sensitive),
            post_versions::attachments.eq(post.attachments.as_deref()),
            post_versions::poll_options.eq(options),
            post_versions::written_at.eq(post.edited_at.unwrap_or(post.published_at).micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Earlier versions of a post, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, post: PostId) -> Result<Vec<Version>> {
    type Row = (String, String, bool, Option<String>, Option<String>, i64);
    let rows: Vec<Row> = post_versions::table
        .filter(post_versions::post_id.eq(post.0))
        .order(post_versions::id)
        .limit(MOST)
        .select((
            post_versions::content,
            post_versions::warning,
            post_versions::sensitive,
            post_versions::attachments,
            post_versions::poll_options,
            post_versions::written_at,
        ))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(
            |(content, warning, sensitive, attachments, options, at)| Version {
                content,
                warning,
                sensitive,
                attachments,
                options: options
                    .and_then(|text| serde_json::from_str(&text).ok())
                    .unwrap_or_default(),
                written_at: Timestamp::from_micros(at),
            },
        )
        .collect())
}

/// Removes what people keep about a post, its earlier versions and its poll.
pub(super) async fn delete_with(c: &mut Conn, post: PostId) -> Result<()> {
    let id = post.0;
    super::polls::delete(c, post).await?;
    diesel::delete(post_versions::table.filter(post_versions::post_id.eq(id)))
        .execute(c)
        .await?;
    diesel::delete(bookmarks::table.filter(bookmarks::post_id.eq(id)))
        .execute(c)
        .await?;
    diesel::delete(filter_posts::table.filter(filter_posts::post_id.eq(id)))
        .execute(c)
        .await?;
    super::media::give_up_of_post(c, post).await?;
    super::conversations::lose(c, post).await?;
    diesel::update(notification_requests::table.filter(notification_requests::last_post_id.eq(id)))
        .set(notification_requests::last_post_id.eq(None::<i64>))
        .execute(c)
        .await?;
    Ok(())
}
