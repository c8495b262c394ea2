# Two commands: `make run` opens the web chat, `make test` checks everything. Each sets up what it
# needs the first time; a second start neither installs nor indexes. Another Python: PYTHON=python3.12.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Alone and first: a request without this pin pulls several GB of CUDA packages on Linux.
TORCH := torch==2.13.0

.PHONY: run test benchmark

run: $(VENV)/.installed
	$(BIN)/assistant serve

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy --strict assistant ui
	$(BIN)/pytest

benchmark: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/retrieval.py
	$(BIN)/assistant evaluate corpus/questions/report.jsonl --today 2026-11-22

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install $(TORCH)
	$(BIN)/python -m pip install -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install $(TORCH)
	$(BIN)/python -m pip install -e '.[dev]'
	@touch $(VENV)/.installed $@
