#!/usr/bin/env bash
# `make peers`: the foreign peers, for trying things by hand, until Ctrl-C.
# They live in a network of their own; enter.sh runs a command (curl, a Kith on port 4011) in there with them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

if [ "${1:-}" = --announce ]; then
  cat <<TEXT

The peers are up. Each has a control address, plain HTTP (federation-tests/README.md lists what they do):
  Fedify peer   $KITH_FEDIFY/_peer/state    @frank@fedify.test, @grace, @oldfrank, @club (Group), @robot
  its twin      $KITH_FEDIFY2/_peer/state    the same people at fedify2.test
  pubby peer    $KITH_PUBBY/_peer/state    @penny@pubby.test
https://alpha.test and https://beta.test lead to ports 4011 and 4012. From another terminal:
  federation-tests/setup/enter.sh curl -s $KITH_FEDIFY/_peer/state
  federation-tests/setup/enter.sh target/debug/kith serve --config alpha.toml
Press Ctrl-C to stop.
TEXT
  exec sleep infinity
fi

"$setup/install.sh"
! pid=$(running_peers) || complain "they are already running (process $pid)"
export KITH_NAMESPACE_PID_FILE=$peers_pid_file
exec "$setup/in-namespace.sh" "$setup/with-peers.sh" "$setup/peers.sh" --announce
