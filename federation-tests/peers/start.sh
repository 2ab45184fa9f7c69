# shellcheck shell=bash
# Sourced by setup/with-peers.sh: `start_peers` and `stop_peers`. Everything is written below $KITH_RUN.
# Certificates are trusted per process (NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE; Kith's federation.extra_ca_file),
# never by the machine: so a Kith that forgets its setting fails here as it would elsewhere.

peer_processes=()

start_peers() {
  make_certificates
  background proxy node "$peers/capproxy.mjs" "$peers/hosts.json" "$KITH_RUN/tls" "$KITH_RUN/captures"
  # Node resolves packages from the folder of the module, so the peer's code runs beside its packages.
  cp "$peers"/fedify/*.mjs "$fedify_dir/"
  HOST=fedify.test PORT=4031 background fedify node "$fedify_dir/peer.mjs"
  HOST=fedify2.test PORT=4032 background fedify2 node "$fedify_dir/peer.mjs"
  HOST=pubby.test PORT=4039 background pubby "$python_dir/bin/python" "$peers/pubby/peer.py"
  await fedify.test frank
  await fedify2.test frank
  await pubby.test penny
}

stop_peers() {
  [ ${#peer_processes[@]} = 0 ] || kill "${peer_processes[@]}" 2>/dev/null || true
  wait "${peer_processes[@]}" 2>/dev/null || true
}

# An authority and one leaf with every name, private to this run.
make_certificates() {
  local tls=$KITH_RUN/tls names new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
  mkdir -p "$tls"
  names=$(python3 -c 'import json, sys; print(",".join("DNS:" + name for name in json.load(open(sys.argv[1]))))' "$peers/hosts.json")
  {
    openssl req -x509 "${new_key[@]}" -days 30 -subj "/CN=Kith test authority" -keyout "$tls/ca.key" -out "$tls/ca.pem" \
      -addext keyUsage=critical,keyCertSign,cRLSign
    openssl req "${new_key[@]}" -subj "/CN=peers.test" -keyout "$tls/leaf.key" -out "$tls/leaf.csr"
    openssl x509 -req -in "$tls/leaf.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 30 -out "$tls/leaf.pem" \
      -extfile <(printf '%s\n' "subjectAltName=$names" extendedKeyUsage=serverAuth keyUsage=digitalSignature basicConstraints=CA:FALSE)
  } 2>"$KITH_RUN/logs/openssl.log" || { cat "$KITH_RUN/logs/openssl.log" >&2 && return 1; }
}

# background NAME COMMAND...: starts a peer with its log in logs/NAME.log.
background() {
  local name=$1
  shift
  DATA=$KITH_RUN NODE_EXTRA_CA_CERTS=$KITH_RUN/tls/ca.pem REQUESTS_CA_BUNDLE=$KITH_RUN/tls/ca.pem PYTHONUNBUFFERED=1 \
    "$@" >"$KITH_RUN/logs/$name.log" 2>&1 </dev/null &
  peer_processes+=($!)
}

# await HOST USER: until the peer answers WebFinger through the proxy. Fails as soon as any peer has died.
await() {
  local process
  for _ in $(seq 120); do
    curl --silent --fail --cacert "$KITH_RUN/tls/ca.pem" --output /dev/null \
      "https://$1/.well-known/webfinger?resource=acct:$2@$1" && return 0
    for process in "${peer_processes[@]}"; do kill -0 "$process" 2>/dev/null || break 2; done
    sleep 0.5
  done
  echo "$1 did not start; the logs of all peers:" >&2
  tail -n 20 "$KITH_RUN"/logs/*.log >&2
  return 1
}
