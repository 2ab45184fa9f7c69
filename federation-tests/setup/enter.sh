#!/usr/bin/env bash
# Runs a command in the network of a running `make peers`: enter.sh [COMMAND...] (a shell by default).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

pid=$(running_peers) || complain "start \`make peers\` first"
namespaces=(--mount --net --ipc --pid)
[ "$(id -u)" = 0 ] || namespaces+=(--user --preserve-credentials)
run=$(tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n '/^--inside$/{n;p}')
[ $# -gt 0 ] || set -- "${SHELL:-/bin/bash}"
# shellcheck disable=SC2016
exec nsenter --target "$pid" "${namespaces[@]}" --wdns="$PWD" bash -c \
  'set -e; . "$0/environment"; export CURL_CA_BUNDLE=$KITH_TEST_CA TMPDIR=$0/tmp; exec "$@"' "$run" "$@"
