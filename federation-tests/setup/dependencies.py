#!/usr/bin/env python3
"""Checks what Kith depends on: licences against an allow-list, banned crates, sources, and dependencies nobody uses.

Reads `cargo metadata` (which needs the crates fetched) and the sources. Prints every problem, exits 1 if there is any.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

PROJECT = pathlib.Path(__file__).resolve().parents[2]

# Licences that may be combined into an AGPL-3.0 binary.
ALLOWED = {
    "0BSD", "AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CDLA-Permissive-2.0", "GPL-3.0",
    "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "MIT", "MIT-0", "MPL-2.0", "Unicode-3.0", "Unlicense", "Zlib",
}

# Crates that must not come in, even through others.
BANNED = {
    "openssl": "TLS is rustls",
    "openssl-sys": "TLS is rustls",
    "native-tls": "TLS is rustls",
    "ring": "cryptography is aws-lc-rs",
}

# Dependencies that no `use` names: they are here for what they switch on in others.
SILENT = {"libsqlite3-sys": "compiles SQLite in"}

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"


def allowed(expression):
    """Whether an SPDX expression (AND, OR, WITH, brackets; the old `MIT/Apache-2.0`) can be satisfied."""
    tokens = re.findall(r"[()]|[^\s()/]+|/", expression)

    def either():
        value = both()
        while tokens and tokens[0] in ("OR", "/"):
            tokens.pop(0)
            value = both() or value
        return value

    def both():
        value = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            value = one() and value
        return value

    def one():
        token = tokens.pop(0)
        if token == "(":
            value = either()
            tokens.pop(0)
            return value
        if tokens and tokens[0] == "WITH":
            tokens.pop(0)
            token = f"{token} WITH {tokens.pop(0)}"
        return token in ALLOWED

    return either()


def package_problems(package):
    name = f"{package['name']} {package['version']}"
    if package["source"] not in (None, CRATES_IO):
        yield f"{name} comes from {package['source']}, not from crates.io"
    if not package["license"]:
        yield f"{name} states no licence"
    elif not allowed(package["license"]):
        yield f"{name} has the licence {package['license']}, which is not on the list"


def run(*command):
    return subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout


def banned():
    """Banned crates that are really built: the lock file also names those of features that nobody switched on."""
    built = {line.split()[0] for line in run("cargo", "tree", "--locked", "--prefix", "none", "--format", "{p}").splitlines() if line}
    for name in sorted(built & BANNED.keys()):
        yield f"{name} is banned: {BANNED[name]} (cargo tree -i {name} says who wants it)"


def unused(manifest):
    sources = "\n".join(
        file.read_text() for folder in ("src", "federation-tests") for file in (PROJECT / folder).rglob("*.rs")
    )
    for section in ("dependencies", "dev-dependencies"):
        for name in manifest.get(section, {}):
            if name not in SILENT and not re.search(rf"\b{name.replace('-', '_')}\b", sources):
                yield f"{name} stands in [{section}] and no source file names it"


def main():
    packages = json.loads(run("cargo", "metadata", "--format-version", "1", "--locked"))["packages"]
    manifest = tomllib.loads((PROJECT / "Cargo.toml").read_text())
    problems = [problem for package in packages for problem in package_problems(package)]
    problems += [*banned(), *unused(manifest)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(packages)} packages checked, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
