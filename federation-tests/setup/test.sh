#!/usr/bin/env bash
# `make test`: installs what is missing, builds, and runs every test; test.sh --soak runs the long ones instead.
# Unit and integration tests run on SQLite and on a private PostgreSQL; black-box tests run the binary as its users
# do (optimised), against itself and the foreign peers, in a private network. Ends with where the time went.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
# shellcheck source=budget.sh
. "$setup/budget.sh"
trap print_budget_unless_nested EXIT
cd "$project"

fast=(--lib --test integration)
black_box=(--cargo-profile tests --test federation)
profile=ci
chosen=()
black_box_chosen=()
if [ "${1:-}" = --soak ]; then
  fast=(--cargo-profile ci --lib --test integration)
  profile=soak
  chosen=(--run-ignored only --no-tests=pass)
  # These are longer where KITH_SOAK is set.
  black_box_chosen=(--run-ignored all -E 'test(/^(faults|overload|schema)_tests::/)')
  export KITH_SOAK=1
fi

# All that needs the network happens before; inside the namespace there is none.
build=(cargo nextest run --locked --offline --no-run)
run=(cargo nextest run --locked --offline --profile "$profile")

stage "install tools" "$setup/install.sh"
stage "fetch crates" cargo fetch --locked
stage "build unit and integration tests" "${build[@]}" "${fast[@]}"
stage "build black-box tests" "${build[@]}" "${black_box[@]}"
stage "unit and integration tests" "$setup/in-namespace.sh" "$setup/with-postgres.sh" \
  "${run[@]}" "${chosen[@]}" "${fast[@]}"
stage "black-box tests" "$setup/in-namespace.sh" "$setup/with-postgres.sh" "$setup/with-peers.sh" \
  "${run[@]}" "${black_box_chosen[@]}" "${black_box[@]}"
