# Needs make and Python >= 3.11. `make run` opens the app, `make test` runs the tests; both set everything up first.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ARGS   ?=

.PHONY: run test check lint types format bench docs wheel clean

run: $(VENV)/.app
	@$(BIN)/regtui $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev lint types test

lint: $(VENV)/.dev
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/lint-imports

types: $(VENV)/.dev
	@$(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(VENV)/.dev
	@$(BIN)/python -m docs.keys && $(BIN)/python -m docs.picture && $(BIN)/python -m docs.record

wheel: $(VENV)/.dev
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) build dist *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "regtui needs Python 3.11 or newer: make run PYTHON=python3.12")'
	@echo "Setting up $(VENV); the first time this downloads PyTorch (some minutes)."
	@$(PYTHON) -m venv $(VENV)

# The stamps make both commands idempotent: pip runs again only when pyproject.toml changes.
$(VENV)/.app: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.app
