//! What the server says of itself, and programs with their tokens.

use super::super::openapi::{Routes, doc, show_openapi};
use super::super::{about, empty, instance, oauth};
use crate::auth::scope::{Area, Scope};

pub(super) fn routes() -> Routes {
    of_the_instance()
        .merge(of_texts())
        .merge(of_what_is_popular())
        .merge(of_apps())
}

fn of_the_instance() -> Routes {
    Routes::of("Server")
        .get(
            "/api/v2/instance",
            instance::show_instance,
            doc("What apps read first"),
        )
        .get(
            "/api/v1/instance",
            instance::show_instance_v1,
            doc("What apps read first").old(),
        )
        // As `Mastodon.py` asks for them.
        .slashed("/api/v1/instance", instance::show_instance_v1)
        .slashed("/api/v2/instance", instance::show_instance)
        .get(
            "/api/v1/instance/peers",
            about::list_peers,
            doc("Servers that are known here"),
        )
        .get(
            "/api/v1/peers/search",
            about::search_peers,
            doc("Servers that are known here and whose name begins so"),
        )
        .get(
            "/api/v1/instance/activity",
            about::show_activity,
            doc("The last twelve weeks, this one first"),
        )
        .get(
            "/api/v1/instance/domain_blocks",
            about::list_instance_domain_blocks,
            doc("Servers that are kept out or kept quiet"),
        )
        .get(
            "/api/v1/custom_emojis",
            empty::nothing_for_anyone,
            doc("Nothing yet").named("list_custom_emojis"),
        )
        .get(
            "/api/v1/announcements",
            empty::nothing,
            doc("Nothing yet").named("list_announcements"),
        )
        .get("/api/openapi.json", show_openapi, doc("This description"))
}

fn of_texts() -> Routes {
    let on = |name: &str| format!("/api/v1/instance/{name}");
    Routes::of("Server")
        .get(&on("rules"), about::list_rules, doc("Nothing yet"))
        .get(
            &on("extended_description"),
            about::show_extended_description,
            doc("What this server is for"),
        )
        .get(
            &on("privacy_policy"),
            about::show_privacy_policy,
            doc("Where the page about this server is"),
        )
        .get(
            &on("terms_of_service"),
            about::show_terms,
            doc("Never there: nobody has to agree to terms").fails(&[404]),
        )
        .get(
            &on("terms_of_service/{date}"),
            about::show_terms_of,
            doc("Never there"),
        )
        .get(
            &on("languages"),
            about::list_languages,
            doc("The languages that are spoken here"),
        )
        .get(
            &on("translation_languages"),
            about::list_translation_languages,
            doc("Nothing: posts are not translated here"),
        )
}

fn of_what_is_popular() -> Routes {
    Routes::of("Server")
        .get(
            "/api/v1/directory",
            about::show_directory,
            doc("People of this server who want to be found").reads(Area::Accounts),
        )
        .get(
            "/api/v1/trends/tags",
            about::list_popular_tags,
            doc("The hashtags used most here").reads(Area::Follows),
        )
        .get(
            "/api/v1/trends",
            about::list_popular_tags,
            doc("The hashtags used most here")
                .reads(Area::Follows)
                .named("list_trends")
                .old(),
        )
        .get(
            "/api/v1/trends/statuses",
            about::list_popular_statuses,
            doc("The posts liked and boosted most here").reads(Area::Statuses),
        )
        .get(
            "/api/v1/trends/links",
            empty::nothing_for_anyone,
            doc("Nothing yet").named("list_popular_links"),
        )
        .get(
            "/api/v2/suggestions",
            about::list_suggestions,
            doc("Nothing: who fits whom is no matter of this list").reads(Area::Accounts),
        )
        .get(
            "/api/v1/suggestions",
            about::list_suggestions,
            doc("Nothing")
                .reads(Area::Accounts)
                .named("list_suggestions_v1")
                .old(),
        )
        .delete(
            "/api/v1/suggestions/{id}",
            about::dismiss_suggestion,
            doc("Do not be shown an account").writes(Area::Accounts),
        )
}

fn of_apps() -> Routes {
    Routes::of("Apps")
        .post(
            "/api/v1/apps",
            oauth::create_app,
            doc("Register a program").fails(&[422, 429]),
        )
        .get(
            "/api/v1/apps/verify_credentials",
            oauth::verify_app,
            doc("The program that holds the token"),
        )
        .post(
            "/oauth/token",
            oauth::create_token,
            doc("A token for a code, or for the program itself"),
        )
        .post("/oauth/revoke", oauth::revoke_token, doc("End a token"))
        .get(
            "/oauth/userinfo",
            oauth::show_userinfo,
            doc("Who the token speaks for (OpenID Connect)").needs(Scope::Profile),
        )
        .post(
            "/oauth/userinfo",
            oauth::show_userinfo,
            doc("The same as GET")
                .needs(Scope::Profile)
                .named("post_userinfo"),
        )
        .get(
            "/.well-known/oauth-authorization-server",
            oauth::show_authorization_server,
            doc("What the authorization server can do (RFC 8414)"),
        )
}
