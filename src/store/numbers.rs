//! The numbers beside an actor, in one statement: they are asked for together.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use super::error::Result;
use super::schema::{follows, posts};
use crate::domain::ids::ActorId;

/// What is counted of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Accepted ones.
    pub followers: i64,
    /// Accepted ones.
    pub following: i64,
    /// Those that everybody may read, boosts not counted.
    pub posts: i64,
}

/// Counts what is beside `actor`; zeros where there is nobody.
///
/// # Errors
/// When the database fails.
pub async fn count(c: &mut Conn, actor: ActorId) -> Result<Numbers> {
    let accepted = follows::table.filter(follows::state.eq("accepted"));
    let followers = accepted.filter(follows::target_id.eq(actor.0)).count();
    let following = accepted.filter(follows::follower_id.eq(actor.0)).count();
    let posts = posts::table
        .filter(posts::actor_id.eq(actor.0))
        .filter(posts::boost_of_id.is_null())
        .filter(posts::audience.eq_any(["public", "quiet"]))
        .count();
    let (followers, following, posts): (Option<i64>, Option<i64>, Option<i64>) = diesel::select((
        followers.single_value(),
        following.single_value(),
        posts.single_value(),
    ))
    .get_result(c)
    .await?;
    Ok(Numbers {
        followers: followers.unwrap_or_default(),
        following: following.unwrap_or_default(),
        posts: posts.unwrap_or_default(),
    })
}
