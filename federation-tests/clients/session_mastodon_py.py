"""A whole session in Mastodon.py, as a person has it: from registering the app to logging out.

    session_mastodon_py.py BASE NAME PASSWORD OTHER_TOKEN

NAME is a new account, whose pages are opened and filled in; OTHER_TOKEN belongs to another new account of the same server.
Every answer is checked against the shape that Mastodon.py documents. `https://push.test` has to lead to port 4041.
"""

import io
import sys
import warnings
from datetime import datetime, timedelta, timezone

from mastodon import Mastodon
from mastodon.errors import MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError

from common import png, refused, step, wait_for
from consent import Browser
from entities import checked
from listening import Listener
from phone import SERVICE, PushService, check_headers, check_signature, open_standard, subscribe_standard

warnings.simplefilter("error")
SCOPES = ["read", "write", "follow", "push"]
BACK = "https://app.test/back"


class Someone:
    """One account with its client: `raw` is Mastodon.py as it is, `api` the same with its answers checked."""

    def __init__(self, raw):
        self.raw, self.api = raw, checked(raw)
        self.me = self.api.account_verify_credentials()

    def told(self, kind):
        return [one for one in self.api.notifications() if one.type == kind]


@step
def an_app_is_let_in_through_the_pages(base, name, password):
    app = Mastodon.create_app("A session", scopes=SCOPES, redirect_uris=[BACK, "urn:ietf:wg:oauth:2.0:oob"], api_base_url=base)
    raw = Mastodon(client_id=app[0], client_secret=app[1], api_base_url=base)
    assert raw.oauth_authorization_server_info().issuer.rstrip("/") == base
    browser = Browser()
    ask = raw.auth_request_url(redirect_uris=BACK, scopes=SCOPES, state="a state")
    denied = browser.consent(ask, name, password, answer="deny")
    assert denied == {"error": "access_denied", "state": "a state"}, denied
    told = browser.consent(ask, name, password)
    assert told["state"] == "a state", told
    raw.log_in(code=told["code"], redirect_uri=BACK, scopes=SCOPES)
    again = Mastodon(client_id=app[0], client_secret=app[1], api_base_url=base)
    assert refused(Exception, lambda: again.log_in(code=told["code"], redirect_uri=BACK, scopes=SCOPES)), "a code counts once"
    code = browser.consent(again.auth_request_url(scopes=SCOPES), name, password)["code"]
    # A code that is used twice takes the token with it, so the app is let in once more, without a redirect.
    raw.log_in(code=code, scopes=SCOPES)
    assert raw.app_verify_credentials().name == "A session"
    return Someone(raw)


@step
def posts_of_every_kind_are_made_and_edited(ada, eve):
    picture = ada.api.media_post(io.BytesIO(png()), mime_type="image/png", description="a red square", focus=(0.5, -0.5))
    assert picture.type == "image" and picture.description == "a red square", picture
    assert ada.api.media_update(picture, description="a red rectangle").description == "a red rectangle"
    assert ada.api.media(picture).description == "a red rectangle"
    post = ada.api.status_post("with a picture", media_ids=[picture], sensitive=True, spoiler_text="bright", language="en")
    assert post.sensitive and post.spoiler_text == "bright" and post.media_attachments[0].meta.original.width == 48, post
    assert ada.raw.session.get(post.media_attachments[0].url).content[:4] == b"\x89PNG"
    edited = ada.api.status_update(post, "with the picture", spoiler_text="very bright", sensitive=True, media_ids=[picture])
    assert edited.edited_at is not None and edited.media_attachments[0].description == "a red rectangle", edited
    versions = ada.api.status_history(post)
    assert [one.spoiler_text for one in versions] == ["bright", "very bright"], versions
    assert ada.api.status_source(post).text == "with the picture"
    poll = ada.api.status_post("Which?", poll=ada.raw.make_poll(["tea", "coffee"], expires_in=600, multiple=False))
    assert [option.title for option in poll.poll.options] == ["tea", "coffee"], poll
    voted = eve.api.poll_vote(eve.api.status(poll).poll, [1])
    assert voted.voted and voted.own_votes == [1], voted
    assert ada.api.poll(poll.poll.id).votes_count == 1
    assert refused(MastodonAPIError, lambda: eve.api.poll_vote(voted, [0]))
    return post


@step
def a_conversation_is_had(ada, eve):
    first = ada.api.status_post("Who comes along?")
    reply = eve.api.status_reply(eve.api.status(first), "I do")
    assert [one.id for one in ada.api.status_context(first).descendants] == [reply.id]
    assert ada.told("mention")[0].status.id == reply.id
    assert ada.api.status_mute(first).muted and not ada.api.status_unmute(first).muted
    eve.api.status_post("@ada a word in private", visibility="direct")
    talk = wait_for("the conversation", ada.api.conversations)[0]
    assert talk.unread and talk.accounts[0].acct == "eve", talk
    assert not ada.api.conversations_read(talk).unread


@step
def posts_are_liked_kept_and_pinned(ada, eve, post):
    assert eve.api.status_favourite(post).favourited and eve.api.status_bookmark(post).bookmarked
    assert eve.api.status_reblog(post).reblog.id == post.id
    assert ada.api.status_pin(post).pinned
    assert [one.id for one in eve.api.favourites()] == [post.id] == [one.id for one in eve.api.bookmarks()]
    assert [one.id for one in eve.api.account_statuses(ada.me, pinned=True)] == [post.id]
    assert [one.id for one in eve.api.account_statuses(ada.me, only_media=True)] == [post.id]
    assert [one.acct for one in ada.api.status_favourited_by(post)] == ["eve"] == [one.acct for one in ada.api.status_reblogged_by(post)]
    assert [one.id for one in ada.api.trending_statuses()] == [post.id]
    assert not eve.api.status_unbookmark(post).bookmarked and eve.api.bookmarks() == []
    assert not ada.api.status_unpin(post).pinned


@step
def notifications_are_grouped_and_dismissed(ada, eve):
    post = ada.api.status_post("grouped")
    eve.api.status_favourite(post)
    grouped = ada.api.grouped_notifications()
    group = grouped.notification_groups[0]
    assert (group.type, group.status_id, group.notifications_count) == ("favourite", post.id, 1), group
    assert [one.id for one in grouped.accounts if one.id in group.sample_account_ids] == [eve.me.id]
    assert ada.api.grouped_notification(group.group_key).notification_groups[0].group_key == group.group_key
    assert [one.acct for one in ada.api.grouped_notification_accounts(group.group_key)] == ["eve"]
    assert ada.raw.unread_grouped_notifications_count() >= ada.raw.unread_grouped_notifications_count(limit=1) == 1
    ada.api.dismiss_grouped_notification(group.group_key)
    assert group.group_key not in [one.group_key for one in ada.api.grouped_notifications().notification_groups]
    single = ada.told("mention")[0]
    ada.api.notifications_dismiss(single)
    assert refused(MastodonNotFoundError, lambda: ada.api.notifications(single.id))
    assert ada.api.notifications_unread_count().count > 0
    assert ada.api.update_notifications_policy(for_not_following="filter").for_not_following == "filter"
    eve.api.status_post("@ada, may I?")
    asked = wait_for("the request", ada.api.notification_requests)[0]
    assert asked.account.acct == "eve" and ada.api.notification_request(asked.id).id == asked.id
    ada.api.accept_notification_request(asked.id)
    assert ada.raw.notifications_merged() in (True, False)
    assert ada.api.update_notifications_policy(for_not_following="accept").for_not_following == "accept"
    ada.api.notifications_clear()
    assert ada.api.notifications() == []


@step
def people_are_followed_listed_and_shut_out(ada, eve):
    assert ada.api.account_follow(eve.me, notify=True).notifying
    assert eve.told("follow")[0].account.acct == "ada"
    said = eve.api.status_post("for those who follow")
    wait_for("the home timeline", lambda: [one for one in ada.api.timeline_home() if one.id == said.id])
    assert ada.told("status")[0].status.id == said.id
    circle = ada.api.list_create("Friends", replies_policy="list")
    ada.api.list_accounts_add(circle, [eve.me])
    assert [one.acct for one in ada.api.list_accounts(circle)] == ["eve"]
    assert [one.id for one in ada.api.account_lists(eve.me)] == [circle.id]
    assert said.id in [one.id for one in ada.api.timeline_list(circle)]
    assert ada.api.list_update(circle, "Good friends").title == "Good friends"
    ada.api.list_accounts_delete(circle, [eve.me])
    ada.api.list_delete(circle)
    assert ada.api.lists() == []
    assert ada.api.account_pin(eve.me).endorsed and [one.acct for one in ada.api.endorsements()] == ["eve"]
    assert ada.api.account_note_set(eve.me, "met at the fair").note == "met at the fair"
    assert ada.api.account_mute(eve.me, duration=60).muting and [one.acct for one in ada.api.mutes()] == ["eve"]
    assert not ada.api.account_unmute(eve.me).muting
    assert ada.api.account_block(eve.me).blocking and [one.acct for one in ada.api.blocks()] == ["eve"]
    assert refused(MastodonNotFoundError, lambda: eve.api.status(ada.api.status_post("not for eve")))
    assert not ada.api.account_unblock(eve.me).blocking
    ada.api.domain_block("spam.example")
    assert list(ada.api.domain_blocks()) == ["spam.example"]
    ada.api.domain_unblock("spam.example")
    assert ada.api.report(eve.me, status_ids=[said], comment="a test", category="spam").category == "spam"


@step
def words_are_filtered_and_places_kept(ada, eve):
    rule = ada.api.create_filter_v2("Cooking", ["home", "public"], "warn", keywords_attributes=[{"keyword": "turnip", "whole_word": True}])
    said = eve.api.status_post("a turnip")
    found = ada.api.status(said).filtered
    assert found[0].filter.id == rule.id and found[0].keyword_matches == ["turnip"], found
    ada.api.add_filter_keyword_v2(rule, "radish")
    assert [one.keyword for one in ada.api.filter_keywords_v2(rule)] == ["turnip", "radish"]
    ada.api.add_filter_status_v2(rule, said)
    assert [one.status_id for one in ada.api.filter_statuses_v2(rule)] == [said.id]
    assert ada.api.update_filter_v2(rule, title="Roots").title == "Roots"
    assert [one.id for one in ada.api.filters_v2()] == [rule.id]
    assert {one.phrase for one in ada.api.filters()} == {"turnip", "radish"}
    ada.api.delete_filter_v2(rule)
    assert ada.api.status(said).filtered == []
    ada.api.markers_set(["home"], [said])
    assert ada.api.markers_get("home").home.last_read_id == said.id
    assert ada.api.preferences()["reading:expand:media"] in ("default", "show_all", "hide_all")


@step
def things_are_found(ada, eve):
    said = eve.api.status_post("about #fairs")
    found = ada.api.search_v2("eve")
    assert [one.acct for one in found.accounts] == ["eve"], found
    assert [one.name for one in ada.api.search_v2("#fairs").hashtags] == ["fairs"]
    assert [one.id for one in ada.api.search_v2(said.url, resolve=True).statuses] == [said.id]
    assert ada.api.tag_follow("fairs").following and [one.name for one in ada.api.followed_tags()] == ["fairs"]
    assert not ada.api.tag_unfollow("fairs").following and ada.api.tag("fairs").name == "fairs"
    featured = eve.api.featured_tag_create("fairs")
    assert [one.name for one in ada.api.account_featured_tags(eve.me)] == ["fairs"]
    eve.api.featured_tag_delete(featured)
    assert ada.raw.featured_tag_suggestions() is not None  # tags, where Mastodon.py expects featured ones
    assert [one.name for one in ada.api.trending_tags()] == ["fairs"]
    assert ada.api.suggestions() == [] and ada.api.directory() is not None
    assert ada.api.account_familiar_followers([eve.me])[0].id == eve.me.id
    assert ada.api.instance_activity() and ada.api.instance_rules() == []


@step
def posts_are_scheduled(ada):
    when = datetime.now(timezone.utc) + timedelta(hours=1)
    waiting = ada.api.status_post("later", scheduled_at=when, spoiler_text="news")
    assert abs(waiting.scheduled_at - when) < timedelta(seconds=1) and waiting.params.text == "later", waiting
    assert [one.id for one in ada.api.scheduled_statuses()] == [waiting.id]
    later = ada.api.scheduled_status_update(waiting, when + timedelta(hours=1))
    assert ada.api.scheduled_status(waiting).scheduled_at == later.scheduled_at
    ada.api.scheduled_status_delete(waiting)
    assert ada.api.scheduled_statuses() == []


@step
def what_happens_is_told_as_it_happens(ada, eve):
    heard = Listener()
    stream = ada.raw.stream_user(heard, run_async=True)
    wait_for("the stream", stream.is_receiving)
    said = eve.api.status_post("@ada, do you hear me?")
    assert heard.next("update", lambda post: post.id == said.id).account.acct == "eve"
    assert heard.next("notification", lambda told: told.type == "mention").status.id == said.id
    eve.api.status_update(said, "@ada, now?")
    assert "now" in heard.next("status_update", lambda post: post.id == said.id).content
    eve.api.status_delete(said)
    assert str(heard.next("delete", lambda gone: str(gone) == str(said.id)))
    return heard, stream


@step
def a_phone_rings(ada, eve):
    service = PushService()
    private, public = ada.raw.push_subscription_generate_keys()
    server_key = ada.api.instance_v2().configuration.vapid.public_key
    made = ada.api.push_subscription_set(SERVICE + "/send/old", public, mention_events=True, favourite_events=False)
    assert made.server_key == server_key and made.alerts.mention and not made.alerts.favourite and not made.standard, made
    headers, body, said = rings(ada, eve, service, "/send/old")
    check_headers(headers, "aesgcm")
    check_signature(headers, server_key)
    told = ada.raw.push_subscription_decrypt_push(body, private, headers["encryption"], headers["crypto-key"])
    assert (told.notification_type, told.title) == ("mention", "eve named you"), told
    assert ada.api.notifications(told.notification_id).status.id == said.id
    # Mastodon.py has an argument for the standard form, and forgets to send it.
    subscribe_standard(ada.raw, SERVICE + "/send/new", public)
    assert ada.api.push_subscription().standard
    headers, body, said = rings(ada, eve, service, "/send/new")
    check_headers(headers, "aes128gcm")
    check_signature(headers, server_key)
    told = open_standard(body, private)
    assert (told["notification_type"], told["title"]) == ("mention", "eve named you"), told
    assert ada.api.notifications(told["notification_id"]).status.id == said.id
    assert not ada.api.push_subscription_update(mention_events=False).alerts.mention
    ada.api.push_subscription_delete()
    assert refused(MastodonNotFoundError, ada.api.push_subscription)
    service.close()


def rings(ada, eve, service, path):
    """Eve names ada; answers what arrived at the push service, and the post."""
    said = eve.api.status_post("@ada, a secret word: sesame")
    arrived, headers, body = service.next()
    assert arrived == path and b"sesame" not in body
    return headers, body, said


@step
def logging_out_ends_the_stream_and_the_token(ada, eve, heard, stream):
    token = ada.raw.access_token
    ada.raw.revoke_access_token()
    late = Mastodon(api_base_url=ada.raw.api_base_url, access_token=token)
    assert refused(MastodonUnauthorizedError, late.account_verify_credentials)
    wait_for("the end of the stream", lambda: heard.ended or not stream.is_receiving())
    said = eve.api.status_post("@ada, are you still there?")
    assert eve.api.status(said).id == said.id
    assert heard.none("update", lambda post: post.id == said.id)


def main(base, name, password, other_token):
    ada = an_app_is_let_in_through_the_pages(base, name, password)
    eve = Someone(Mastodon(api_base_url=base, access_token=other_token))
    post = posts_of_every_kind_are_made_and_edited(ada, eve)
    a_conversation_is_had(ada, eve)
    posts_are_liked_kept_and_pinned(ada, eve, post)
    notifications_are_grouped_and_dismissed(ada, eve)
    people_are_followed_listed_and_shut_out(ada, eve)
    words_are_filtered_and_places_kept(ada, eve)
    things_are_found(ada, eve)
    posts_are_scheduled(ada)
    ada.api.account_follow(eve.me)
    heard, stream = what_happens_is_told_as_it_happens(ada, eve)
    a_phone_rings(ada, eve)
    logging_out_ends_the_stream_and_the_token(ada, eve, heard, stream)


if __name__ == "__main__":
    main(*sys.argv[1:])
