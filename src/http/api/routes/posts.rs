//! Posts and pictures, events, hashtags, and the lists of posts.

use super::super::openapi::{Routes, doc};
use super::super::{
    event_write, events, groups, keep, lists, media, polls, quotes, reactions, scheduled, search,
    status_write, statuses, tags, timelines,
};
use crate::auth::scope::Area;

pub(super) fn routes() -> Routes {
    of_statuses()
        .merge(of_what_is_known_of_a_status())
        .merge(of_reactions())
        .merge(of_what_is_kept())
        .merge(of_polls_and_times())
        .merge(of_pictures())
        .merge(of_timelines())
        .merge(of_events())
        .merge(of_guests())
        .merge(of_tags())
        .merge(of_featured_tags())
        .merge(of_search())
}

fn of_statuses() -> Routes {
    Routes::of("Statuses")
        .get(
            "/api/v1/statuses",
            statuses::list_statuses,
            doc("Several posts by their ids").reads(Area::Statuses),
        )
        .post(
            "/api/v1/statuses",
            status_write::create_status,
            doc("Post, now or later")
                .writes(Area::Statuses)
                .fails(&[404, 422]),
        )
        .get(
            "/api/v1/statuses/{id}",
            statuses::show_status,
            doc("A post").reads(Area::Statuses),
        )
        .put(
            "/api/v1/statuses/{id}",
            status_write::update_status,
            doc("Change a post of yours")
                .writes(Area::Statuses)
                .fails(&[422]),
        )
        .delete(
            "/api/v1/statuses/{id}",
            status_write::delete_status,
            doc("Delete a post of yours").writes(Area::Statuses),
        )
        .get(
            "/api/v1/statuses/{id}/context",
            statuses::show_status_context,
            doc("What a post answers, and what answers it").reads(Area::Statuses),
        )
        .get(
            "/api/v1/statuses/{id}/source",
            statuses::show_status_source,
            doc("A post of yours as you wrote it").reads(Area::Statuses),
        )
}

fn of_what_is_known_of_a_status() -> Routes {
    Routes::of("Statuses")
        .get(
            "/api/v1/statuses/{id}/history",
            keep::show_status_history,
            doc("The versions of a post").reads(Area::Statuses),
        )
        .get(
            "/api/v1/statuses/{id}/quotes",
            quotes::list_status_quotes,
            doc("What quotes a post").reads(Area::Statuses),
        )
        .post(
            "/api/v1/statuses/{id}/quotes/{quoting}/revoke",
            quotes::revoke_status_quote,
            doc("Let a post quote yours no longer").writes(Area::Statuses),
        )
        .put(
            "/api/v1/statuses/{id}/interaction_policy",
            quotes::update_interaction_policy,
            doc("Say who may quote and answer a post of yours")
                .writes(Area::Statuses)
                .fails(&[422]),
        )
        .get(
            "/api/v1/statuses/{id}/favourited_by",
            statuses::list_favourited_by,
            doc("Who likes a post").reads(Area::Statuses),
        )
        .get(
            "/api/v1/statuses/{id}/reblogged_by",
            statuses::list_reblogged_by,
            doc("Who boosted a post").reads(Area::Statuses),
        )
}

fn of_reactions() -> Routes {
    Routes::of("Statuses")
        .post(
            "/api/v1/statuses/{id}/favourite",
            reactions::favourite_status,
            doc("Like a post").writes(Area::Favourites).fails(&[422]),
        )
        .post(
            "/api/v1/statuses/{id}/unfavourite",
            reactions::unfavourite_status,
            doc("Like a post no longer").writes(Area::Favourites),
        )
        .post(
            "/api/v1/statuses/{id}/reblog",
            reactions::reblog_status,
            doc("Boost a post").writes(Area::Statuses).fails(&[422]),
        )
        .post(
            "/api/v1/statuses/{id}/unreblog",
            reactions::unreblog_status,
            doc("Take a boost back").writes(Area::Statuses),
        )
}

fn of_what_is_kept() -> Routes {
    Routes::of("Statuses")
        .post(
            "/api/v1/statuses/{id}/bookmark",
            keep::bookmark_status,
            doc("Bookmark a post").writes(Area::Bookmarks),
        )
        .post(
            "/api/v1/statuses/{id}/unbookmark",
            keep::unbookmark_status,
            doc("Remove a bookmark").writes(Area::Bookmarks),
        )
        .post(
            "/api/v1/statuses/{id}/pin",
            keep::pin_status,
            doc("Put a post of yours on top of your profile")
                .writes(Area::Accounts)
                .fails(&[422]),
        )
        .post(
            "/api/v1/statuses/{id}/unpin",
            keep::unpin_status,
            doc("Take it from there")
                .writes(Area::Accounts)
                .fails(&[422]),
        )
        .post(
            "/api/v1/statuses/{id}/mute",
            keep::mute_status,
            doc("Hear nothing more of a thread").writes(Area::Mutes),
        )
        .post(
            "/api/v1/statuses/{id}/unmute",
            keep::unmute_status,
            doc("Hear of a thread again").writes(Area::Mutes),
        )
        .get(
            "/api/v1/bookmarks",
            keep::list_bookmarks,
            doc("What you bookmarked").reads(Area::Bookmarks),
        )
        .get(
            "/api/v1/favourites",
            keep::list_favourites,
            doc("What you like").reads(Area::Favourites),
        )
}

fn of_polls_and_times() -> Routes {
    let polls = Routes::of("Statuses")
        .get(
            "/api/v1/polls/{id}",
            polls::show_poll,
            doc("The poll of a post").reads(Area::Statuses),
        )
        .post(
            "/api/v1/polls/{id}/votes",
            polls::vote_in_poll,
            doc("Vote").writes(Area::Statuses).fails(&[422]),
        );
    Routes::of("Scheduled statuses")
        .get(
            "/api/v1/scheduled_statuses",
            scheduled::list_scheduled_statuses,
            doc("Your posts that wait").reads(Area::Statuses),
        )
        .get(
            "/api/v1/scheduled_statuses/{id}",
            scheduled::show_scheduled_status,
            doc("One of them").reads(Area::Statuses),
        )
        .put(
            "/api/v1/scheduled_statuses/{id}",
            scheduled::update_scheduled_status,
            doc("Give it another time")
                .writes(Area::Statuses)
                .fails(&[422]),
        )
        .delete(
            "/api/v1/scheduled_statuses/{id}",
            scheduled::delete_scheduled_status,
            doc("Do not post it").writes(Area::Statuses),
        )
        .merge(polls)
}

fn of_pictures() -> Routes {
    Routes::of("Media")
        .post(
            "/api/v2/media",
            media::create_media,
            doc("Upload a picture")
                .writes(Area::Media)
                .fails(&[422, 429]),
        )
        .post(
            "/api/v1/media",
            media::create_media,
            doc("Upload a picture")
                .writes(Area::Media)
                .named("create_media_v1")
                .fails(&[422, 429])
                .old(),
        )
        .get(
            "/api/v1/media/{id}",
            media::show_media,
            doc("A picture of yours").writes(Area::Media),
        )
        .put(
            "/api/v1/media/{id}",
            media::update_media,
            doc("Describe a picture").writes(Area::Media).fails(&[422]),
        )
        .delete(
            "/api/v1/media/{id}",
            media::delete_media,
            doc("Delete a picture that hangs on no post")
                .writes(Area::Media)
                .fails(&[422]),
        )
}

fn of_timelines() -> Routes {
    Routes::of("Timelines")
        .get(
            "/api/v1/timelines/home",
            timelines::show_home_timeline,
            doc("Posts of those whom you follow").reads(Area::Statuses),
        )
        .get(
            "/api/v1/timelines/public",
            timelines::show_public_timeline,
            doc("Public posts").reads(Area::Statuses),
        )
        .get(
            "/api/v1/timelines/tag/{tag}",
            timelines::show_tag_timeline,
            doc("Public posts with a hashtag").reads(Area::Statuses),
        )
        .get(
            "/api/v1/timelines/list/{id}",
            lists::show_list_timeline,
            doc("Posts of a list of yours").reads(Area::Lists),
        )
}

fn of_events() -> Routes {
    Routes::of("Events and groups")
        .get(
            "/api/v1/events",
            events::list_events,
            doc("Public events to come, soonest first")
                .reads(Area::Events)
                .fails(&[422]),
        )
        .post(
            "/api/v1/events",
            event_write::create_event,
            doc("Publish an event")
                .writes(Area::Events)
                .fails(&[404, 422]),
        )
        .get(
            "/api/v1/events/{id}",
            events::show_event,
            doc("An event").reads(Area::Events),
        )
        .delete(
            "/api/v1/events/{id}",
            event_write::delete_event,
            doc("Delete an event of yours").writes(Area::Events),
        )
        .get(
            "/api/v1/groups",
            groups::list_groups,
            doc("Groups of this server, or all known that fit").reads(Area::Groups),
        )
        .get(
            "/api/v1/groups/{id}",
            groups::show_group,
            doc("A group").reads(Area::Groups),
        )
}

fn of_guests() -> Routes {
    Routes::of("Events and groups")
        .post(
            "/api/v1/events/{id}/join",
            event_write::join_event,
            doc("Say whether you come")
                .writes(Area::Events)
                .fails(&[422]),
        )
        .post(
            "/api/v1/events/{id}/leave",
            event_write::leave_event,
            doc("Come no longer").writes(Area::Events).fails(&[422]),
        )
        .post(
            "/api/v1/events/{id}/invite",
            event_write::invite_to_event,
            doc("Invite people to an event of yours")
                .writes(Area::Events)
                .fails(&[422]),
        )
        .get(
            "/api/v1/events/{id}/attendees",
            events::list_attendees,
            doc("Who answered, in order of arrival")
                .reads(Area::Events)
                .fails(&[422]),
        )
        .post(
            "/api/v1/events/{id}/attendees/{account}/accept",
            event_write::accept_attendee,
            doc("Let somebody come").writes(Area::Events).fails(&[422]),
        )
        .post(
            "/api/v1/events/{id}/attendees/{account}/reject",
            event_write::remove_attendee,
            doc("Do not let somebody come")
                .writes(Area::Events)
                .named("reject_attendee")
                .fails(&[422]),
        )
        .post(
            "/api/v1/events/{id}/attendees/{account}/remove",
            event_write::remove_attendee,
            doc("Let somebody come no longer")
                .writes(Area::Events)
                .fails(&[422]),
        )
}

fn of_tags() -> Routes {
    Routes::of("Hashtags")
        .get(
            "/api/v1/tags/{name}",
            tags::show_tag,
            doc("A hashtag and its use").reads(Area::Follows),
        )
        .post(
            "/api/v1/tags/{name}/follow",
            tags::follow_tag,
            doc("Follow a hashtag").writes(Area::Follows).fails(&[422]),
        )
        .post(
            "/api/v1/tags/{name}/unfollow",
            tags::unfollow_tag,
            doc("Follow a hashtag no longer")
                .writes(Area::Follows)
                .fails(&[422]),
        )
        .post(
            "/api/v1/tags/{name}/feature",
            tags::feature_tag,
            doc("Put a hashtag on your profile")
                .writes(Area::Accounts)
                .fails(&[422]),
        )
        .post(
            "/api/v1/tags/{name}/unfeature",
            tags::unfeature_tag,
            doc("Take a hashtag from your profile")
                .writes(Area::Accounts)
                .fails(&[422]),
        )
        .get(
            "/api/v1/followed_tags",
            tags::list_followed_tags,
            doc("The hashtags that you follow").reads(Area::Follows),
        )
}

fn of_featured_tags() -> Routes {
    Routes::of("Hashtags")
        .get(
            "/api/v1/featured_tags",
            tags::list_featured_tags,
            doc("The hashtags on your profile").reads(Area::Accounts),
        )
        .post(
            "/api/v1/featured_tags",
            tags::create_featured_tag,
            doc("Put a hashtag on your profile")
                .writes(Area::Accounts)
                .fails(&[422]),
        )
        .delete(
            "/api/v1/featured_tags/{id}",
            tags::delete_featured_tag,
            doc("Take a hashtag from your profile").writes(Area::Accounts),
        )
        .get(
            "/api/v1/featured_tags/suggestions",
            tags::list_featured_tag_suggestions,
            doc("What is used most here").reads(Area::Accounts),
        )
}

fn of_search() -> Routes {
    Routes::of("Search").get(
        "/api/v2/search",
        search::search,
        doc("Find people, and anything by its address").reads(Area::Search),
    )
}
