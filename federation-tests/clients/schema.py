"""Whether the API answers as its own description says, by Schemathesis: schema.py BASE HOST TOKEN OTHER_TOKEN FOLDER

BASE is the address of a plain listener, HOST the name it answers to; the tokens belong to two new accounts. FOLDER is an
empty folder. What is asked follows from a fixed seed. Twice over: once as a person, once as a stranger. Nothing is asked of
streams, which do not end. Prints `ok` for each of the two.
"""

import json
import os
import pathlib
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import requests

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SOAK = bool(os.environ.get("KITH_SOAK"))
# Tries for each operation: as a person, as a stranger (whom most operations turn away, whatever is asked). All of them take about
# a minute. `make soak` tries more, and the cases at the edge of each parameter too.
TRIES = (50, 10) if SOAK else (5, 2)
PHASES = "examples,coverage,fuzzing" if SOAK else "examples,fuzzing"
LIMIT_S = 3600 if SOAK else 280
ENDLESS = "^/api/v1/streaming(?!/health)"


class Client:
    def __init__(self, base, host, token):
        self.base, self.session = base, requests.Session()
        self.session.headers["Host"] = host
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path):
        return self.session.get(self.base + path)

    def post(self, path, **fields):
        answer = self.session.post(self.base + path, json=fields)
        assert answer.ok, f"{path}: {answer.text}"
        return answer.json()


def furnish(one, other):
    """Makes a thing of every kind, so that some ids lead somewhere. Answers the ids."""
    me, them = (client.get("/api/v1/accounts/verify_credentials").json()["id"] for client in (one, other))
    one.post(f"/api/v1/accounts/{them}/follow")
    other.post(f"/api/v1/accounts/{me}/follow")
    posts = [one.post("/api/v1/statuses", status=f"number {number} #counted")["id"] for number in range(3)]
    posts.append(other.post("/api/v1/statuses", status="@one hello")["id"])
    poll = other.post("/api/v1/statuses", status="Which?", poll={"options": ["tea", "coffee"], "expires_in": 3600})["id"]
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).isoformat()
    later = one.post("/api/v1/statuses", status="later", scheduled_at=tomorrow)["id"]
    circle = one.post("/api/v1/lists", title="Friends")["id"]
    rule = one.post("/api/v2/filters", title="Roots", context=["home"], keywords_attributes=[{"keyword": "turnip"}])
    told = [told["id"] for told in one.get("/api/v1/notifications").json()]
    return [me, them, *posts, poll, later, circle, rule["id"], rule["keywords"][0]["id"], *told]


def settings(folder, host, token, ids):
    """Schemathesis's settings: half of the ids in addresses lead somewhere."""
    lines = [
        "[headers]", f"Host = {json.dumps(host)}",
        *([f"Authorization = {json.dumps('Bearer ' + token)}"] if token else []),
        "[dictionaries.known]", f"values = {json.dumps(ids)}",
        "[parameters]", '"path.id" = { dictionary = "known", probability = 0.5 }',
    ]
    path = pathlib.Path(folder) / "schemathesis.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def play(folder, base, host, token, ids):
    """One run. Its end has to be good."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings(folder, host, token, ids)), "run",
        str(pathlib.Path(folder) / "openapi.json"), "--url", base, "--checks", CHECKS, "--exclude-path-regex", ENDLESS,
        "--phases", PHASES, "--max-examples", str(TRIES[0 if token else 1]), "--seed", "1", "--workers", "2",
        "--request-timeout", "20", "--continue-on-failure", "--warnings", "off", "--no-color",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]
    print(f"ok {'as a person' if token else 'as a stranger'}: {done.stdout.strip().splitlines()[-1].strip('= ')}", flush=True)


def main(base, host, token, other_token, folder):
    one, other = Client(base, host, token), Client(base, host, other_token)
    found = one.get("/api/openapi.json")
    assert found.ok, found.text
    (pathlib.Path(folder) / "openapi.json").write_text(found.text)
    ids = furnish(one, other)
    play(folder, base, host, None, ids)
    play(folder, base, host, token, ids)


if __name__ == "__main__":
    main(*sys.argv[1:])
