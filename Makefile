# Two commands are enough: `make demo` and `make test`. Each sets everything up by itself, again only when the lock changes.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := .stamps/installed
export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# compiled modules are kept: tests and the played day start well over a hundred processes, each of which would compile all again
unexport PYTHONDONTWRITEBYTECODE
OFFSCREEN := QT_QPA_PLATFORM=offscreen

.PHONY: help demo test soak realstack simulate bench lint format screenshots clean setup system run package

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) system  ## install what crmdesk needs into .venv, and the system libraries where this may be done

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "crmdesk needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The Python here can't make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing the pinned packages (once, half a minute to two minutes) …"
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps --no-compile -r requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c "from crmdesk.ui.language import compiled_translation as made; made('en'), made('zh')"
	@mkdir -p .stamps && touch $(STAMP)

system: $(STAMP)
	@$(BIN)/python .ci/system_check.py

demo: setup  ## play the main job: server, two reps, a manager, finance; with a display it opens the app
	@$(BIN)/python -m crmdesk.fieldday

run: setup  ## open the app
	@$(BIN)/python -m crmdesk

lint: setup  ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check crmdesk tests bench
	@$(BIN)/ruff format --check crmdesk tests bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

# A fresh clone: while mypy has one core, the other compiles the tests, which each of the workers would do for itself.
# Three workers on two cores: for a part of its time a test waits (for a server, a kill, a screen) and the core is free.
test: setup  ## everything that must hold before a commit (under 10 minutes on two cores)
	@test -d tests/__pycache__ || { $(OFFSCREEN) $(BIN)/python -m pytest --collect-only -qq -m "not soak" >/dev/null 2>&1 & }; \
	$(MAKE) --no-print-directory lint || { kill $$(jobs -p) 2>/dev/null; exit 1; }; wait
	@$(OFFSCREEN) $(BIN)/python -m pytest -n 3 --dist worksteal -m "not soak"

soak: setup  ## the long figures
	@CRMDESK_SOAK=1 $(OFFSCREEN) $(BIN)/python -m pytest -n 2 --dist worksteal --timeout 3600

realstack: setup  ## SEEDS=300 FIRST_SEED=1: days of work against real servers on PostgreSQL, with faults and kill -9
	@$(OFFSCREEN) $(BIN)/python -m tests.realstack.run --seeds $(or $(SEEDS),300) --first $(or $(FIRST_SEED),1)

simulate: setup  ## SEEDS=500 FIRST_SEED=1: laptops and server in one process, with every fault, against a model
	@$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),500) --first-seed $(or $(FIRST_SEED),1)

bench: setup  ## measure, side by side in one run; writes bench-out/figures.json
	@$(OFFSCREEN) $(BIN)/python -m bench

screenshots: setup  ## every page, both languages, both themes, into demo-out/
	@$(OFFSCREEN) $(BIN)/python -m crmdesk.fieldday --offscreen

format: setup  ## format the code
	@$(BIN)/ruff check --fix --quiet crmdesk tests bench || true
	@$(BIN)/ruff format crmdesk tests bench

package: setup  ## build the packaged app into dist/crmdesk
	@$(BIN)/pyinstaller --noconfirm --log-level WARN build.spec

clean:  ## remove what was made here
	rm -rf $(VENV) .stamps build dist demo-out bench-out .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
