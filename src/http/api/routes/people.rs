//! People and groups, what one does about them, and one's own profile.

use super::super::openapi::{Routes, doc};
use super::super::{
    account_update, accounts, follows, lists, profile, relations, reports, sign_up, tags,
};
use crate::auth::scope::{Area, Scope};

pub(super) fn routes() -> Routes {
    of_accounts()
        .merge(of_ones_own())
        .merge(of_an_account())
        .merge(of_the_profile())
        .merge(of_follows())
        .merge(of_blocks())
        .merge(of_servers_and_reports())
        .merge(of_notes())
}

fn of_accounts() -> Routes {
    Routes::of("Accounts")
        .get(
            "/api/v1/accounts",
            accounts::list_accounts,
            doc("Several accounts by their ids").reads(Area::Accounts),
        )
        .post(
            "/api/v1/accounts",
            sign_up::create_account,
            doc("Ask for an account, with a token of the app's own")
                .writes(Area::Accounts)
                .fails(&[422, 429]),
        )
        .post(
            "/api/v1/emails/confirmations",
            sign_up::resend_confirmation,
            doc("Have the mail with the link sent once more").fails(&[429]),
        )
        .get(
            "/api/v1/emails/check_confirmation",
            sign_up::check_confirmation,
            doc("Whether the account that was asked for is there"),
        )
}

fn of_ones_own() -> Routes {
    Routes::of("Accounts")
        .get(
            "/api/v1/accounts/verify_credentials",
            accounts::verify_credentials,
            doc("Your own account").needs(Scope::Profile),
        )
        .patch(
            "/api/v1/accounts/update_credentials",
            account_update::update_credentials,
            doc("Change your profile, and defaults for posts")
                .writes(Area::Accounts)
                .fails(&[404, 422, 429]),
        )
        .get(
            "/api/v1/accounts/lookup",
            accounts::lookup_account,
            doc("Who is known here by a handle")
                .reads(Area::Accounts)
                .fails(&[404]),
        )
        .get(
            "/api/v1/accounts/search",
            accounts::search_accounts,
            doc("Find accounts").reads(Area::Accounts),
        )
}

fn of_an_account() -> Routes {
    Routes::of("Accounts")
        .get(
            "/api/v1/accounts/{id}",
            accounts::show_account,
            doc("An account, as far as the caller may see it").reads(Area::Accounts),
        )
        .get(
            "/api/v1/accounts/{id}/statuses",
            accounts::list_account_statuses,
            doc("What an account posted").reads(Area::Statuses),
        )
        .get(
            "/api/v1/accounts/{id}/followers",
            accounts::list_followers,
            doc("Who follows an account, as far as it is known here"),
        )
        .get(
            "/api/v1/accounts/{id}/following",
            accounts::list_following,
            doc("Whom an account follows, as far as it is known here"),
        )
        .get(
            "/api/v1/accounts/{id}/featured_tags",
            tags::list_account_featured_tags,
            doc("The hashtags on a profile"),
        )
        .get(
            "/api/v1/accounts/{id}/endorsements",
            relations::list_account_endorsements,
            doc("Whom an account recommends"),
        )
        .get(
            "/api/v1/accounts/{id}/identity_proofs",
            accounts::list_identity_proofs,
            doc("Nothing any more").old(),
        )
}

fn of_the_profile() -> Routes {
    Routes::of("Profile")
        .get(
            "/api/v1/profile",
            profile::show_profile,
            doc("Your profile as you wrote it").needs(Scope::Profile),
        )
        .patch(
            "/api/v1/profile",
            profile::update_profile,
            doc("Change your profile")
                .writes(Area::Accounts)
                .fails(&[404, 422, 429]),
        )
        .delete(
            "/api/v1/profile/avatar",
            account_update::delete_avatar,
            doc("Remove your picture")
                .writes(Area::Accounts)
                .fails(&[404]),
        )
        .delete(
            "/api/v1/profile/header",
            account_update::delete_header,
            doc("Remove the picture across the top")
                .writes(Area::Accounts)
                .fails(&[404]),
        )
}

fn of_follows() -> Routes {
    Routes::of("Relations")
        .get(
            "/api/v1/accounts/relationships",
            follows::list_relationships,
            doc("How you and others stand to each other").reads(Area::Follows),
        )
        .get(
            "/api/v1/accounts/familiar_followers",
            relations::list_familiar_followers,
            doc("Who of those whom you follow follows them").reads(Area::Follows),
        )
        .post(
            "/api/v1/accounts/{id}/follow",
            follows::follow_account,
            doc("Follow, join a group, or change how")
                .writes(Area::Follows)
                .fails(&[403, 422]),
        )
        .post(
            "/api/v1/accounts/{id}/unfollow",
            follows::unfollow_account,
            doc("Follow no longer").writes(Area::Follows),
        )
        .post(
            "/api/v1/accounts/{id}/remove_from_followers",
            relations::remove_from_followers,
            doc("Be followed no longer").writes(Area::Follows),
        )
        .get(
            "/api/v1/follow_requests",
            follows::list_follow_requests,
            doc("Who asks to follow you").reads(Area::Follows),
        )
        .post(
            "/api/v1/follow_requests/{id}/authorize",
            follows::authorize_follow_request,
            doc("Let an account follow you").writes(Area::Follows),
        )
        .post(
            "/api/v1/follow_requests/{id}/reject",
            follows::reject_follow_request,
            doc("Do not let an account follow you").writes(Area::Follows),
        )
}

fn of_blocks() -> Routes {
    Routes::of("Relations")
        .post(
            "/api/v1/accounts/{id}/block",
            relations::block_account,
            doc("Block").writes(Area::Blocks),
        )
        .post(
            "/api/v1/accounts/{id}/unblock",
            relations::unblock_account,
            doc("Block no longer").writes(Area::Blocks),
        )
        .get(
            "/api/v1/blocks",
            relations::list_blocks,
            doc("Whom you block").reads(Area::Blocks),
        )
        .post(
            "/api/v1/accounts/{id}/mute",
            relations::mute_account,
            doc("Mute, for a time or for ever").writes(Area::Mutes),
        )
        .post(
            "/api/v1/accounts/{id}/unmute",
            relations::unmute_account,
            doc("Mute no longer").writes(Area::Mutes),
        )
        .get(
            "/api/v1/mutes",
            relations::list_mutes,
            doc("Whom you mute").reads(Area::Mutes),
        )
}

fn of_servers_and_reports() -> Routes {
    Routes::of("Relations")
        .get(
            "/api/v1/domain_blocks",
            relations::list_domain_blocks,
            doc("The servers that you block").reads(Area::Blocks),
        )
        .post(
            "/api/v1/domain_blocks",
            relations::block_domain,
            doc("Block a server").writes(Area::Blocks).fails(&[422]),
        )
        .delete(
            "/api/v1/domain_blocks",
            relations::unblock_domain,
            doc("Block a server no longer")
                .writes(Area::Blocks)
                .fails(&[422]),
        )
        .post(
            "/api/v1/reports",
            reports::create_report,
            doc("Report somebody to the moderators")
                .writes(Area::Reports)
                .fails(&[404, 422]),
        )
        .post(
            "/api/v1/reports/",
            reports::create_report,
            doc("The same, as Mastodon.py writes it")
                .writes(Area::Reports)
                .fails(&[404, 422])
                .named("create_report_at_slash")
                .old(),
        )
}

fn of_notes() -> Routes {
    Routes::of("Relations")
        .post(
            "/api/v1/accounts/{id}/note",
            relations::note_account,
            doc("Write a note that only you see")
                .writes(Area::Accounts)
                .fails(&[422]),
        )
        .post(
            "/api/v1/accounts/{id}/endorse",
            relations::endorse_account,
            doc("Recommend somebody whom you follow")
                .writes(Area::Accounts)
                .fails(&[422]),
        )
        .post(
            "/api/v1/accounts/{id}/unendorse",
            relations::unendorse_account,
            doc("Recommend no longer").writes(Area::Accounts),
        )
        .post(
            "/api/v1/accounts/{id}/pin",
            relations::endorse_account,
            doc("Recommend somebody whom you follow")
                .writes(Area::Accounts)
                .named("pin_account")
                .fails(&[422])
                .old(),
        )
        .post(
            "/api/v1/accounts/{id}/unpin",
            relations::unendorse_account,
            doc("Recommend no longer")
                .writes(Area::Accounts)
                .named("unpin_account")
                .old(),
        )
        .get(
            "/api/v1/endorsements",
            relations::list_endorsements,
            doc("Whom you recommend").reads(Area::Accounts),
        )
        .get(
            "/api/v1/accounts/{id}/lists",
            lists::list_account_lists,
            doc("Your lists that an account is in").reads(Area::Lists),
        )
}
