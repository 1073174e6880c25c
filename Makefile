# The only commands one needs to know: `make start` to use Maillage, `make check` to change it.

# The first of these that runs and is recent enough; a name alone may be an empty shim.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin

.PHONY: help start check bench chaos screenshots lock wheels stop environment
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

start: environment ## install what is missing and serve the site on http://127.0.0.1:8000 (PORT=… to change)
	@exec $(BIN)/maillage start

check: environment ## the only gate: format, types, imports, translations, every test
	@exec $(BIN)/python ops/check.py

bench: environment ## measure, and write docs/benchmarks.md
	@exec $(BIN)/python ops/bench/run.py

chaos: environment ## kill the site 50 times while families book; nothing promised may be lost
	@exec $(BIN)/python ops/chaos.py

screenshots: environment ## the pictures of README.md, taken from the demonstration
	@exec $(BIN)/python ops/screenshots.py

lock: environment ## write requirements.lock from the packages' own lists (UPGRADE=1: the newest)
	@$(BIN)/python ops/lock.py $(if $(UPGRADE),--upgrade)

wheels: environment ## build the three packages into dist/
	@$(BIN)/python ops/wheels.py dist

stop: environment ## end the embedded PostgreSQL servers of this checkout, whoever uses them
	@$(BIN)/maillage stop

environment:
	@$(if $(PYTHON),,printf 'maillage: il faut Python 3.11 ou plus récent (Python 3.11 or newer is needed).\n' >&2; exit 2)
	@PYTHONPATH=web $(PYTHON) ops/environment.py
