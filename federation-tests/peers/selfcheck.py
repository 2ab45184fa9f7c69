"""Checks that the peers can do among themselves what the tests ask of them towards Kith, operation by operation.

    federation-tests/setup/in-namespace.sh federation-tests/setup/with-peers.sh \
        sh -c '$KITH_PYTHON federation-tests/peers/selfcheck.py'

Run it after changing a peer: what fails here is the peer's fault, not Kith's.
"""

import json
import os
import pathlib
import sys
import time

import requests

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FRANK, CLUB = "https://fedify.test/users/frank", "https://fedify.test/users/club"
GRACE, OLD = "https://fedify2.test/users/grace", "https://fedify2.test/users/oldfrank"
PENNY = "https://pubby.test/ap/actor"
ADDRESS = {"one": os.environ["KITH_FEDIFY"], "two": os.environ["KITH_FEDIFY2"], "pubby": os.environ["KITH_PUBBY"]}


def call(peer, operation, **wish):
    answer = requests.post(f"{ADDRESS[peer]}/_peer/{operation}", json=wish, timeout=30)
    assert answer.status_code == 200, f"{peer} {operation} {wish}: {answer.status_code} {answer.text}"
    return answer.json()


def read(peer, what):
    return requests.get(f"{ADDRESS[peer]}/_peer/{what}", timeout=30).json()


def person(peer, name):
    return read(peer, "state")["people"][name]


def wait_for(what, condition, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"did not happen: {what}")


def received(peer, type_, **fields):
    """Waits for an activity that passed the peer's verification, with these top-level fields."""

    def find():
        for entry in reversed(read(peer, "received")):
            activity = entry.get("json", entry)
            if activity.get("type") == type_ and all(activity.get(key) == value for key, value in fields.items()):
                return activity
        return None

    return wait_for(f"{peer} receives {type_} {fields}", find)


def get(uri, status=200):
    answer = requests.get(uri, headers={"accept": "application/activity+json"}, verify=os.environ["KITH_TEST_CA"], timeout=30)
    assert answer.status_code == status, f"{uri}: {answer.status_code}, not {status}"
    return answer.json() if answer.content and status == 200 else None


def reset():
    for peer in ADDRESS:
        call(peer, "reset")


def befriend():
    """frank and grace follow each other."""
    call("one", "follow", **{"as": "frank", "target": "@grace@fedify2.test"})
    call("two", "follow", **{"as": "grace", "target": FRANK})
    wait_for("both are followed", lambda: person("one", "frank")["following"].get(GRACE) == "accepted" and person("two", "grace")["following"].get(FRANK) == "accepted")


def frank(operation, **wish):
    return call("one", operation, **{"as": "frank", **wish})


def grace(operation, **wish):
    return call("two", operation, **{"as": "grace", **wish})


def check_posts():
    befriend()
    post = frank("post", content="hello")["activity"]["object"]
    received("two", "Create", id=received("two", "Create")["id"])
    frank("update", id=post["id"], fields={"content": "hello again"})
    received("two", "Update")
    assert get(post["id"])["content"] == "hello again"
    like = grace("like", object=post["id"])["activity"]
    received("one", "Like", object=post["id"])
    grace("undo", id=like["id"], to=[FRANK])
    received("one", "Undo")
    grace("boost", object=post["id"])
    received("one", "Announce", object=post["id"])
    grace("post", content="a reply", inReplyTo=post["id"], mentions=[{"name": "@frank@fedify.test", "href": FRANK}])
    assert received("one", "Create")["object"]["inReplyTo"] == post["id"]
    frank("delete", id=post["id"])
    received("two", "Delete")
    get(post["id"], 404)


def check_private_posts():
    befriend()
    secret = frank("post", content="for followers", visibility="followers")["activity"]["object"]
    get(secret["id"], 404)
    assert call("two", "lookup", **{"as": "grace", "target": secret["id"]})["content"] == "for followers"
    frank("post", content="psst", visibility="direct", mentions=[{"name": "@grace@fedify2.test", "href": GRACE}])
    wait_for("grace has the direct message", lambda: received("two", "Create").get("to") == GRACE)


def check_approval():
    call("one", "config", manuallyApproves={"frank": True})
    grace("follow", target=FRANK)
    wait_for("the request waits", lambda: GRACE in person("one", "frank")["pending"])
    frank("accept", follower=GRACE)
    wait_for("it is accepted", lambda: person("two", "grace")["following"][FRANK] == "accepted")
    grace("unfollow", target=FRANK)
    wait_for("she is gone", lambda: not person("one", "frank")["followers"])
    grace("follow", target=FRANK)
    wait_for("the request waits", lambda: GRACE in person("one", "frank")["pending"])
    frank("accept", follower=GRACE, reject=True)
    wait_for("it is rejected", lambda: person("two", "grace")["following"][FRANK] == "rejected")


def check_polls():
    befriend()
    options = [{"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 0}} for name in ("yes", "no")]
    question = frank("post", type="Question", content="coming?", fields={"oneOf": options, "endTime": "2030-01-01T00:00:00Z"})
    question = question["activity"]["object"]["id"]
    grace("vote", question=question, choice="yes")
    wait_for("the vote counts", lambda: get(question)["oneOf"][0]["replies"]["totalItems"] == 1)
    frank("update", id=question)
    received("two", "Update")


def check_events():
    befriend()
    place = {"type": "Place", "name": "Café"}
    event = frank("post", type="Event", name="Breakfast", fields={"startTime": "2030-01-01T08:00:00Z", "location": place})
    event = event["activity"]["object"]["id"]
    join = grace("send", activity={"type": "Join", "object": event}, to=[FRANK])["activity"]["id"]
    received("one", "Join", id=join)
    frank("answer", id=join)
    wait_for("the Join is accepted", lambda: (lambda object_: (object_.get("id") if isinstance(object_, dict) else object_) == join)(received("two", "Accept")["object"]))
    grace("send", activity={"type": "Leave", "object": event}, to=[FRANK])
    received("one", "Leave")
    invite = frank("send", activity={"type": "Invite", "object": event, "target": GRACE}, to=[GRACE])["activity"]["id"]
    received("two", "Invite", id=invite)
    grace("answer", id=invite, type="TentativeAccept")
    received("one", "TentativeAccept")
    grace("send", activity={"type": "Flag", "object": [FRANK, event], "content": "rude"}, to=[FRANK])
    received("one", "Flag")


def check_groups():
    grace("follow", target=CLUB)
    wait_for("she is a member", lambda: GRACE in person("one", "club")["followers"])
    call("two", "post", **{"as": "grace", "content": "to the club", "to": [CLUB], "fields": {"cc": [CLUB], "audience": CLUB}})
    assert received("two", "Announce", actor=CLUB)["object"]["type"] == "Create"


def check_moving_and_leaving():
    call("one", "follow", **{"as": "grace", "target": OLD})
    wait_for("oldfrank is followed", lambda: person("two", "oldfrank")["followers"])
    frank("alias", aliases=[OLD])
    assert get(FRANK)["alsoKnownAs"] in (OLD, [OLD])
    call("two", "move", **{"as": "oldfrank", "target": FRANK})
    received("one", "Move", target=FRANK)
    assert get(OLD)["movedTo"] == FRANK
    call("two", "deleteActor", **{"as": "oldfrank", "gone": False})
    received("one", "Delete", object=OLD)
    call("two", "deleteActor", **{"as": "oldfrank"})
    get(OLD, 410)


def schemes_to(host):
    """Which signature schemes the captured POSTs to a host used, with the answers, oldest first."""
    found = []
    for file in sorted((pathlib.Path(os.environ["KITH_CAPTURES"]) / host).glob("*-POST-*inbox.json")):
        exchange = json.loads(file.read_text())
        names = {name.lower() for name, _ in exchange["request"]["headers"]}
        found.append(("rfc9421" if "signature-input" in names else "cavage", exchange["response"]["status"]))
    return found


def check_signatures():
    call("two", "config", authFetch=True, challenge=True)
    call("one", "config", authFetch=True, firstKnock="draft-cavage-http-signatures-12")
    get(GRACE, 401)
    get("https://fedify2.test/users/robot")
    befriend()
    assert schemes_to("fedify2.test")[-1] == ("cavage", 202)
    call("one", "config", firstKnock="rfc9421")
    frank("post", content="with the new scheme")
    received("two", "Create")
    assert schemes_to("fedify2.test")[-1] == ("rfc9421", 202)
    call("one", "config", firstKnock="rfc9421")
    frank("follow", target=PENNY)
    wait_for("a peer that knows the old scheme only is reached", lambda: person("one", "frank")["following"].get(PENNY) == "accepted")
    print("   towards pubby:", schemes_to("pubby.test")[-2:])


def check_pubby():
    call("pubby", "follow", target="@frank@fedify.test")
    frank("follow", target="@penny@pubby.test")
    wait_for("both are followed", lambda: read("pubby", "state")["following"].get(FRANK) == "accepted" and person("one", "frank")["following"].get(PENNY) == "accepted")
    post = frank("post", content="hello")["activity"]["object"]["id"]
    received("pubby", "Create")
    note = call("pubby", "publish", content="hi")["object"]["id"]
    received("one", "Create", actor=PENNY)
    call("pubby", "publish", id=note, content="hi there", activity_type="Update")
    received("one", "Update", actor=PENNY)
    assert get(note)["content"] == "hi there"
    call("pubby", "like", object=post, to=[FRANK])
    received("one", "Like", actor=PENNY)
    call("pubby", "boost", object=post, to=[PUBLIC, FRANK])
    received("one", "Announce", actor=PENNY)
    call("pubby", "publish", id=note, activity_type="Delete")
    received("one", "Delete", actor=PENNY)
    call("pubby", "send", inbox="https://fedify.test/inbox", activity={"type": "Flag", "object": FRANK})
    received("one", "Flag", actor=PENNY)
    call("pubby", "unfollow", target=FRANK)
    wait_for("penny is gone", lambda: not person("one", "frank")["followers"])
    call("pubby", "config", manuallyApproves=True)
    grace("follow", target=PENNY)
    wait_for("grace waits", lambda: GRACE in read("pubby", "state")["pending"])
    call("pubby", "accept", follower=GRACE)
    wait_for("grace is accepted", lambda: person("two", "grace")["following"][PENNY] == "accepted")


def main():
    failed = 0
    for name, check in [(name, check) for name, check in globals().items() if name.startswith("check_")]:
        reset()
        began = time.monotonic()
        try:
            check()
            print(f"ok   {name[6:]} ({time.monotonic() - began:.1f} s)")
        except Exception as error:
            failed += 1
            print(f"FAIL {name[6:]}: {type(error).__name__}: {error}")
            print("     failures:", read("one", "failures"), read("two", "failures"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
