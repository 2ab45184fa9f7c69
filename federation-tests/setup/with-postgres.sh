#!/usr/bin/env bash
# Runs a command beside a PostgreSQL cluster of its own: with-postgres.sh [--durable] COMMAND...
# KITH_TEST_POSTGRES is the address of a superuser's database, in which tests create their databases and schemas.
# KITH_TEST_POSTGRES_CA is the file of the authority that its certificate for 127.0.0.1 comes from; it speaks TLS to those
# who ask for it. Without openssl on this machine it does not, and the variable is not set.
# The cluster listens on a free loopback port, belongs to an unprivileged user and is removed afterwards.
# It does not sync to disk (it lives in memory where there is room); --durable keeps PostgreSQL's own settings.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

speed=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
if [ "${1:-}" = --durable ]; then
  speed=()
  shift
fi
bin=$(postgres_bin)
[ -n "$bin" ] || complain "no PostgreSQL server here; run $setup/install.sh"

roomy() { [ "$(df --output=avail -k "$1" 2>/dev/null | tail -1)" -gt 1048576 ] 2>/dev/null; }
place=${KITH_RUN:-${TMPDIR:-/tmp}}
[ -n "${KITH_RUN:-}" ] || [ ${#speed[@]} = 0 ] || ! roomy /dev/shm || place=/dev/shm
dir=$(mktemp -d "$place/kith-postgres.XXXXXX")

# PostgreSQL refuses to run as root. Root becomes nobody; the mapped root of a user namespace, which has no other
# users to become, gets a nested one in which it carries nobody's number.
nobody=65534
unprivileged=()
if [ "$(id -u)" = 0 ]; then
  if setpriv --reuid=$nobody --regid=$nobody --clear-groups true 2>/dev/null; then
    unprivileged=(setpriv --reuid="$nobody" --regid="$nobody" --clear-groups)
    chown $nobody:$nobody "$dir"
  else
    unprivileged=(unshare --user --map-user="$nobody" --map-group="$nobody")
  fi
fi

# An authority that lives as long as the cluster, and a certificate for the address, and no name, of the server.
secure=()
if command -v openssl >/dev/null; then
  curve=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2)
  openssl req -x509 "${curve[@]}" -subj "/CN=Kith test authority" -keyout "$dir/ca.key" -out "$dir/ca.pem" \
    >"$dir/openssl.log" 2>&1 &&
    openssl req "${curve[@]}" -subj "/CN=Kith test server" -keyout "$dir/server.key" -out "$dir/server.csr" \
      >>"$dir/openssl.log" 2>&1 &&
    openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
      -extfile <(echo "subjectAltName=IP:127.0.0.1") -out "$dir/server.pem" >>"$dir/openssl.log" 2>&1 ||
    { cat "$dir/openssl.log" >&2 && exit 1; }
  chmod 600 "$dir/server.key" "$dir/ca.key"
  [ "${unprivileged[0]:-}" != setpriv ] || chown $nobody:$nobody "$dir/server.key" "$dir/server.pem"
  chmod a+r "$dir/ca.pem"
  secure=(-c ssl=on -c ssl_cert_file="$dir/server.pem" -c ssl_key_file="$dir/server.key")
  export KITH_TEST_POSTGRES_CA=$dir/ca.pem
fi

server=
cleanup() {
  if [ -n "$server" ]; then
    kill -QUIT "$server" 2>/dev/null || true # immediate: what it holds is thrown away
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

cd "$dir" # the unprivileged user may not be allowed to stand where we do
"${unprivileged[@]}" "$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 \
  --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2 && exit 1; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"${unprivileged[@]}" "$bin/postgres" -D "$dir/data" -c listen_addresses=127.0.0.1 -c port="$port" \
  -c unix_socket_directories="$dir" -c max_connections=300 -c shared_buffers=128MB -c timezone=UTC \
  "${speed[@]}" "${secure[@]}" >"$dir/server.log" 2>&1 </dev/null &
server=$!
for _ in $(seq 150); do
  "$bin/pg_isready" --quiet --host=127.0.0.1 --port="$port" --username=postgres && break
  kill -0 "$server" 2>/dev/null || { cat "$dir/server.log" >&2 && exit 1; }
  sleep 0.2
done
cd "$OLDPWD"

export KITH_TEST_POSTGRES=postgres://postgres@127.0.0.1:$port/postgres
export PATH=$PATH:$bin # pg_dump and psql, for tests that compare
status=0
"$@" || status=$?
exit "$status"
