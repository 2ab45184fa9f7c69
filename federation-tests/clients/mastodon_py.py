"""Drives two running Kith through Mastodon.py, as an app would, and checks what it gets.

    mastodon_py.py ADA_BASE ADA_TOKEN BEA_BASE BEA_TOKEN SOMEONE

ada and bea are new accounts on two servers that know each other's names; SOMEONE is the handle of a person on a third
one, who accepts followers. Ends with an error at the first answer that is wrong, or that Mastodon.py cannot read.
"""

import sys
import warnings
from datetime import datetime, timezone

from mastodon import Mastodon
from mastodon.errors import MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError

from common import refused, step, wait_for
from entities import checked

warnings.simplefilter("error")


class Person:
    """An account on one of the servers, with its client."""

    def __init__(self, base, token):
        self.api = checked(Mastodon(api_base_url=base, access_token=token))
        self.me = self.api.account_verify_credentials()
        self.handle = f"{self.me.acct}@{base.removeprefix('https://')}"

    def knows(self, person):
        """Another server's person, as shown here."""
        return self.api.search_v2(f"@{person.handle}", resolve=True).accounts[0]

    def sees(self, uri):
        """A post by its address, once it is here."""
        found = self.api.search_v2(uri, resolve=False).statuses
        return found[0] if found else None

    def awaits(self, uri):
        return wait_for(f"{uri} at {self.handle}", lambda: self.sees(uri))

    def relation(self, account):
        return self.api.account_relationships(account)[0]

    def told(self, kind):
        return [one for one in self.api.notifications() if one.type == kind]


@step
def the_server_describes_itself(ada, bea):
    for api in (ada.api, bea.api):
        new, old = api.instance_v2(), api.instance_v1()
        assert new.domain == old.uri, (new.domain, old.uri)
        assert new.version.startswith("4.3.0"), new.version
        assert new.configuration.statuses.max_characters == 5000, new.configuration
        assert api.instance().domain == new.domain
        assert api.custom_emojis() == []
        assert api.announcements() == []
        assert api.preferences()["posting:default:visibility"] == "public"
        api.markers_get()
        assert "activitypub" in api.instance_nodeinfo("http://nodeinfo.diaspora.software/ns/schema/2.1").protocols


@step
def a_profile_is_changed(ada, bea):
    changed = ada.api.account_update_credentials(display_name="Ada L.", note="Likes *engines*", fields=[("Place", "London")], locked=False)
    assert changed.display_name == "Ada L." and "<em>engines</em>" in changed.note, changed.note
    assert [(field.name, "London" in field.value) for field in changed.fields] == [("Place", True)], changed.fields
    assert changed.source.note == "Likes *engines*", changed.source
    assert ada.api.account(ada.me).display_name == "Ada L."
    assert ada.api.account_lookup("ada").id == ada.me.id
    there = bea.knows(ada)
    assert there.acct == ada.handle and there.display_name == "Ada L.", there
    assert bea.api.account_lookup(ada.handle).id == there.id
    assert bea.api.account_search(ada.handle)[0].id == there.id
    assert isinstance(there.created_at, datetime) and there.created_at.tzinfo is not None


@step
def requests_to_follow_are_answered(ada, bea):
    ada.api.account_update_credentials(locked=True)
    there = bea.knows(ada)
    for answer, follows in ((ada.api.follow_request_reject, False), (ada.api.follow_request_authorize, True)):
        asked = bea.api.account_follow(there)
        assert asked.requested and not asked.following, asked
        asker = wait_for("the request", ada.api.follow_requests)[0]
        assert asker.acct == bea.handle, asker
        assert len(ada.told("follow_request")) == 1
        answer(asker)
        wait_for("the answer", lambda: not bea.relation(there).requested)
        assert bea.relation(there).following == follows
        assert ada.api.follow_requests() == []
    assert [account.acct for account in ada.api.account_followers(ada.me)] == [bea.handle]
    assert [account.id for account in bea.api.account_following(bea.me)] == [there.id]
    ada.api.account_update_credentials(locked=False)


@step
def follows_come_and_go(ada, bea, someone):
    found = ada.api.search_v2(f"@{someone}", resolve=True).accounts[0]
    for account in (found, ada.knows(bea)):
        ada.api.account_follow(account)
        wait_for("the follow", lambda: ada.relation(account).following)
        assert not ada.api.account_unfollow(account).following
        assert not ada.relation(account).following
        ada.api.account_follow(account)
        wait_for("the follow after an unfollow", lambda: ada.relation(account).following)
    assert ada.api.account_verify_credentials().following_count == 2
    assert bea.told("follow")[0].account.acct == ada.handle


@step
def a_post_lives(ada, bea):
    before = datetime.now(timezone.utc).timestamp()
    post = ada.api.status_post(f"Hello @{bea.handle}, **look** #engines", language="en", idempotency_key="once")
    again = ada.api.status_post("this is not posted", idempotency_key="once")
    assert again.id == post.id
    assert abs(post.created_at.timestamp() - before) < 60, post.created_at
    assert post.visibility == "public" and post.language == "en" and post.edited_at is None
    assert [tag.name for tag in post.tags] == ["engines"] and post.mentions[0].acct == bea.handle, post
    there = bea.awaits(post.uri)
    assert there.account.acct == ada.handle and "<strong>look</strong>" in there.content, there
    assert there.mentions[0].acct == "bea" and there.tags[0].name == "engines", there
    assert bea.told("mention")[0].status.id == there.id
    assert ada.api.status_source(post).text.startswith("Hello"), "the source"
    edited = ada.api.status_update(post, f"Hello again @{bea.handle}", spoiler_text="greetings")
    assert edited.spoiler_text == "greetings" and edited.edited_at is not None, edited
    wait_for("the edit", lambda: "again" in bea.api.status(there).content)
    assert bea.api.status(there).spoiler_text == "greetings"
    gone = ada.api.status_delete(post)
    assert gone.text.startswith("Hello again"), gone
    assert refused(MastodonNotFoundError, lambda: ada.api.status(post))
    wait_for("the deletion", lambda: refused(MastodonNotFoundError, lambda: bea.api.status(there)))


@step
def a_thread_is_shown_from_both_ends(ada, bea):
    first = ada.api.status_post("Who comes along?")
    there = bea.awaits(first.uri)
    reply = bea.api.status_reply(there, "I do")
    assert reply.in_reply_to_id == there.id and reply.in_reply_to_account_id == there.account.id
    answer = ada.awaits(reply.uri)
    context = ada.api.status_context(first)
    assert context.ancestors == [] and [post.uri for post in context.descendants] == [reply.uri], context
    assert [post.uri for post in ada.api.status_context(answer).ancestors] == [first.uri]
    assert ada.api.status(first).replies_count == 1
    assert ada.told("mention")[0].status.uri == reply.uri


@step
def reactions_come_and_go(ada, bea):
    post = ada.api.status_post("React, please")
    there = bea.awaits(post.uri)
    assert bea.api.status_favourite(there).favourited
    boost = bea.api.status_reblog(there)
    assert boost.reblog.id == there.id and boost.reblog.reblogged, boost

    def counts():
        now = ada.api.status(post)
        return now.favourites_count, now.reblogs_count

    wait_for("both", lambda: counts() == (1, 1))
    assert [one.acct for one in ada.api.status_favourited_by(post)] == [bea.handle]
    assert [one.acct for one in ada.api.status_reblogged_by(post)] == [bea.handle]
    assert ada.told("favourite")[0].status.id == post.id and ada.told("reblog")[0].account.acct == bea.handle
    assert not bea.api.status_unfavourite(there).favourited
    assert not bea.api.status_unreblog(there).reblogged
    wait_for("neither", lambda: counts() == (0, 0))


@step
def private_posts_stay_private(ada, bea):
    secret = ada.api.status_post(f"@{bea.handle} psst", visibility="direct")
    private = ada.api.status_post("for followers", visibility="private")
    quiet = ada.api.status_post("quietly", visibility="unlisted")
    for post, visibility in ((secret, "direct"), (private, "private"), (quiet, "unlisted")):
        assert bea.awaits(post.uri).visibility == visibility
    assert refused(MastodonAPIError, lambda: bea.api.status_reblog(bea.sees(secret.uri)))
    public = {post.uri for post in bea.api.timeline_public()}
    assert not public & {secret.uri, private.uri, quiet.uri}
    nobody = checked(Mastodon(api_base_url=ada.base))
    assert refused(MastodonNotFoundError, lambda: nobody.status(private))
    assert refused(MastodonUnauthorizedError, nobody.account_verify_credentials)


@step
def timelines_and_pages(ada, bea):
    posts = [ada.api.status_post(f"number {number} #counted") for number in range(7)]
    newest = [post.uri for post in reversed(posts)]
    bea.awaits(newest[0])
    wait_for("the home timeline", lambda: [post.uri for post in bea.api.timeline_home(limit=7)] == newest)
    page, found = bea.api.timeline_home(limit=3), []
    while page and len(found) < 7:
        found += [post.uri for post in page]
        page = bea.api.fetch_next(page)
    assert found[:7] == newest, found
    assert [post.uri for post in ada.api.timeline_hashtag("counted")] == newest
    assert [post.uri for post in ada.api.timeline_local(limit=7)] == newest
    assert set(newest) <= {post.uri for post in bea.api.timeline_public(remote=True)}
    assert [post.uri for post in ada.api.account_statuses(ada.me, limit=7)] == newest
    since = bea.api.timeline_home(since_id=bea.sees(posts[4].uri))
    assert [post.uri for post in since] == newest[:2], since


@step
def notifications_are_listed_and_shown(ada, bea):
    told = ada.api.notifications()
    assert told == sorted(told, key=lambda one: int(one.id), reverse=True)
    assert ada.api.notifications(told[0].id).id == told[0].id
    mentions = ada.api.notifications(types=["mention"])
    assert mentions and all(one.type == "mention" for one in mentions)
    assert not [one for one in ada.api.notifications(exclude_types=["mention"]) if one.type == "mention"]
    page = ada.api.notifications(limit=1)
    assert ada.api.fetch_next(page)[0].id == told[1].id


def main(ada_base, ada_token, bea_base, bea_token, someone):
    ada, bea = Person(ada_base, ada_token), Person(bea_base, bea_token)
    ada.base = ada_base
    the_server_describes_itself(ada, bea)
    a_profile_is_changed(ada, bea)
    requests_to_follow_are_answered(ada, bea)
    follows_come_and_go(ada, bea, someone)
    a_post_lives(ada, bea)
    a_thread_is_shown_from_both_ends(ada, bea)
    reactions_come_and_go(ada, bea)
    private_posts_stay_private(ada, bea)
    timelines_and_pages(ada, bea)
    notifications_are_listed_and_shown(ada, bea)


if __name__ == "__main__":
    main(*sys.argv[1:])
