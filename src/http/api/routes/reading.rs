//! Lists and filters, notifications, and what apps remember.

use super::super::openapi::{Routes, doc};
use super::super::{
    filters, filters_v1, grouped, lists, notifications, policy, policy_v1, push, settings,
};
use crate::auth::scope::{Area, Scope};

pub(super) fn routes() -> Routes {
    of_lists()
        .merge(of_filters())
        .merge(of_parts_of_filters())
        .merge(of_filters_v1())
        .merge(of_notifications())
        .merge(of_groups_of_notifications())
        .merge(of_policies())
        .merge(of_requests())
        .merge(of_push())
        .merge(of_settings())
}

fn of_lists() -> Routes {
    Routes::of("Lists and filters")
        .get(
            "/api/v1/lists",
            lists::list_lists,
            doc("Your lists").reads(Area::Lists),
        )
        .post(
            "/api/v1/lists",
            lists::create_list,
            doc("Make a list").writes(Area::Lists).fails(&[422]),
        )
        .get(
            "/api/v1/lists/{id}",
            lists::show_list,
            doc("A list of yours").reads(Area::Lists),
        )
        .put(
            "/api/v1/lists/{id}",
            lists::update_list,
            doc("Change a list").writes(Area::Lists).fails(&[422]),
        )
        .delete(
            "/api/v1/lists/{id}",
            lists::delete_list,
            doc("Delete a list").writes(Area::Lists),
        )
        .get(
            "/api/v1/lists/{id}/accounts",
            lists::list_accounts_of_list,
            doc("Who is in a list").reads(Area::Lists),
        )
        .post(
            "/api/v1/lists/{id}/accounts",
            lists::add_accounts_to_list,
            doc("Put people into a list, all of them or nobody")
                .writes(Area::Lists)
                .fails(&[422]),
        )
        .delete(
            "/api/v1/lists/{id}/accounts",
            lists::remove_accounts_from_list,
            doc("Take people out of a list").writes(Area::Lists),
        )
}

fn of_filters() -> Routes {
    Routes::of("Lists and filters")
        .get(
            "/api/v2/filters",
            filters::list_filters,
            doc("Your filters").reads(Area::Filters),
        )
        .post(
            "/api/v2/filters",
            filters::create_filter,
            doc("Make a filter")
                .writes(Area::Filters)
                .fails(&[404, 422]),
        )
        .get(
            "/api/v2/filters/{id}",
            filters::show_filter,
            doc("A filter of yours").reads(Area::Filters),
        )
        .put(
            "/api/v2/filters/{id}",
            filters::update_filter,
            doc("Change a filter").writes(Area::Filters).fails(&[422]),
        )
        .delete(
            "/api/v2/filters/{id}",
            filters::delete_filter,
            doc("Delete a filter").writes(Area::Filters),
        )
}

fn of_parts_of_filters() -> Routes {
    Routes::of("Lists and filters")
        .get(
            "/api/v2/filters/{id}/keywords",
            filters::list_filter_keywords,
            doc("The words of a filter").reads(Area::Filters),
        )
        .post(
            "/api/v2/filters/{id}/keywords",
            filters::create_filter_keyword,
            doc("Add a word to a filter")
                .writes(Area::Filters)
                .fails(&[422]),
        )
        .get(
            "/api/v2/filters/keywords/{id}",
            filters::show_filter_keyword,
            doc("A word of a filter").reads(Area::Filters),
        )
        .put(
            "/api/v2/filters/keywords/{id}",
            filters::update_filter_keyword,
            doc("Change a word").writes(Area::Filters).fails(&[422]),
        )
        .delete(
            "/api/v2/filters/keywords/{id}",
            filters::delete_filter_keyword,
            doc("Remove a word").writes(Area::Filters),
        )
        .get(
            "/api/v2/filters/{id}/statuses",
            filters::list_filter_statuses,
            doc("The posts of a filter").reads(Area::Filters),
        )
        .post(
            "/api/v2/filters/{id}/statuses",
            filters::create_filter_status,
            doc("Add a post to a filter")
                .writes(Area::Filters)
                .fails(&[422]),
        )
        .get(
            "/api/v2/filters/statuses/{id}",
            filters::show_filter_status,
            doc("A post of a filter").reads(Area::Filters),
        )
        .delete(
            "/api/v2/filters/statuses/{id}",
            filters::delete_filter_status,
            doc("Remove a post from a filter").writes(Area::Filters),
        )
}

fn of_filters_v1() -> Routes {
    Routes::of("Lists and filters")
        .get(
            "/api/v1/filters",
            filters_v1::list_filters_v1,
            doc("Your filters, one for each word")
                .reads(Area::Filters)
                .old(),
        )
        .post(
            "/api/v1/filters",
            filters_v1::create_filter_v1,
            doc("Make a filter of one word")
                .writes(Area::Filters)
                .fails(&[404, 422])
                .old(),
        )
        .get(
            "/api/v1/filters/{id}",
            filters_v1::show_filter_v1,
            doc("A word that is filtered").reads(Area::Filters).old(),
        )
        .put(
            "/api/v1/filters/{id}",
            filters_v1::update_filter_v1,
            doc("Change a word")
                .writes(Area::Filters)
                .fails(&[422])
                .old(),
        )
        .delete(
            "/api/v1/filters/{id}",
            filters_v1::delete_filter_v1,
            doc("Remove a word").writes(Area::Filters).old(),
        )
}

fn of_notifications() -> Routes {
    Routes::of("Notifications")
        .get(
            "/api/v1/notifications",
            notifications::list_notifications,
            doc("What you are told").reads(Area::Notifications),
        )
        .get(
            "/api/v1/notifications/{id}",
            notifications::show_notification,
            doc("One notification").reads(Area::Notifications),
        )
        .post(
            "/api/v1/notifications/{id}/dismiss",
            notifications::dismiss_notification,
            doc("Remove a notification").writes(Area::Notifications),
        )
        .post(
            "/api/v1/notifications/clear",
            notifications::clear_notifications,
            doc("Remove all notifications").writes(Area::Notifications),
        )
        .get(
            "/api/v1/notifications/unread_count",
            notifications::count_unread_notifications,
            doc("How many are newer than where you have read").reads(Area::Notifications),
        )
}

fn of_groups_of_notifications() -> Routes {
    Routes::of("Notifications")
        .get(
            "/api/v2/notifications",
            grouped::list_notification_groups,
            doc("What you are told, in groups").reads(Area::Notifications),
        )
        .post(
            "/api/v2/notifications/clear",
            notifications::clear_notifications,
            doc("Remove all notifications")
                .writes(Area::Notifications)
                .named("clear_notification_groups"),
        )
        .get(
            "/api/v2/notifications/unread_count",
            grouped::count_unread_notification_groups,
            doc("How many groups are newer than where you have read").reads(Area::Notifications),
        )
        .get(
            "/api/v2/notifications/{key}",
            grouped::show_notification_group,
            doc("One group").reads(Area::Notifications),
        )
        .get(
            "/api/v2/notifications/{key}/accounts",
            grouped::list_notification_group_accounts,
            doc("Everybody in a group").reads(Area::Notifications),
        )
        .post(
            "/api/v2/notifications/{key}/dismiss",
            grouped::dismiss_notification_group,
            doc("Remove a group").writes(Area::Notifications),
        )
}

fn of_policies() -> Routes {
    Routes::of("Notifications")
        .get(
            "/api/v2/notifications/policy",
            policy::show_notification_policy,
            doc("Whose notifications you want").reads(Area::Notifications),
        )
        .patch(
            "/api/v2/notifications/policy",
            policy::update_notification_policy,
            doc("Change that").writes(Area::Notifications).fails(&[422]),
        )
        .put(
            "/api/v2/notifications/policy",
            policy::update_notification_policy,
            doc("The same as PATCH")
                .writes(Area::Notifications)
                .named("put_notification_policy")
                .fails(&[422])
                .old(),
        )
        .get(
            "/api/v1/notifications/policy",
            policy_v1::show_notification_policy_v1,
            doc("Whose notifications you want, by yes and no")
                .reads(Area::Notifications)
                .old(),
        )
        .patch(
            "/api/v1/notifications/policy",
            policy_v1::update_notification_policy_v1,
            doc("Change that").writes(Area::Notifications).old(),
        )
        .put(
            "/api/v1/notifications/policy",
            policy_v1::update_notification_policy_v1,
            doc("The same as PATCH")
                .writes(Area::Notifications)
                .named("put_notification_policy_v1")
                .old(),
        )
}

fn of_requests() -> Routes {
    Routes::of("Notifications")
        .get(
            "/api/v1/notifications/requests",
            policy::list_notification_requests,
            doc("Whose notifications are kept back").reads(Area::Notifications),
        )
        .post(
            "/api/v1/notifications/requests/accept",
            policy::accept_notification_requests,
            doc("Hear several of them").writes(Area::Notifications),
        )
        .post(
            "/api/v1/notifications/requests/dismiss",
            policy::dismiss_notification_requests,
            doc("Do not hear several of them").writes(Area::Notifications),
        )
        .get(
            "/api/v1/notifications/requests/merged",
            policy::show_notification_requests_merged,
            doc("Whether what you accepted is shown").reads(Area::Notifications),
        )
        .get(
            "/api/v1/notifications/requests/{id}",
            policy::show_notification_request,
            doc("One of them").reads(Area::Notifications),
        )
        .post(
            "/api/v1/notifications/requests/{id}/accept",
            policy::accept_notification_request,
            doc("Hear one of them").writes(Area::Notifications),
        )
        .post(
            "/api/v1/notifications/requests/{id}/dismiss",
            policy::dismiss_notification_request,
            doc("Do not hear one of them").writes(Area::Notifications),
        )
}

fn of_push() -> Routes {
    let path = "/api/v1/push/subscription";
    Routes::of("Push")
        .get(
            path,
            push::show_push_subscription,
            doc("The subscription of this token")
                .needs(Scope::Push)
                .fails(&[404]),
        )
        .post(
            path,
            push::create_push_subscription,
            doc("Be told by push messages")
                .needs(Scope::Push)
                .fails(&[422]),
        )
        .put(
            path,
            push::update_push_subscription,
            doc("Change of what").needs(Scope::Push).fails(&[404, 422]),
        )
        .delete(
            path,
            push::delete_push_subscription,
            doc("Be told no longer").needs(Scope::Push),
        )
}

fn of_settings() -> Routes {
    let conversations = Routes::of("Timelines")
        .get(
            "/api/v1/conversations",
            settings::list_conversations,
            doc("Your threads of direct posts").reads(Area::Statuses),
        )
        // As `Mastodon.py` asks for them.
        .slashed("/api/v1/conversations", settings::list_conversations)
        .delete(
            "/api/v1/conversations/{id}",
            settings::delete_conversation,
            doc("Remove a thread from the list").writes(Area::Conversations),
        )
        .post(
            "/api/v1/conversations/{id}/read",
            settings::read_conversation,
            doc("Mark a thread as read").writes(Area::Conversations),
        )
        .post(
            "/api/v1/conversations/{id}/unread",
            settings::unread_conversation,
            doc("Mark a thread as unread").writes(Area::Conversations),
        )
        .get(
            "/api/v1/markers",
            settings::show_markers,
            doc("How far you have read").reads(Area::Statuses),
        )
        .post(
            "/api/v1/markers",
            settings::update_markers,
            doc("Keep how far you have read").writes(Area::Statuses),
        );
    Routes::of("Profile")
        .get(
            "/api/v1/preferences",
            settings::show_preferences,
            doc("What you set for your apps").reads(Area::Accounts),
        )
        .merge(conversations)
}
