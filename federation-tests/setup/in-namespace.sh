#!/usr/bin/env bash
# Runs a command on a private copy of the machine's surroundings: in-namespace.sh COMMAND...
# The command sees a network that has only loopback, the host names of peers/hosts.json, its own process table and
# its own temporary folder (in memory). When it ends, however it ends, the kernel takes all of that away, with every
# process that was started; nothing outside was touched. Works as root and, where the kernel allows it, as anyone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

outside() {
  local run status=0
  run=$(mktemp -d "${TMPDIR:-/tmp}/kith-tests.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$run' '${KITH_NAMESPACE_PID_FILE:-$run}'" EXIT
  chmod 755 "$run"
  local isolate=(unshare --mount --net --ipc --pid --fork --kill-child --mount-proc)
  [ "$(id -u)" = 0 ] || isolate+=(--user --map-root-user)
  "${isolate[@]}" true 2>/dev/null || complain "this kernel or container does not let us create namespaces:
  run as root with CAP_SYS_ADMIN, or allow unprivileged user namespaces (unshare --user --map-root-user --mount --net true)"

  # In the background, so that a signal is acted upon at once; unshare blocks INT and TERM, KILL ends all within.
  # Should this script itself be killed, the kernel kills unshare.
  setpriv --pdeathsig KILL "${isolate[@]}" -- "$0" --inside "$run" "$@" </dev/null &
  local child=$!
  trap '{ kill -KILL "$child"; wait "$child"; } 2>/dev/null || true; exit 130' INT TERM HUP
  [ -z "${KITH_NAMESPACE_PID_FILE:-}" ] || remember_first_process "$child"
  wait "$child" || status=$?
  exit "$status"
}

# Writes the outer process id of the namespace's first process, for enter.sh.
remember_first_process() {
  local first=
  for _ in $(seq 50); do
    first=$(cat "/proc/$1/task/$1/children" 2>/dev/null) && [ -n "$first" ] && break
    sleep 0.1
  done
  echo "${first%% *}" >"$KITH_NAMESPACE_PID_FILE"
}

inside() {
  export KITH_RUN=$1
  shift
  mount -t tmpfs -o mode=755 kith-tests "$KITH_RUN"
  mkdir "$KITH_RUN"/{logs,captures,tmp}
  chmod 1777 "$KITH_RUN/tmp"
  export TMPDIR=$KITH_RUN/tmp
  ip link set lo up
  { cat /etc/hosts && host_names; } >"$KITH_RUN/hosts"
  chmod 644 "$KITH_RUN/hosts"
  mount --bind "$KITH_RUN/hosts" /etc/hosts
  "$@"
}

host_names() {
  python3 -c 'import json, sys; [print(h["ip"], name) for name, h in json.load(open(sys.argv[1])).items()]' "$peers/hosts.json"
}

if [ "${1:-}" = --inside ]; then
  shift
  inside "$@"
else
  outside "$@"
fi
