# make serve: set up, build the release, serve it.   make test: set up, run the tests.
HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve build test lock clean

serve: $(VENV)/.ready $(VENV)/.bundled
	@$(BIN)/graphsvc build
	@exec $(BIN)/graphsvc serve --host $(HOST) --port $(PORT)

build: $(VENV)/.ready
	@$(BIN)/graphsvc build

test: $(VENV)/.ready-test $(VENV)/.bundled
	$(BIN)/ruff check graphsvc tests benchmarks
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not alone" --numprocesses auto --maxprocesses 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m alone

# The lock file pins every package with its digest and names no registry.
lock: $(VENV)/.ready
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --generate-hashes --no-header --quiet -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra test --generate-hashes --no-header --quiet -c requirements.lock -o requirements-test.lock

clean:
	rm -rf $(VENV) releases build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the pinned packages ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

# The editor and the explorer, bundled with the machine's Node or one from a wheel; optional.
$(VENV)/.bundled: frontend/package-lock.json frontend/build.mjs frontend/setup.sh $(wildcard frontend/src/*) | $(VENV)/.ready
	@echo "Bundling the editor and the explorer ..."
	@sh frontend/setup.sh $(VENV)
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready requirements-test.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@
