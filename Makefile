# Every target sets up what it needs on first use: Python, make and a package index are enough.
# `make PYTHON=python3.13 VENV=.venv313 test` runs the tests on another Python.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Compiled once, and not by each of the processes that tests and pages start.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test laws check bench physics docs census

help:
	@echo "make setup | demo | test | laws | check | bench | physics | docs | census"

# Stamps: what is installed follows pyproject.toml. The core alone is enough for the demo.
$(VENV)/core.stamp: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/core.stamp
	$(PIP) --editable '.[dev,plot]'
	@touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp
	$(PIP) --editable '.[bench]'
	@touch $@

$(VENV)/docs.stamp: $(VENV)/dev.stamp
	$(PIP) --editable '.[docs]'
	@touch $@

setup: $(VENV)/dev.stamp

demo: $(VENV)/core.stamp
	$(BIN)/downtick run black_thursday --out runs/demo --force

# Tests of one file stay on one worker, so that what a file prepares once is prepared once. A worker that is gone ends the run: what
# ended it would end the next one too. What is asked of the source, and not of what it does, is asked by `make check`.
test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --max-worker-restart=0 --ignore=tests/habits

# What is said of many seeds; each claim has a quick form in `make test` (docs/decisions/0016-what-the-test-command-runs.md).
laws: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --max-worker-restart=0 -m laws --timeout=900 -o faulthandler_timeout=800

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/habits

bench: $(VENV)/bench.stamp
	$(BIN)/python -m tests.bench

physics: $(VENV)/dev.stamp
	$(BIN)/python -m tests.physics
	$(BIN)/python -m tests.analytic

docs: $(VENV)/docs.stamp
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

census: $(VENV)/dev.stamp
	$(BIN)/python -m sim.census
