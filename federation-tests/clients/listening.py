"""A listener for Mastodon.py's streams that keeps what it hears, so that a test can wait for it."""

import threading

from mastodon.streaming import StreamListener

from common import wait_for


class Listener(StreamListener):
    """Keeps `(event, value)` in the order of arrival."""

    def __init__(self):
        self.heard, self.ended, self._lock = [], False, threading.Lock()

    def _keep(self, event, value):
        with self._lock:
            self.heard.append((event, value))

    def on_update(self, status):
        self._keep("update", status)

    def on_status_update(self, status):
        self._keep("status_update", status)

    def on_delete(self, status_id):
        self._keep("delete", status_id)

    def on_notification(self, notification):
        self._keep("notification", notification)

    def on_conversation(self, conversation):
        self._keep("conversation", conversation)

    def on_abort(self, err):
        self.ended = True

    def _find(self, event, fits):
        with self._lock:
            return [value for kind, value in self.heard if kind == event and fits(value)]

    def next(self, event, fits):
        """The first event of this kind that fits, once it has come."""
        return wait_for(f"{event} in {[kind for kind, _ in self.heard]}", lambda: self._find(event, fits))[0]

    def none(self, event, fits):
        return not self._find(event, fits)
