# make serve: set up, build the release, serve it.   make test: the daily checks.   make check: the rest.
# make watch: build on each change.   make format: tidy the code.   make lock: pin the packages again.
HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
TOGETHER := --numprocesses auto --maxprocesses 2 --dist loadfile --no-loadscope-reorder

.PHONY: serve build watch test check docs wheel format lock clean

serve: $(VENV)/.ready $(VENV)/.bundled
	@$(BIN)/graphsvc build
	@exec $(BIN)/graphsvc serve --host $(HOST) --port $(PORT)

build: $(VENV)/.ready
	@$(BIN)/graphsvc build

watch: $(VENV)/.ready
	@exec $(BIN)/graphsvc watch

test: $(VENV)/.ready-test $(VENV)/.bundled
	$(BIN)/ruff check graphsvc tests benchmarks docs
	$(BIN)/mypy
	$(PYTEST) -m "not slow and not alone" $(TOGETHER)

check: $(VENV)/.ready-test $(VENV)/.bundled
	$(PYTEST) -m "slow and not alone" $(TOGETHER)
	$(PYTEST) -m alone

# The outputs and pictures that the documentation shows, of the present release.
docs: $(VENV)/.ready-test $(VENV)/.bundled
	$(BIN)/python docs/make.py

# A wheel with the bundled front end inside, which is installed without Node.
wheel: $(VENV)/.bundled
	$(PIP) wheel --no-deps --no-build-isolation -w dist .

format: $(VENV)/.ready-test
	$(BIN)/ruff check --fix graphsvc tests benchmarks docs

# The lock files pin every package with its digests and name no registry. `make lock` keeps the
# versions that are there and adds what is missing; `make lock UPGRADE=1` takes the newest of all.
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-header $(if $(UPGRADE),--upgrade)
lock: $(VENV)/.ready
	$(PIP) install --no-deps --require-hashes -c requirements-tools.lock uv
	$(COMPILE) --group build -o requirements-build.lock
	$(COMPILE) --group tools -o requirements-tools.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --extra test -c requirements.lock -o requirements-test.lock

clean:
	rm -rf $(VENV) releases build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements-build.lock requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the pinned packages ..."
	@$(PIP) install --require-hashes -r requirements-build.lock
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# The editor and the explorer, bundled with the machine's Node or, without one, with Node from a wheel.
$(VENV)/.bundled: frontend/package-lock.json frontend/build.mjs frontend/setup.sh requirements-tools.lock $(wildcard frontend/src/*) | $(VENV)/.ready
	@echo "Bundling the editor and the explorer ..."
	@sh frontend/setup.sh $(VENV)
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready requirements-test.lock
	@echo "Installing the pinned packages of the tests ..."
	@$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@
