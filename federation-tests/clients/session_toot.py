"""A whole session in `toot`, the client for terminals, as its user has it, command by command.

    session_toot.py BASE NAME PASSWORD OTHER_TOKEN FOLDER

`toot login` prints an address and waits for the code; a person opens the address in a browser (`consent.py`) and types the
code in. FOLDER is an empty folder for toot's settings. NAME is a new account; OTHER_TOKEN belongs to another new account of
the same server, who acts through plain requests.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading

import requests
from click.testing import CliRunner
from toot.cli import cli

from common import png, step, wait_for
from consent import Browser


class Terminal:
    """Where toot runs. Logging in is a process of its own, which waits for its user; the rest runs in here, for speed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        os.environ.update(XDG_CONFIG_HOME=folder, XDG_CACHE_HOME=folder, PYTHONUNBUFFERED="1")

    @staticmethod
    def start(*words):
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-m", "toot", *words], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)

    @staticmethod
    def run(*words):
        """What a command prints; it has to succeed."""
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, f"toot {' '.join(words)}: {done.output} {done.exception!r}"
        return done.output

    def json(self, *words):
        return json.loads(self.run(*words, "--json"))


class Other:
    """The other person, without a client."""

    def __init__(self, base, token):
        self.base, self.session = base, requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path):
        return self._read(self.session.get(self.base + path))

    def post(self, path, **fields):
        return self._read(self.session.post(self.base + path, json=fields))

    @staticmethod
    def _read(answer):
        assert answer.ok, f"{answer.url}: {answer.status_code} {answer.text}"
        return answer.json()


@step
def toot_logs_in_with_a_code(terminal, base, name, password):
    login = terminal.start("login", "--instance", base)
    watchdog = threading.Timer(60, login.kill)
    watchdog.start()
    lines = iter(login.stdout.readline, "")
    assert any("Login URL" in line for line in lines), "toot gave no address"
    code = Browser().consent(next(lines).strip(), name, password)["code"]
    printed, _ = login.communicate(f"n\n{code}\n", timeout=60)
    watchdog.cancel()
    assert login.returncode == 0 and "Successfully logged in" in printed, printed
    assert f"{name}@" in terminal.run("auth")
    assert terminal.json("whoami")["username"] == name
    assert terminal.json("instance")["uri"] == base.removeprefix("https://")


@step
def posts_are_written_and_shown(terminal):
    picture = terminal.folder / "picture.png"
    picture.write_bytes(png())
    post = terminal.json("post", "with a picture", "--media", str(picture), "--description", "a red square", "--spoiler-text", "bright", "--sensitive", "--language", "en")
    assert post["media_attachments"][0]["description"] == "a red square" and post["spoiler_text"] == "bright", post
    shown = terminal.run("status", post["id"])
    assert "with a picture" in shown and post["media_attachments"][0]["url"] in shown, shown
    poll = terminal.json("post", "Which?", "--poll-option", "tea", "--poll-option", "coffee", "--poll-expires-in", "1 hour")
    assert [option["title"] for option in poll["poll"]["options"]] == ["tea", "coffee"], poll
    assert "tea" in terminal.run("polls", "show", poll["poll"]["id"])
    later = terminal.json("post", "later", "--scheduled-in", "1 hour")
    assert later["params"]["text"] == "later", later
    quiet = terminal.json("post", "to be deleted", "--visibility", "unlisted")
    assert quiet["visibility"] == "unlisted"
    terminal.run("delete", quiet["id"])
    return post


@step
def two_people_talk(terminal, other, post):
    answer = other.post("/api/v1/statuses", status="@ada a fine picture", in_reply_to_id=post["id"])
    back = terminal.json("post", "@eve thank you", "--reply-to", answer["id"])
    assert back["in_reply_to_id"] == answer["id"]
    thread = terminal.run("thread", post["id"])
    assert "a fine picture" in thread and "thank you" in thread, thread
    for word in ("favourite", "reblog", "bookmark"):
        terminal.run(word, answer["id"])
    terminal.run("pin", post["id"])
    liked = other.get(f"/api/v1/statuses/{answer['id']}")
    assert (liked["favourites_count"], liked["reblogs_count"]) == (1, 1), liked
    assert "a fine picture" in terminal.run("bookmarks") and "a fine picture" in terminal.run("timelines", "favourites")
    assert "ada" in terminal.run("reblogged-by", answer["id"])
    for word in ("unfavourite", "unreblog", "unbookmark"):
        terminal.run(word, answer["id"])
    terminal.run("unpin", post["id"])
    told = terminal.run("notifications", "--mentions")
    assert "eve" in told and "a fine picture" in told, told
    terminal.run("notifications", "--clear")
    assert "a fine picture" not in terminal.run("notifications")


@step
def somebody_is_followed_listed_and_muted(terminal, other):
    terminal.run("follow", "eve")
    assert "eve" in terminal.run("following")
    other.post("/api/v1/statuses", status="for those who follow #fairs")
    wait_for("the home timeline", lambda: "for those who follow" in terminal.run("timelines", "home", "--no-pager"))
    terminal.run("lists", "create", "Friends")
    terminal.run("lists", "add", "Friends", "eve")
    assert "eve" in terminal.run("lists", "accounts", "Friends")
    assert "for those who follow" in terminal.run("timelines", "list", "Friends", "--no-pager")
    terminal.run("lists", "remove", "Friends", "eve")
    terminal.run("lists", "delete", "Friends")
    for word, undone, listed in (("mute", "unmute", "muted"), ("block", "unblock", "blocked")):
        terminal.run(word, "eve")
        assert "eve" in terminal.run(listed)
        # Blocked people are found by their handle only.
        terminal.run(undone, "@eve")
    assert "eve" in terminal.run("whois", "eve")


@step
def things_are_found(terminal):
    assert "eve" in terminal.run("search", "eve")
    assert "for those who follow" in terminal.run("timelines", "tag", "fairs", "--no-pager")
    assert "for those who follow" in terminal.run("timelines", "public", "--local", "--no-pager")
    assert "for those who follow" in terminal.run("timelines", "account", "eve", "--no-pager")
    terminal.run("tags", "follow", "fairs")
    assert "fairs" in terminal.run("tags", "followed")
    terminal.run("tags", "unfollow", "fairs")
    terminal.run("update-account", "--display-name", "Ada L.", "--note", "Likes engines", "--locked")
    changed = terminal.json("whoami")
    assert changed["display_name"] == "Ada L." and changed["locked"], changed
    terminal.run("update-account", "--no-locked")


@step
def toot_forgets_the_account(terminal):
    assert "logged out" in terminal.run("logout", terminal.account)
    assert "not logged in" in terminal.run("auth")


def main(base, name, password, other_token, folder):
    terminal, other = Terminal(folder), Other(base, other_token)
    terminal.account = f"{name}@{base.removeprefix('https://')}"
    toot_logs_in_with_a_code(terminal, base, name, password)
    post = posts_are_written_and_shown(terminal)
    two_people_talk(terminal, other, post)
    somebody_is_followed_listed_and_muted(terminal, other)
    things_are_found(terminal)
    toot_forgets_the_account(terminal)


if __name__ == "__main__":
    main(*sys.argv[1:])
