# `make` lists what can be made. PYTHON chooses the interpreter (3.11 to 3.13), PORT the demo's port.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/pip --disable-pip-version-check --quiet
MANAGE := $(BIN)/python manage.py

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard console/locale/*/LC_MESSAGES/django.po))

.DEFAULT_GOAL := help
.PHONY: help install demo test ways pages bench lint format pictures lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.installed $(CATALOGUES) ## make .venv with what the server needs

demo: export BARTIZAN_BASE_URL ?= http://127.0.0.1:$(PORT)
demo: export BARTIZAN_DEMO ?= true
demo: install ## serve a demonstration account on http://127.0.0.1:8000
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_demo
	@exec $(MANAGE) serve --port $(PORT)

test: .venv/.developing $(CATALOGUES) ## everything that must hold: format, types, contracts, migrations, tests
	bash .ci/browser
	bash .ci/peers
	$(MAKE) --no-print-directory lint
	bash .ci/settings
	$(BIN)/pytest -n 3 --dist worksteal

ways: .venv/.developing ## the tasks of the console with mouse, keyboard, no scripts, and narrow
	$(BIN)/pytest --every-way tests/tasks

pages: .venv/.developing ## every page of the console, in every state, theme and width, by axe
	$(BIN)/pytest -n 2 --every-page tests/every_page

lint: .venv/.developing ## the checks that run no test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict console federation identity tests manage.py
	$(BIN)/lint-imports

format: .venv/.developing ## lay out the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.measuring $(CATALOGUES) ## measure speed and size, each figure as a ratio in one run
	$(BIN)/python -m tests.benchmarks

pictures: .venv/.developing ## draw every page for docs/pages.md
	$(BIN)/python -m tests.pictures

lock: .venv/.installed ## write the lock files anew, without host names
	$(PIP) install uv
	$(BIN)/uv pip compile $(LOCKED) --extra postgres -o requirements.lock
	$(BIN)/uv pip compile $(LOCKED) --extra dev -o requirements-dev.lock
	$(BIN)/uv pip compile $(LOCKED) --extra dev --extra bench -o requirements-bench.lock

LOCKED := pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

clean: ## remove what can be made again; var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -rf .hypothesis bartizan.egg-info tests/screenshots
	rm -f $(CATALOGUES)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

%.mo: %.po .venv/.installed
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: .venv/.created requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

.venv/.developing: .venv/.installed requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.measuring: .venv/.developing requirements-bench.lock
	$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@
