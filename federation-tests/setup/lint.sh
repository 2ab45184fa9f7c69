#!/usr/bin/env bash
# `make lint`: format, lints, documentation, and what we depend on. Warnings are errors.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
# shellcheck source=budget.sh
. "$setup/budget.sh"
trap print_budget_unless_nested EXIT
cd "$project"

# The advisory database lives on a host that many build machines cannot reach; where they can, it counts.
advisories() {
  if ! command -v cargo-audit >/dev/null; then
    echo "skipped: cargo-audit is not installed"
  elif ! git ls-remote --exit-code https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
    echo "skipped: the advisory database cannot be reached from here"
  else
    cargo audit --deny warnings
  fi
}

stage "lint: format" cargo fmt --check
stage "lint: licences, bans, sources, unused dependencies" python3 "$setup/dependencies.py"
stage "lint: advisories" advisories
stage "lint: clippy" cargo clippy --locked --all-targets -- -D warnings
RUSTDOCFLAGS='-D warnings' stage "lint: documentation" cargo doc --locked --no-deps
