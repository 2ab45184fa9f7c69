#!/usr/bin/env bash
# Runs a command beside the foreign peers: in-namespace.sh with-peers.sh COMMAND...
# Only inside the namespace that in-namespace.sh makes. What the command finds in its environment is listed in
# federation-tests/README.md. Logs and captures are copied to target/peers/ at the end.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
[ -n "${KITH_RUN:-}" ] || complain "start me through in-namespace.sh"

# shellcheck source=../peers/start.sh
. "$peers/start.sh"

keep_records() {
  stop_peers
  rm -rf "$target/peers"
  mkdir -p "$target/peers"
  cp -r "$KITH_RUN/logs" "$KITH_RUN/captures" "$target/peers/"
}
trap keep_records EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

start_peers
export KITH_PEERS=1 KITH_TEST_CA=$KITH_RUN/tls/ca.pem KITH_CAPTURES=$KITH_RUN/captures
export KITH_FEDIFY=http://127.0.0.1:4031 KITH_FEDIFY2=http://127.0.0.1:4032 KITH_PUBBY=http://127.0.0.1:4039
export KITH_PYTHON=$clients_python_dir/bin/python KITH_NODE_CLIENTS=$clients_node_dir KITH_CHROMIUM
KITH_CHROMIUM=$(chromium)
export -p | grep ' KITH_' >"$KITH_RUN/environment"
status=0
"$@" || status=$?
exit "$status"
