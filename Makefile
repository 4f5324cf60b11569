# Every routine task, one word each. Only Python 3.11 or later, make and a network are needed;
# the rest is installed into $(VENV), and Java from the operating system where that can be done.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
CRATES := $(VENV)/crates
CLIENTS := $(VENV)/clients
AXE := $(VENV)/axe
PYTHON ?= python3
PORT ?= 8080
DATA ?= data
# Test processes. The suite is written for two cores.
JOBS ?= 2
COUNT ?= 10000

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

$(BIN)/.installed: setup.cfg pyproject.toml $(wildcard scripts/*.sh scripts/engines/*.txt)
	@sh scripts/make_venv.sh $(PYTHON) $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@sh scripts/install_java.sh $(VENV)
	@sh scripts/make_engines.sh $(PYTHON) $(VENV)
	@touch $@

install: $(BIN)/.installed ## Install everything into .venv, engines and Java where that can be done

java: $(BIN)/.installed ## Try again to install Java and BeanShell
	@sh scripts/install_java.sh $(VENV)

engines: $(BIN)/.installed ## Try again to install cwltool, Snakemake and Yadage
	@sh scripts/make_engines.sh $(PYTHON) $(VENV)

serve: install ## A server with the examples loaded; PORT=8080 DATA=data
	$(BIN)/taverna-server serve --port $(PORT) --data $(DATA) --examples examples

# A test about time may fail once on a machine with too much to do; then it must pass alone.
test: install ## The whole suite; what fails is tried once more, one by one
	$(BIN)/python -m pytest -n $(JOBS) || \
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none

lint: install ## ruff: style and mistakes, and whether files are formatted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install ## ruff: put the code into shape
	-$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install ## mypy, strict
	$(BIN)/mypy

imports: install ## The import contracts of setup.cfg: imports point down
	$(BIN)/lint-imports

$(CRATES)/.installed: $(BIN)/.installed tests/provenance/crate_tools.txt
	@sh scripts/make_venv.sh $(PYTHON) $(CRATES)
	$(CRATES)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/provenance/crate_tools.txt
	@touch $@

crates: $(CRATES)/.installed ## The tools that check run bundles as RO-Crates, in an environment of their own

$(AXE)/.installed:
	@npm install --silent --no-audit --no-fund --prefix $(AXE) axe-core@4.14.1
	@touch $@

axe: $(AXE)/.installed ## axe-core from npm, which looks for what keeps people out of pages

screenshots: install ## Every page in light, dark and phone width, into docs/screenshots
	$(BIN)/python -m tests.browser.screenshots docs/screenshots

$(CLIENTS)/%/.installed: tests/live/reana/%_tools.txt $(BIN)/.installed
	@sh scripts/make_venv.sh $(PYTHON) $(CLIENTS)/$*
	$(CLIENTS)/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

clients: $(CLIENTS)/stable/.installed $(CLIENTS)/sharing/.installed ## Real reana-clients, for the tests, in environments of their own

check: lint types imports test ## All of the above, exactly as CI runs it

fuzz: install ## Ten thousand requests made up, of two kinds; COUNT=10000
	$(BIN)/python -m tests.live.fuzz $(COUNT)

bench: install ## Measure, as ratios in one run
	$(BIN)/python tests/benchmarks

golden: install ## Rewrite the golden files, for review with git diff
	$(BIN)/python -m pytest -q --golden $$(grep -rl 'golden: Golden' tests)

schemas: install ## Rewrite schemas/ from the declarations of the documents
	$(BIN)/python -m taverna_server.representations.publish schemas

docs: install ## Rewrite what is made from the code: parts of docs/, and wadl/
	$(BIN)/python scripts/write_docs.py
	$(BIN)/python scripts/write_corpus_table.py

driver: install ## Rebuild the jar that runs scripts in a JVM (needs a JDK)
	$(BIN)/python java/build.py

dist: install ## sdist and wheel, into dist/
	$(BIN)/python -m build --outdir dist .

clean: ## Remove what building and testing leave behind; .venv and data stay
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find taverna_server tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help install java engines serve test fuzz lint format types imports check bench golden schemas docs driver crates clients axe screenshots dist clean
