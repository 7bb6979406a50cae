# `make help` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/sh
.DEFAULT_GOAL := help
# Those of the public pages are Jinja2's; a test compiles them.
DJANGO_TEMPLATES = $$(git ls-files 'templates/*.html' ':!templates/site')
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Settings of production for `check --deploy`; the values are never used to serve anything.
PRODUCTION := HTTPREF_ENV=production HTTPREF_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	HTTPREF_ALLOWED_HOSTS=www.example.com DATABASE_URL=sqlite:///var/check.sqlite3

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

.PHONY: run
run: .venv/run.stamp ## install, migrate, seed when the database is empty, serve (HOST and PORT override)
	@exec $(BIN)/python manage.py serve

# Measuring takes half as long again, so it is done where it is asked for.
MEASURED := $(if $(COVERAGE),--cov $(if $(findstring postgres,$(DATABASE_URL)),--cov-config=.ci/postgres.coveragerc))

.PHONY: test
test: .venv/dev.stamp ## the whole test suite (on PostgreSQL with DATABASE_URL=postgres://...; COVERAGE=yes measures)
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder $(MEASURED) $(ARGS)

.PHONY: check
check: .venv/dev.stamp ## lint, format, types, templates, migrations, production settings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djade --check --target-version 5.2 $(DJANGO_TEMPLATES)
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

.PHONY: bench
bench: .venv/dev.stamp ## measure the serving of pages beside nginx and beside Django's own cache (needs wrk and nginx)
	@$(BIN)/python -m tests.bench.serving

.PHONY: bench-uncached
bench-uncached: .venv/dev.stamp ## measure pages that are not stored, with the reference's meanings and with 100,000
	@$(BIN)/python -m tests.bench.uncached

.PHONY: bench-search
bench-search: .venv/dev.stamp ## measure the search: speed beside the bare engine, size, time to index
	@$(BIN)/python -m tests.bench.search $(ARGS)

.PHONY: bench-exchange
bench-exchange: .venv/dev.stamp ## measure bundles: time and memory to seed, export, plan and apply
	@$(BIN)/python -m tests.bench.exchange $(ARGS)

.PHONY: bench-export
bench-export: .venv/dev.stamp ## measure the export: what a page costs, pages a minute (ARGS: how many pages)
	@$(BIN)/python -m tests.bench.export $(ARGS)

.PHONY: bench-curation
bench-curation: .venv/dev.stamp ## measure the pages of curation with 20,000 entries
	@$(BIN)/python -m tests.bench.curation $(ARGS)

.PHONY: screenshots
screenshots: .venv/dev.stamp ## draw the pictures of docs/curating.md anew (needs Chromium)
	@$(BIN)/python -m tests.screenshots

.PHONY: format
format: .venv/dev.stamp ## format the code and the templates
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@-$(BIN)/djade --target-version 5.2 $(DJANGO_TEMPLATES)

.PHONY: messages
messages: .venv/dev.stamp ## collect the interface's texts (needs GNU gettext) and compile them
	@$(BIN)/python manage.py makemessages --all --no-location --no-wrap --ignore='.venv/*' --verbosity 0
	@$(BIN)/python manage.py compilemessages --ignore='.venv/*' --verbosity 0

.PHONY: pins
pins: ## pin the newest versions that requirements*.in allow (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade requirements-dev.in -o requirements-dev.txt

# The stamps say what is installed, so that a second start installs nothing and an interrupted one starts over.
# --no-deps: the files name everything, and pip would look for a newer `coverage[toml]` beside the pinned `coverage`.
.venv/made.stamp:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "httpref needs Python 3.11 or newer, and '$(PYTHON)' was not found. If it has another name: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "httpref needs Python 3.11 or newer; this is $$("$(PYTHON)" --version 2>&1). If a newer one is installed: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$$("$(PYTHON)" --version) lacks the venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment .venv ..."
	@"$(PYTHON)" -m venv --clear .venv
	@touch $@

.venv/run.stamp: requirements.txt | .venv/made.stamp
	@echo "Installing what httpref runs on ..."
	@$(BIN)/python -m pip install --no-deps --require-hashes --requirement requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --no-deps --require-hashes --requirement requirements-dev.txt
	@touch $@
