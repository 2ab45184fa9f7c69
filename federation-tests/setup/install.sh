#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, and nothing else; a second run only looks.
# From Debian (as root): PostgreSQL, Chromium and small tools. From the npm registry: Node, the packages of the Fedify
# peer and of a client. From PyPI: those of the pubby peer and of the other clients. From crates.io: nextest. The last
# three go into .peers/ of the project.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

debian_packages() {
  local missing=()
  command -v ip >/dev/null || missing+=(iproute2)
  command -v curl >/dev/null || missing+=(curl)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v npm >/dev/null || missing+=(npm)
  command -v unshare >/dev/null || missing+=(util-linux)
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3 python3-venv)
  [ -n "$(postgres_bin)" ] || missing+=(postgresql)
  [ -n "$(chromium)" ] || missing+=(chromium-headless-shell fonts-dejavu-core)
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
    complain "please install these Debian packages first (or run this as root): ${missing[*]}"
  echo "Installing from Debian: ${missing[*]}"
  apt_install "${missing[@]}"
}

# Debian's PostgreSQL would create and start a cluster of its own; this machine did not ask for one.
apt_install() {
  local no_cluster=/etc/postgresql-common/createcluster.d/kith-tests.conf
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  if [[ " $* " == *" postgresql "* ]]; then
    apt-get install -qq -y --no-install-recommends postgresql-common >/dev/null
    mkdir -p "$(dirname "$no_cluster")"
    echo 'create_main_cluster = false' >"$no_cluster"
  fi
  local status=0
  apt-get install -qq -y --no-install-recommends "$@" >/dev/null || status=$?
  rm -f "$no_cluster"
  return "$status"
}

# Fills DIR by running a command in a sibling folder and renaming it, so that an interrupted run leaves no half.
once() {
  local dir=$1
  shift
  [ -d "$dir" ] && return 0
  echo "Installing $(basename "$dir")"
  mkdir -p "$cache"
  rm -rf "$dir.part"
  mkdir "$dir.part"
  "$@" "$dir.part"
  mv "$dir.part" "$dir"
}

node_itself() {
  npm install --loglevel=error --no-audit --no-fund --no-save --prefix "$1" "$node_package@$node_version" </dev/null >&2
}

# node_packages FROM TO: what the lock file in FROM names.
node_packages() {
  cp "$1"/package.json "$1"/package-lock.json "$2"
  (cd "$2" && npm ci --loglevel=error --no-audit --no-fund </dev/null >&2)
}

# python_packages FROM TO. The venv is made at its final place: its scripts hold absolute paths. The mark of completeness
# comes last.
python_packages() {
  [ -e "$2/complete" ] && return 0
  echo "Installing $(basename "$2")"
  rm -rf "$2"
  python3 -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check \
    --constraint "$1/constraints.txt" --requirement "$1/requirements.txt"
  touch "$2/complete"
}

nextest() {
  command -v cargo-nextest >/dev/null && return 0
  once "$nextest_dir" nextest_itself
}
nextest_itself() { cargo install --locked --quiet cargo-nextest --version "$nextest_version" --root "$1"; }

command -v cargo >/dev/null || complain "cargo is missing; Kith needs Rust 1.95 or newer (rustup.rs)"
debian_packages
once "$node_dir" node_itself
once "$fedify_dir" node_packages "$peers/fedify"
once "$clients_node_dir" node_packages "$clients"
python_packages "$peers/pubby" "$python_dir"
python_packages "$clients" "$clients_python_dir"
nextest
