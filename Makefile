.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: $(BIN)/.installed ## Install everything into .venv

lint: install ## ruff: style and mistakes
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: install ## ruff: put the code into shape
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

types: install ## mypy, strict
	$(BIN)/mypy

imports: install ## Imports point down
	$(BIN)/lint-imports

test: install ## The whole suite
	$(BIN)/pytest -n 2

check: lint types imports test ## All of the above, as CI runs it

.PHONY: help install lint format types imports test check
