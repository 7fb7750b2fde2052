# Two commands do everything: `make run` and `make test`. Needs Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= config

.PHONY: run demo test defences quick lint format requirements benchmarks clean
.DEFAULT_GOAL := run

$(VENV)/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "treatywatch needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: $(VENV)/.ready  ## start the service on config/
	$(BIN)/treatywatch serve --config $(CONFIG)

demo: $(VENV)/.ready  ## the whole way offline, over bundled sample agencies
	$(BIN)/treatywatch demo

test: $(VENV)/.ready lint  ## every check and every test
	$(BIN)/pytest -q -n 2 -m "not exhaustive"

defences: $(VENV)/.ready  ## every defence taken away in a copy of the program: its test must fail (half an hour)
	$(BIN)/pytest -q -m exhaustive tests/chaos/test_defences.py

quick: $(VENV)/.ready  ## the tests that take seconds, on SQLite
	$(BIN)/pytest -q -n 2 -m "not slow and not exhaustive and not postgres"

lint: $(VENV)/.ready  ## types, style, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

requirements: $(VENV)/.ready  ## pin anew what pyproject.toml names
	$(PYTHON) -m pip install --quiet uv
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--extra dev --extra apprise --extra cluster --extra archives pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra apprise -c requirements.txt pyproject.toml -o deploy/requirements.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
