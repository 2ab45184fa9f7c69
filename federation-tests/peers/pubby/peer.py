"""The pubby peer: one person, @penny, on the PyPI library pubby, an independent ActivityPub stack that signs and
verifies draft-cavage signatures. Actor: https://pubby.test/ap/actor.

Environment: HOST, PORT, DATA (a folder for keys and the database). Control, JSON without any token:

POST /_peer/follow {target}            target: an actor's address or a handle like @ada@alpha.test
POST /_peer/unfollow {target}
POST /_peer/publish {content, type, name, id, activity_type, to, cc, tag, in_reply_to}
                                       activity_type: Create, Update or Delete; public to the followers unless to and cc say otherwise
POST /_peer/like {object, to}          POST /_peer/boost {object, to}
POST /_peer/send {inbox, activity}     any activity; id, actor and @context are filled in
POST /_peer/config {manuallyApproves}  POST /_peer/accept {follower, reject}
POST /_peer/reset                      as on the first day, but with the same key
GET  /_peer/state                      followers, pending, following {actor: pending|accepted|rejected}, inbox (every POST: status, headers, body)
GET  /_peer/received                   the activities that passed its verification
"""

import os
import pathlib
import uuid
from datetime import datetime, timezone

import requests
from flask import Flask, jsonify, request
from pubby import ActivityPubHandler, ActorConfig, FollowPolicy, Object, accept_follow_request, reject_follow_request
from pubby.client import resolve_actor_inbox
from pubby.crypto import export_private_key_pem, generate_rsa_keypair
from pubby.server.adapters.flask import bind_activitypub
from pubby.storage.adapters.db import init_db_storage

HOST = os.environ.get("HOST", "pubby.test")
PORT = int(os.environ.get("PORT", "4039"))
DATA = pathlib.Path(os.environ.get("DATA", "."))
BASE = f"https://{HOST}"
ACTOR = f"{BASE}/ap/actor"
KEY = DATA / f"key-{HOST}.pem"
CONTEXT = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{CONTEXT}#Public"

if not KEY.exists():
    KEY.write_text(export_private_key_pem(generate_rsa_keypair()[0]))

app = Flask(__name__)
storage = init_db_storage(f"sqlite:///{DATA}/{HOST}.db")
state = {}


def reset_state():
    state.update(following={}, published={}, inbox=[], received=[], manuallyApproves=False)


reset_state()


def on_follow_response(target, accepted):
    state["following"][target] = "accepted" if accepted else "rejected"


handler = ActivityPubHandler(
    storage=storage,
    actor_config=ActorConfig(base_url=BASE, username="penny", name="Penny", summary="A person on a pubby peer"),
    private_key_path=KEY,
    allow_private_targets=True,
    async_delivery=False,
    max_retries=1,
    follow_policy=lambda *_: FollowPolicy.MANUAL if state["manuallyApproves"] else FollowPolicy.ACCEPT,
    on_follow_response=on_follow_response,
)
bind_activitypub(app, handler)


@app.after_request
def log_inbox(response):
    if request.method == "POST" and request.path.endswith("/inbox"):
        body = request.get_json(force=True, silent=True)
        state["inbox"].append({"status": response.status_code, "headers": dict(request.headers), "body": body})
        if response.status_code < 300:
            state["received"].append(body)
    return response


@app.errorhandler(Exception)
def explain(error):
    return jsonify(error=f"{type(error).__name__}: {error}"), getattr(error, "code", 500)


def activity(type_, **fields):
    return {"@context": CONTEXT, "id": f"{BASE}/activities/{uuid.uuid4()}", "type": type_, "actor": ACTOR, **fields}


def actor_uri(target):
    """An actor's address as it is; a handle by WebFinger."""
    if target.startswith("https://"):
        return target
    handle = target.removeprefix("@")
    url = f"https://{handle.split('@')[1]}/.well-known/webfinger"
    found = requests.get(url, params={"resource": f"acct:{handle}"}, timeout=15)
    found.raise_for_status()
    return next(link["href"] for link in found.json()["links"] if link["rel"] == "self")


def inbox_of(actor):
    inbox = resolve_actor_inbox(
        actor, storage, private_key=KEY.read_text(), key_id=f"{ACTOR}#main-key", allow_private_targets=True
    )
    if not inbox:
        raise LookupError(f"no inbox found for {actor}")
    return inbox


def deliver(inbox, what):
    return jsonify(activity=what, inbox=inbox, status=handler.outbox._deliver_status(inbox, what))


@app.post("/_peer/follow")
def follow():
    target = actor_uri(request.get_json()["target"])
    state["following"][target] = "pending"
    return deliver(inbox_of(target), activity("Follow", object=target))


@app.post("/_peer/unfollow")
def unfollow():
    target = actor_uri(request.get_json()["target"])
    state["following"].pop(target, None)
    return deliver(inbox_of(target), activity("Undo", object=activity("Follow", object=target)))


@app.post("/_peer/publish")
def publish():
    wish = request.get_json()
    uri = wish.get("id") or f"{BASE}/objects/{uuid.uuid4()}"
    thing = Object(
        id=uri, type=wish.get("type", "Note"), name=wish.get("name"), content=wish.get("content", ""), url=uri,
        attributed_to=ACTOR, in_reply_to=wish.get("in_reply_to"), published=datetime.now(timezone.utc),
        to=wish.get("to", [PUBLIC]), cc=wish.get("cc", [handler.followers_url]), tag=wish.get("tag", []),
    )
    verb = wish.get("activity_type", "Create")
    if verb == "Delete":
        state["published"].pop(uri, None)
    else:
        state["published"][uri] = {"@context": CONTEXT, **thing.to_dict()}
    return jsonify(handler.publish_object(thing, activity_type=verb))


@app.post("/_peer/like")
def like():
    return on_object("Like")


@app.post("/_peer/boost")
def boost():
    return on_object("Announce")


def on_object(verb):
    wish = request.get_json()
    return jsonify(handler.publish_activity(activity(verb, object=wish["object"], to=wish.get("to", [PUBLIC]), cc=[handler.followers_url])))


@app.post("/_peer/send")
def send():
    wish = request.get_json()
    return deliver(wish["inbox"], {**activity("Create"), **wish["activity"]})


@app.post("/_peer/accept")
def accept():
    wish = request.get_json()
    pending = storage.get_follow_request(wish["follower"], ACTOR)
    settle = reject_follow_request if wish.get("reject") else accept_follow_request
    return jsonify(
        settle(storage, pending, actor_id=ACTOR, key_id=handler.key_id, private_key=handler._private_key)
    )


@app.post("/_peer/config")
def config():
    state["manuallyApproves"] = bool(request.get_json()["manuallyApproves"])
    return jsonify(ok=True)


@app.post("/_peer/reset")
def reset():
    tables = (
        storage.follower_model, storage.interaction_model, storage.activity_model,
        storage.actor_cache_model, storage.follow_request_model,
    )
    with storage.session_factory() as session:
        for table in tables:
            session.query(table).delete()
        session.commit()
    reset_state()
    return jsonify(ok=True)


@app.get("/_peer/state")
def show_state():
    pending = [request.actor_id for request in storage.get_follow_requests()]
    return jsonify(followers=[follower.actor_id for follower in storage.get_followers()], pending=pending, **state)


@app.get("/_peer/received")
def received():
    return jsonify(state["received"])


@app.get("/objects/<name>")
def show_object(name):
    found = state["published"].get(f"{BASE}/objects/{name}")
    if not found:
        return jsonify(error="not found"), 404
    response = jsonify(found)
    response.content_type = "application/activity+json"
    return response


app.run("127.0.0.1", PORT, threaded=True)
