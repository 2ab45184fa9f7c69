#!/usr/bin/env python3
"""How fast and how lean streams are with many listeners: crowd.py KITH [--listeners N] [--posts N]

Starts the program KITH on SQLite in a folder of its own, opens N streams of server-sent events (the stream `user`, of people
who follow one author), lets the author post, and measures the time from sending the post until the last listener has it,
and the memory of the server for each connection. Listeners and server share this machine, so the time holds both.
Ends with 1 where a ceiling is passed. Needs Python alone; `make bench` runs it.
"""

import argparse
import asyncio
import json
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import time

# What a person may have open at once (docs/api.md).
OF_ONE_PERSON = 16
LAST_MS = 200
KIB_EACH = 20
PASSWORD = "correct horse battery"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A Kith of its own, until the end of the `with`."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(prefix="kith-crowd.")
        self.program = str(pathlib.Path(program).resolve())
        self.port, admin = free_port(), free_port()
        self.host = f"kith.localhost:{self.port}"
        home = pathlib.Path(self.folder.name)
        (home / "media").mkdir()
        (home / "kith.toml").write_text(
            f'[instance]\ndomain = "{self.host}"\nscheme = "http"\n[server]\nlisten = "127.0.0.1:{self.port}"\n'
            f'admin_listen = "127.0.0.1:{admin}"\n[database]\nurl = "sqlite:kith.db"\n'
        )

    def __enter__(self):
        log = open(pathlib.Path(self.folder.name) / "kith.log", "w")
        self.process = subprocess.Popen([self.program, "serve"], cwd=self.folder.name, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server does not answer: " + (pathlib.Path(self.folder.name) / "kith.log").read_text())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()

    def cli(self, *words):
        done = subprocess.run([self.program, *words], cwd=self.folder.name, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"kith {' '.join(words)}: {done.stderr}")
        return done.stdout.strip()

    def person(self, name):
        self.cli("user", "create", name, "--email", f"{name}@example.org", "--password", PASSWORD)
        return self.cli("user", "token", name)

    def kib(self):
        """Anonymous memory of the process."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon:")))


class Net:
    """Requests as text over sockets: a thousand of them must cost the client little."""

    def __init__(self, server):
        self.server = server

    def head(self, method, path, token, more=""):
        return f"{method} {path} HTTP/1.1\r\nHost: {self.server.host}\r\nAuthorization: Bearer {token}\r\n{more}\r\n".encode()

    async def ask(self, method, path, token, body=None):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        data = json.dumps(body).encode() if body is not None else b""
        more = f"Connection: close\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        writer.write(self.head(method, path, token, more) + data)
        answer = await reader.read()
        writer.close()
        head, _, text = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path}: {answer[:500]!r}")
        return json.loads(text)

    async def listen(self, token, heard):
        """Opens a stream and tells `heard` of each update, until the connection ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(self.head("GET", "/api/v1/streaming/user", token))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"a stream was refused: {head!r}")
        return asyncio.create_task(self.follow(reader, writer, heard))

    @staticmethod
    async def follow(reader, _writer, heard):
        while line := await reader.readline():
            if line.startswith(b"event: update"):
                heard()


class Count:
    """Waits until so many have called."""

    def __init__(self):
        self.left, self.done = 0, asyncio.Event()

    def begin(self, number):
        self.left = number
        self.done.clear()

    def __call__(self):
        self.left -= 1
        if self.left == 0:
            self.done.set()


async def measure(server, listeners, posts):
    net, count = Net(server), Count()
    author = server.person("author")
    me = (await net.ask("GET", "/api/v1/accounts/verify_credentials", author))["id"]
    tokens = [server.person(f"reader{number}") for number in range(-(-listeners // OF_ONE_PERSON))]
    for token in tokens:
        await net.ask("POST", f"/api/v1/accounts/{me}/follow", token, {})
    before = server.kib()
    tasks = [await net.listen(tokens[number // OF_ONE_PERSON], count) for number in range(listeners)]
    await asyncio.sleep(1)
    held = server.kib() - before
    times = []
    for number in range(posts):
        count.begin(listeners)
        began = time.perf_counter()
        await net.ask("POST", "/api/v1/statuses", author, {"status": f"number {number}"})
        await asyncio.wait_for(count.done.wait(), 20)
        times.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(0.2)
    busy = server.kib() - before
    for task in tasks:
        task.cancel()
    return sorted(times), held / listeners, busy / listeners


def main():
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("kith")
    reader.add_argument("--listeners", type=int, default=1000)
    reader.add_argument("--posts", type=int, default=20)
    asked = reader.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Server(asked.kith) as server:
        times, idle, busy = asyncio.run(measure(server, asked.listeners, asked.posts))
    middle, last = times[len(times) // 2], times[-1]
    print(f"streams: {asked.listeners} listeners, {asked.posts} posts")
    print(f"  post to last listener  {middle:.0f} ms in the middle, {last:.0f} ms at most (ceiling {LAST_MS} ms, in the middle)")
    print(f"  memory a connection    {idle:.1f} KiB at rest, {busy:.1f} KiB after the posts (ceiling {KIB_EACH} KiB)")
    sys.exit(middle > LAST_MS or busy > KIB_EACH)


if __name__ == "__main__":
    main()
