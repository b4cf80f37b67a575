# `make` alone lists what can be done. Only Python 3.11 or newer and make are needed to begin:
# each target first makes or updates .venv, which takes no time when the lock files have not changed.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
RESET ?=
VENV := .venv/bin/python
# The browser drives two processes and the server a third: more than two of pytest gain nothing on two cores.
JOBS ?= 2

export HOST PORT RESET
test test-long bench: export CHROMIUM = $(shell $(PYTHON) scripts/system.py --browser)
.DEFAULT_GOAL := help
.PHONY: help demo run test test-long check check-style check-types check-layers check-templates format bench
.PHONY: mutants lock tools runtime dev

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: runtime ## a demonstration CPTS, server and worker (HOST=, PORT=, RESET=1 starts afresh)
	@exec $(VENV) scripts/serve.py demo

run: runtime ## the real thing: data in instance/, a code for the first visit (HOST=, PORT=)
	@exec $(VENV) scripts/serve.py production

test: tools ## all tests but the long ones: on SQLite, then those of the database on PostgreSQL
	$(VENV) -m pytest -m "not long and not bench" -n $(JOBS) --dist loadgroup
	$(VENV) scripts/postgres.py $(VENV) -m pytest -m "database and not long and not browser" --database=postgresql -n $(JOBS) --dist loadgroup

test-long: tools ## everything but how pages look on PostgreSQL, then the storms and the summer
	$(VENV) scripts/postgres.py $(VENV) -m pytest -m "not long and not bench and (database or not browser)" --database=postgresql -n $(JOBS) --dist loadgroup
	$(VENV) scripts/postgres.py $(VENV) -m pytest -m "long and not browser"
	$(VENV) -m pytest -m "long and browser" -n $(JOBS) --dist loadgroup

check: check-style check-types check-layers check-templates ## lint, format, types, import layers, templates

check-style: dev
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .

check-types: dev
	$(VENV) -m mypy

check-layers: dev
	$(VENV) .venv/bin/lint-imports --no-logo

check-templates: dev
	$(VENV) -m djlint templates --lint --quiet
	$(VENV) scripts/check_templates.py
	$(VENV) scripts/build_css.py --check

format: dev ## let ruff put the Python files in shape
	$(VENV) -m ruff check --fix .
	$(VENV) -m ruff format .

bench: dev ## the bars of performance, one line each
	@$(PYTHON) scripts/system.py chromium
	$(VENV) -m tests.bench

mutants: dev ## mutation tests of every rules.py (slow, by hand)
	rm -rf mutants
	$(VENV) -m mutmut run
	$(VENV) -m mutmut results

lock: dev ## write requirements.txt and requirements-dev.txt anew from the .in files (UPGRADE=1 takes newer versions)
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt

# Hashes for every system and Python at once, and no address of an index in the file.
LOCK = .venv/bin/uv pip compile --quiet --no-config --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

tools: dev
	@$(PYTHON) scripts/system.py chromium postgresql

runtime dev:
	@$(PYTHON) scripts/environment.py $@
