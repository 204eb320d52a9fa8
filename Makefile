# Every command of the project. `make help` lists them.

BIN := .venv/bin
# One more than there are processors: a test waits for engines a third of its time.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Files in their order, not by how many tests they have: the slowest have few, and would come last
# and alone.
AT_ONCE = -n $(WORKERS) --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
LINT = $(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/lint-imports
OUT ?= demo-out
N ?= 200
TAMPERS ?= 20000
FUZZ ?= 3000
DOORS ?= 200
SECONDS ?= 60
ROWS ?= 1000000
PICTURES ?= pictures
export ZEGEL_MODE ?= development
# Where it is set, every process compiles every package again: two seconds of each start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run setup setup-test lint check test thorough tamper fuzz kills doors demo bench million pictures docs compose clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## install what is missing, then serve on http://127.0.0.1:8000
	@exec $(BIN)/zegel run

setup: ## install what running needs
	@scripts/setup run

setup-test: ## install what the checks and tests need as well
	@scripts/setup test

lint: setup-test ## lint, formatting and import rules
	$(LINT)

check: lint ## and types
	$(BIN)/mypy

# What needs one processor beside each other. In a new clone the tests are listed once before they
# run: each of the processes that run them would compile all of them, and every library.
test: setup-test ## everything that must hold before a change is kept
	@{ $(LINT) && $(BIN)/mypy; } & checks=$$!; \
	[ -d tests/__pycache__ ] || $(BIN)/pytest --collect-only --quiet >/dev/null; \
	env -u ZEGEL_MODE $(BIN)/pytest $(AT_ONCE) -m 'not long'; \
	tests=$$?; wait $$checks || { echo 'make test: the checks found mistakes, see above' >&2; exit 1; }; exit $$tests

thorough: setup-test ## the long tests: variants of what the tests do once, and breaks that take a while
	env -u ZEGEL_MODE EXAMPLES=500 $(BIN)/pytest $(AT_ONCE) -m long

tamper: setup-test ## flip TAMPERS bits of an original (20000) one by one, and fuzz as long: none is accepted
	env -u ZEGEL_MODE TAMPERS=$(TAMPERS) FUZZ=$(FUZZ) $(BIN)/pytest $(AT_ONCE) \
	  tests/signatures/test_attacks.py tests/signatures/test_tampering.py tests/signatures/test_fuzz.py

fuzz: setup-test ## let coverage lead a fuzzer through the verifier for SECONDS (60); installs atheris
	$(firstword $(wildcard .venv-tools/bin/uv) uv) pip install --quiet --only-binary :all: --python $(BIN)/python 'atheris>=2.3'
	$(BIN)/python scripts/fuzz -max_total_time=$(SECONDS) -rss_limit_mb=1024 -timeout=10

kills: setup-test ## SIGKILL the worker N times (200) between two steps, and race as long
	env -u ZEGEL_MODE KILLS=$(N) $(BIN)/pytest -m kills -s
	env -u ZEGEL_MODE RACES=40 $(BIN)/pytest tests/faults/test_races.py

doors: setup-test ## complete DOORS agreements (200) with whatever the forms accept in every field
	env -u ZEGEL_MODE DOORS=$(DOORS) $(BIN)/pytest tests/workflow/test_doors.py

demo: setup ## walk the whole road unattended; leaves the result in OUT (demo-out)
	@$(BIN)/zegel demo --out $(OUT)

bench: setup-test ## measure; figures and method are in bench/README.md
	@$(BIN)/python -m bench

million: setup-test ## ask ROWS agreements (1000000), filled in by SQL, what pages and jobs ask of many
	@$(BIN)/python -m bench.million --rows $(ROWS)

pictures: setup-test ## every page, document and mail as pictures in PICTURES (pictures), with an index page
	rm -rf $(PICTURES)
	env -u ZEGEL_MODE PICTURES=$(abspath $(PICTURES)) $(BIN)/pytest tests/web tests/journeys -k 'accessible or journeys'
	$(BIN)/python scripts/album $(PICTURES)

docs: setup-test ## write the generated pages of docs/ again
	$(BIN)/python -m service.settings.page > docs/settings.md
	$(BIN)/python -m service.web.statuses > docs/errors.md

compose: ## start everything in containers, as in production: https://localhost:8443
	@scripts/compose-secrets
	docker compose up --build

clean: ## remove the environment and caches; your data in var/ stay
	rm -rf .venv .venv-tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
