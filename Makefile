# Every task of the project. The work itself is done by cargo and by the scripts in federation-tests/setup/.
SHELL := /bin/bash
setup := federation-tests/setup
# More arguments for `make run`, `make demo` and `make bench`, as in: make run ARGS='--config my.toml'
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo run test lint bench peers docs soak

help: ## List these tasks
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## Start two complete instances on loopback and play the story
	cargo run --release -- demo $(ARGS)

run: ## Run the instance that kith.toml describes
	cargo run --release -- serve $(ARGS)

test: ## Set up what the tests need, and run them all
	@$(setup)/test.sh

lint: ## Check format, lints, documentation and dependencies
	@$(setup)/lint.sh

bench: ## Run the benchmarks, each against its ceiling
	cargo build --release
	@for name in deliver inbox match pages home streams; do \
	  target/release/kith bench $$name --help >/dev/null 2>&1 || continue; \
	  target/release/kith bench $$name $(ARGS) || exit 1; \
	done

peers: ## Start the foreign peers and keep them until Ctrl-C
	@$(setup)/peers.sh

docs: ## Build the documentation of the code
	cargo doc --no-deps --document-private-items
	@echo "Open target/doc/kith/index.html; the operator manual is docs/."

soak: ## Run the long tests: many kill rounds, long loads (hours)
	@$(setup)/test.sh --soak
