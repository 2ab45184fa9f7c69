//! Posts and those that came before what they answer.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::ids::PostId;
use crate::store::Conn;
use crate::store::error::Result;
use crate::store::schema::{posts, tombstones};

/// What is known about a post before it is there.
#[derive(Debug, Clone, Copy)]
pub struct Beforehand {
    /// There is a tombstone.
    pub gone: bool,
    /// Answers to it came first.
    pub awaited: bool,
}

/// Looks whether `tombstone` is there, and whether posts wait for `uri`.
///
/// # Errors
/// When the database fails.
pub async fn beforehand(c: &mut Conn, uri: &str, tombstone: &str) -> Result<Beforehand> {
    use diesel::dsl::exists;
    let orphans = posts::table.filter(
        posts::in_reply_to_uri
            .eq(uri)
            .and(posts::in_reply_to_id.is_null()),
    );
    let (gone, awaited) =
        diesel::select((exists(tombstones::table.find(tombstone)), exists(orphans)))
            .get_result(c)
            .await?;
    Ok(Beforehand { gone, awaited })
}

/// Posts whose parent was not known when they came: `uri` has arrived as `parent`.
///
/// # Errors
/// When the database fails.
pub async fn adopt_replies(c: &mut Conn, uri: &str, parent: PostId) -> Result<usize> {
    let adopted = diesel::update(
        posts::table.filter(
            posts::in_reply_to_uri
                .eq(uri)
                .and(posts::in_reply_to_id.is_null()),
        ),
    )
    .set(posts::in_reply_to_id.eq(Some(parent.0)))
    .execute(c)
    .await?;
    if adopted > 0 {
        let public: i64 = posts::table
            .filter(posts::in_reply_to_id.eq(parent.0))
            .filter(posts::audience.eq_any(["public", "quiet"]))
            .count()
            .get_result(c)
            .await?;
        diesel::update(posts::table.find(parent.0))
            .set(posts::replies_count.eq(public))
            .execute(c)
            .await?;
    }
    Ok(adopted)
}
