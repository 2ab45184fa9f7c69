//! What a gone actor decided about others, what others decided about them, and what they kept.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::ids::ActorId;
use crate::store::schema::{
    account_notes, blocks, bookmarks, conversations, domain_blocks, endorsements, featured_tags,
    filter_keywords, filter_posts, filters, follow_options, followed_tags, list_members, lists,
    markers, mutes, notification_policies, notification_requests, preferences, reports,
    scheduled_posts, thread_mutes,
};
use crate::store::{Conn, Result};

macro_rules! forget {
    ($tx:expr, $id:expr, $($table:ident: $($column:ident)|+;)+) => {$($(
        diesel::delete($table::table.filter($table::$column.eq($id)))
            .execute($tx)
            .await?;
    )+)+};
}

/// Removes blocks, mutes, lists, filters, settings and pictures of `actor`, and what others keep about them. Reports by or about
/// them go as well.
///
/// # Errors
/// When the database fails.
pub async fn forget_relations(tx: &mut Conn, actor: ActorId) -> Result<()> {
    let id = actor.0;
    let own_lists = lists::table
        .filter(lists::actor_id.eq(id))
        .select(lists::id);
    diesel::delete(list_members::table.filter(list_members::list_id.eq_any(own_lists)))
        .execute(tx)
        .await?;
    let own_filters = || {
        filters::table
            .filter(filters::actor_id.eq(id))
            .select(filters::id)
    };
    diesel::delete(filter_keywords::table.filter(filter_keywords::filter_id.eq_any(own_filters())))
        .execute(tx)
        .await?;
    diesel::delete(filter_posts::table.filter(filter_posts::filter_id.eq_any(own_filters())))
        .execute(tx)
        .await?;
    forget!(tx, id,
        blocks: actor_id | target_id;
        mutes: actor_id | target_id;
        domain_blocks: actor_id;
        account_notes: actor_id | target_id;
        follow_options: actor_id | target_id;
        endorsements: actor_id | target_id;
        reports: reporter_id | target_id;
        bookmarks: actor_id;
        thread_mutes: actor_id;
        followed_tags: actor_id;
        featured_tags: actor_id;
        list_members: target_id;
        lists: actor_id;
        filters: actor_id;
        markers: actor_id;
        preferences: actor_id;
        conversations: actor_id;
        notification_policies: actor_id;
        notification_requests: actor_id | from_id;
        scheduled_posts: actor_id;
    );
    crate::store::media::give_up_of_owner(tx, actor).await
}
