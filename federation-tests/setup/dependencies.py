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
    "0BSD", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-1-Clause",
    "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0",
    "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib",
}

# Crates that must not come in, even through others.
BANNED = {
    "openssl": "TLS is rustls", "openssl-sys": "TLS is rustls", "native-tls": "TLS is rustls",
    "chrono-humanize": "texts are translated", "lazy_static": "std::sync::LazyLock",
    "atty": "unmaintained", "serde_yaml": "unmaintained", "time": "times are chrono's; two libraries confuse",
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
    if package["name"] in BANNED:
        yield f"{name} is banned: {BANNED[package['name']]}"
    if package["source"] not in (None, CRATES_IO):
        yield f"{name} comes from {package['source']}, not from crates.io"
    if not package["license"]:
        yield f"{name} states no licence"
    elif not allowed(package["license"]):
        yield f"{name} has the licence {package['license']}, which is not on the list"


def used_packages(metadata):
    """The packages that are built on our platforms; the lock file also holds those for others."""
    by_id = {package["id"]: package for package in metadata["packages"]}
    return [by_id[node["id"]] for node in metadata["resolve"]["nodes"]]


def unused(manifest):
    sources = "\n".join(
        file.read_text() for folder in ("src", "federation-tests") for file in (PROJECT / folder).rglob("*.rs")
    )
    for section in ("dependencies", "dev-dependencies"):
        for name in manifest.get(section, {}):
            if name not in SILENT and not re.search(rf"\b{name.replace('-', '_')}\b", sources):
                yield f"{name} stands in [{section}] and no source file names it"


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]
    metadata = json.loads(subprocess.run(command, cwd=PROJECT, check=True, capture_output=True).stdout)
    manifest = tomllib.loads((PROJECT / "Cargo.toml").read_text())
    packages = used_packages(metadata)
    problems = [problem for package in packages for problem in package_problems(package)] + list(unused(manifest))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(packages)} packages checked, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
