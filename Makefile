# Everything one does with a checkout. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
READY := .venv/.ready
CATALOGUES := $(wildcard archive/web/translations/*/LC_MESSAGES/messages.po)
DEMO := .demo
ARGS :=
STEPS := 100000

.PHONY: help setup demo run test check bench quality crash imports model twins oracle withdrawal screenshots format translations lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1|/' | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

setup: $(READY) $(CATALOGUES:.po=.mo) ## make .venv from the lock file, with every hash checked

$(READY): pyproject.toml requirements.lock tools/setup
	tools/setup
	touch $@

%.mo: %.po | $(READY)
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

demo: setup ## serve a demo archive with fictional records on http://localhost:8080
	$(BIN)/guwah demo --instance $(DEMO) $(ARGS)

run: setup ## serve the archive in instance/
	$(BIN)/guwah serve $(ARGS)

test: setup ## run every test (installs Debian's Chromium where it may)
	tools/browser
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## style, types, rings, templates, translations, dead code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	tools/check-templates
	$(BIN)/python tools/translations.py check
	$(BIN)/python tools/deadcode.py

bench: setup ## measure ours beside a peer, one JSON object a line (ARGS=sealing for one)
	@$(BIN)/python -m tests.bench $(ARGS) $(if $(ARGS),,| tee docs/proofs/bench.jsonl)

quality: setup ## measure what searches find on judged sets, one JSON object a line (ARGS=names for one)
	@nice -n 10 $(BIN)/python -m tests.quality $(ARGS)

crash: setup ## kill the archive 200 times while it saves and while it imports; nothing may be lost
	@GUWAH_TEST_KILLS=200 $(BIN)/python -m pytest -q -s tests/functional/test_killed_while_saving.py tests/functional/test_killed_while_importing.py | tee /dev/stderr | grep -oE '[0-9]+ (kills|passed).*' > docs/proofs/crash.txt

imports: setup ## import every testimony and account of ../shared/data, and search at the page, the API, the command line
	@GUWAH_TEST_ACCOUNTS=1958 $(BIN)/python -m pytest -q -s tests/functional/test_three_doors.py -m shared | tee /dev/stderr | grep -o '{.*}' > docs/proofs/imports.txt

model: setup ## 100,000 random steps of ledger, rooms, clock and readers, in two processes (STEPS=20000 for fewer)
	@GUWAH_TEST_STEPS=$$(($(STEPS) / 2)) GUWAH_TEST_SEED=1000 $(BIN)/python -m pytest -q -s tests/functional/test_model.py > .model-1 & \
	GUWAH_TEST_STEPS=$$(($(STEPS) / 2)) GUWAH_TEST_SEED=5000 $(BIN)/python -m pytest -q -s tests/functional/test_model.py > .model-2; wait $$!
	@grep -h '"steps"' .model-1 .model-2 | tee docs/proofs/model.txt
	@rm -f .model-1 .model-2

twins: setup ## 10,000 requests to an archive and to its copy that hides more; every reply alike
	@GUWAH_TEST_REQUESTS=10000 $(BIN)/python -m pytest -q -s tests/functional/test_twins.py | tee /dev/stderr | grep '"routes"' > docs/proofs/twins.txt

oracle: setup ## guess a hidden name by every answer to everybody, and by the clock (on a machine that does nothing else)
	@GUWAH_TEST_CHANNELS=100000 GUWAH_TEST_PAIRS=2000 $(BIN)/python -m pytest -q -s tests/functional/test_oracle.py | tee /dev/stderr | grep -o '{.*}' > docs/proofs/oracle.txt

withdrawal: setup ## withdraw one of 2,100 records while serving, then hunt it: files, memory, keys, an older backup
	@GUWAH_TEST_RECORDS=2100 $(BIN)/python -m pytest -q -s tests/functional/test_withdrawal.py | tee /dev/stderr | grep '"records"' > docs/proofs/withdrawal.txt

screenshots: setup ## renew the pictures of the demo in docs/proofs/screens
	tools/browser
	$(BIN)/python tests/proofs/screenshots.py

format: setup ## set code and templates in the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet templates || true

translations: setup ## bring every catalogue up to the sources (ARGS=kk begins one)
	$(BIN)/python tools/translations.py update $(ARGS)

lock: setup ## renew requirements.lock from pyproject.toml
	tools/lock

clean: ## remove what was made; never touches instance/
	rm -rf .venv .demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find archive tests tools -name __pycache__ -prune -exec rm -rf {} +
	rm -f $(CATALOGUES:.po=.mo)
