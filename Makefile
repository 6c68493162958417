# Everything a person does in a checkout. The work is in tools/environment.py and in the tools that it installs.

SHELL := /bin/sh
BIN := .venv/bin

# The one that .venv was made from, or the first Python >= 3.11 of the machine;
# `make build PYTHON=/some/where/python3.13` chooses another.
PYTHON = $(shell for python in $(BIN)/python python3 python3.11 python3.12 python3.13 python3.14 python3.15; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
environment = $(or $(PYTHON),$(error Yanxin needs Python 3.11 or newer; on Debian and Ubuntu run \
	`sudo apt-get install python3 python3-venv`)) tools/environment.py
npm = $(BIN)/python tools/environment.py npm

.DEFAULT_GOAL := help
.PHONY: help build start check test test-faults bench lock clean
.NOTPARALLEL:

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

build: ## set up .venv, Node and the web client; nothing to do the second time
	@$(environment) build

start: build ## start the server (DEMO=1: with a company of 200 people to try it on)
	@exec $(BIN)/yanxin serve $(if $(DEMO),--demo)

check: build ## format, types, layers, house rules: about a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/house_rules.py
	$(BIN)/python tools/schema.py --check
	$(BIN)/pytest -q server/tests/architecture
	$(npm) run check

test: build ## every test but the faults; installs or names what the machine lacks
	@$(environment) need chromium openssl postgresql strace
	$(BIN)/pytest server/tests --ignore=server/tests/faults
	$(npm) test

test-faults: build ## kill -9 under load, slow readers, commits on disk: some minutes
	@$(environment) need postgresql strace
	$(BIN)/pytest server/tests/faults

bench: build ## measure every scenario, beside the floor of raw sockets
	$(BIN)/yanxin bench all

lock: build ## write the lock files anew (UPGRADE=1: to the newest releases)
	@$(environment) lock $(if $(UPGRADE),--upgrade)

clean: ## remove what build made; never anybody's data
	rm -rf .venv web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
