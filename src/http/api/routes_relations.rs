//! The addresses of relations, lists, filters, notifications and what goes with them.

use axum::Router;
use axum::routing::{delete, get, post};

use super::{
    Api, about, empty, filters, filters_v1, grouped, keep, lists, notifications, policy, push,
    relations, reports, scheduled, settings, tags,
};

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .merge(of_people())
        .merge(of_posts())
        .merge(of_tags())
        .merge(of_lists())
        .merge(of_filters())
        .merge(of_notifications())
        .merge(of_settings())
        .merge(of_the_server())
}

fn of_people() -> Router<Api> {
    let on = |verb: &str| format!("/api/v1/accounts/{{id}}/{verb}");
    Router::new()
        .route(&on("block"), post(relations::block_account))
        .route(&on("unblock"), post(relations::unblock_account))
        .route(&on("mute"), post(relations::mute_account))
        .route(&on("unmute"), post(relations::unmute_account))
        .route(
            &on("remove_from_followers"),
            post(relations::remove_from_followers),
        )
        .route(&on("note"), post(relations::note_account))
        .route(&on("pin"), post(relations::endorse_account))
        .route(&on("unpin"), post(relations::unendorse_account))
        .route(&on("endorse"), post(relations::endorse_account))
        .route(&on("unendorse"), post(relations::unendorse_account))
        .route(
            &on("endorsements"),
            get(relations::list_account_endorsements),
        )
        .route(&on("featured_tags"), get(tags::list_account_featured_tags))
        .route(&on("lists"), get(lists::list_lists_with))
        .route(
            "/api/v1/accounts/familiar_followers",
            get(relations::list_familiar_followers),
        )
        .route("/api/v1/endorsements", get(relations::list_endorsements))
        .route("/api/v1/blocks", get(relations::list_blocks))
        .route("/api/v1/mutes", get(relations::list_mutes))
        .route(
            "/api/v1/domain_blocks",
            get(relations::list_domain_blocks)
                .post(relations::block_domain)
                .delete(relations::unblock_domain),
        )
        .route("/api/v1/reports", post(reports::create_report))
        // As `Mastodon.py` sends them.
        .route("/api/v1/reports/", post(reports::create_report))
}

fn of_posts() -> Router<Api> {
    let on = |verb: &str| format!("/api/v1/statuses/{{id}}/{verb}");
    Router::new()
        .route(&on("bookmark"), post(keep::bookmark_status))
        .route(&on("unbookmark"), post(keep::unbookmark_status))
        .route(&on("pin"), post(keep::pin_status))
        .route(&on("unpin"), post(keep::unpin_status))
        .route(&on("mute"), post(keep::mute_status))
        .route(&on("unmute"), post(keep::unmute_status))
        .route(&on("history"), get(keep::show_history))
        .route("/api/v1/bookmarks", get(keep::list_bookmarks))
        .route("/api/v1/favourites", get(keep::list_favourites))
        .route(
            "/api/v1/scheduled_statuses",
            get(scheduled::list_scheduled_statuses),
        )
        .route(
            "/api/v1/scheduled_statuses/{id}",
            get(scheduled::show_scheduled_status)
                .put(scheduled::update_scheduled_status)
                .delete(scheduled::delete_scheduled_status),
        )
}

fn of_tags() -> Router<Api> {
    Router::new()
        .route("/api/v1/tags/{name}", get(tags::show_tag))
        .route("/api/v1/tags/{name}/follow", post(tags::follow_tag))
        .route("/api/v1/tags/{name}/unfollow", post(tags::unfollow_tag))
        .route("/api/v1/followed_tags", get(tags::list_followed_tags))
        .route(
            "/api/v1/featured_tags",
            get(tags::list_featured_tags).post(tags::create_featured_tag),
        )
        .route(
            "/api/v1/featured_tags/suggestions",
            get(tags::suggest_featured_tags),
        )
        .route(
            "/api/v1/featured_tags/{id}",
            delete(tags::delete_featured_tag),
        )
}

fn of_lists() -> Router<Api> {
    Router::new()
        .route(
            "/api/v1/lists",
            get(lists::list_lists).post(lists::create_list),
        )
        .route(
            "/api/v1/lists/{id}",
            get(lists::show_list)
                .put(lists::update_list)
                .delete(lists::delete_list),
        )
        .route(
            "/api/v1/lists/{id}/accounts",
            get(lists::list_members)
                .post(lists::add_members)
                .delete(lists::remove_members),
        )
        .route(
            "/api/v1/timelines/list/{id}",
            get(lists::show_list_timeline),
        )
}

fn of_filters() -> Router<Api> {
    Router::new()
        .route(
            "/api/v2/filters",
            get(filters::list_filters).post(filters::create_filter),
        )
        .route(
            "/api/v2/filters/{id}",
            get(filters::show_filter)
                .put(filters::update_filter)
                .delete(filters::delete_filter),
        )
        .route(
            "/api/v2/filters/{id}/keywords",
            get(filters::list_keywords).post(filters::create_keyword),
        )
        .route(
            "/api/v2/filters/keywords/{id}",
            get(filters::show_keyword)
                .put(filters::update_keyword)
                .delete(filters::delete_keyword),
        )
        .route(
            "/api/v2/filters/{id}/statuses",
            get(filters::list_posts).post(filters::create_post),
        )
        .route(
            "/api/v2/filters/statuses/{id}",
            get(filters::show_post).delete(filters::delete_post),
        )
        .route(
            "/api/v1/filters",
            get(filters_v1::list_filters_v1).post(filters_v1::create_filter_v1),
        )
        .route(
            "/api/v1/filters/{id}",
            get(filters_v1::show_filter_v1)
                .put(filters_v1::update_filter_v1)
                .delete(filters_v1::delete_filter_v1),
        )
}

fn of_notifications() -> Router<Api> {
    let requests = |rest: &str| format!("/api/v1/notifications/requests{rest}");
    Router::new()
        .route(
            "/api/v1/notifications/{id}/dismiss",
            post(notifications::dismiss_notification),
        )
        .route(
            "/api/v1/notifications/clear",
            post(notifications::clear_notifications),
        )
        .route(
            "/api/v1/notifications/unread_count",
            get(notifications::count_unread),
        )
        .route(&requests(""), get(policy::list_requests))
        .route(&requests("/accept"), post(policy::accept_requests))
        .route(&requests("/dismiss"), post(policy::dismiss_requests))
        .route(&requests("/merged"), get(policy::show_merged))
        .route(&requests("/{id}"), get(policy::show_request))
        .route(&requests("/{id}/accept"), post(policy::accept_request))
        .route(&requests("/{id}/dismiss"), post(policy::dismiss_request))
        .route("/api/v2/notifications", get(grouped::list_groups))
        .route(
            "/api/v2/notifications/unread_count",
            get(grouped::count_unread_groups),
        )
        .route(
            "/api/v2/notifications/policy",
            get(policy::show_policy)
                .patch(policy::update_policy)
                .put(policy::update_policy),
        )
        .route("/api/v2/notifications/{key}", get(grouped::show_group))
        .route(
            "/api/v2/notifications/{key}/accounts",
            get(grouped::list_group_accounts),
        )
        .route(
            "/api/v2/notifications/{key}/dismiss",
            post(grouped::dismiss_group),
        )
}

fn of_settings() -> Router<Api> {
    Router::new()
        .route(
            "/api/v1/markers",
            get(settings::show_markers).post(settings::put_markers),
        )
        .route("/api/v1/preferences", get(settings::show_preferences))
        .route(
            "/api/v1/push/subscription",
            get(push::show_subscription)
                .post(push::create_subscription)
                .put(push::update_subscription)
                .delete(push::delete_subscription),
        )
        .route("/api/v1/conversations", get(settings::list_conversations))
        // As `Mastodon.py` asks for them.
        .route("/api/v1/conversations/", get(settings::list_conversations))
        .route(
            "/api/v1/conversations/{id}",
            delete(settings::delete_conversation),
        )
        .route(
            "/api/v1/conversations/{id}/read",
            post(settings::read_conversation),
        )
}

fn of_the_server() -> Router<Api> {
    let on = |name: &str| format!("/api/v1/instance/{name}");
    Router::new()
        .route(&on("rules"), get(about::list_rules))
        .route(&on("peers"), get(about::list_peers))
        .route(&on("activity"), get(about::show_activity))
        .route(
            &on("domain_blocks"),
            get(about::list_instance_domain_blocks),
        )
        .route(
            &on("extended_description"),
            get(about::show_extended_description),
        )
        .route(&on("privacy_policy"), get(about::show_privacy_policy))
        .route("/api/v1/directory", get(about::show_directory))
        .route("/api/v1/trends", get(about::list_popular_tags))
        .route("/api/v1/trends/tags", get(about::list_popular_tags))
        .route("/api/v1/trends/statuses", get(about::list_popular_statuses))
        .route("/api/v1/trends/links", get(empty::nothing_for_anyone))
        .route("/api/v1/suggestions", get(about::list_suggestions))
        .route("/api/v2/suggestions", get(about::list_suggestions))
}
