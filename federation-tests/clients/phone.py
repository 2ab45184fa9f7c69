"""A push service and the phone behind it: takes messages on 127.0.0.1:4041, which `https://push.test` leads to.

It insists on what RFC 8030, 8188, 8291 and 8292 demand of an application server, opens what it gets with the public
`http_ece`, and checks the signature with the key that the instance names.
"""

import base64
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

SERVICE = "https://push.test"
PORT = 4041


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class PushService:
    """Answers 201 to everything, and keeps it in the order of arrival."""

    def __init__(self):
        self.messages = queue.Queue()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.messages.put((self.path, dict(self.headers.items()), body))
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, timeout=20):
        path, headers, body = self.messages.get(timeout=timeout)
        return path, {name.lower(): value for name, value in headers.items()}, body

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def check_signature(headers, server_key):
    """RFC 8292, in either of its two writings: signed with the key that the instance names, for this service."""
    scheme, _, rest = headers["authorization"].partition(" ")
    if scheme.lower() == "vapid":
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        token, key = parts["t"], parts["k"]
    else:
        assert scheme == "WebPush", scheme
        token = rest
        key = dict(part.strip().split("=", 1) for part in headers["crypto-key"].split(";"))["p256ecdsa"]
    assert unbase64url(key) == unbase64url(server_key), (key, server_key)
    signed, _, signature = token.rpartition(".")
    head, claims = (json.loads(unbase64url(part)) for part in signed.split("."))
    assert head["alg"] == "ES256", head
    assert claims["aud"] == SERVICE, claims
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600, claims
    assert claims["sub"].startswith(("mailto:", "https:")), claims
    raw = unbase64url(signature)
    assert len(raw) == 64, "the signature is r and s"
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(key))
    point.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))


def check_headers(headers, encoding):
    assert headers["content-encoding"] == encoding, headers
    assert int(headers["ttl"]) > 0, headers
    assert headers["urgency"] in ("very-low", "low", "normal", "high"), headers
    assert "authorization" in headers, headers


def open_standard(body, private):
    """What stands in an `aes128gcm` message, by the keys of Mastodon.py's `push_subscription_generate_keys`."""
    key = ec.derive_private_key(private["privkey"], ec.SECP256R1())
    return json.loads(http_ece.decrypt(body, private_key=key, auth_secret=private["auth"], version="aes128gcm"))


def subscribe_standard(client, endpoint, public):
    """Subscribes to `aes128gcm` messages, as a browser would."""
    keys = {"p256dh": base64url(public["pubkey"]), "auth": base64url(public["auth"])}
    asked = {"subscription": {"endpoint": endpoint, "keys": keys, "standard": True}, "data": {"alerts": {"mention": True}, "policy": "all"}}
    token = {"Authorization": f"Bearer {client.access_token}"}
    answer = client.session.post(f"{client.api_base_url}/api/v1/push/subscription", json=asked, headers=token)
    assert answer.ok, answer.text
