# Every target sets up what it needs. Run twice, none of the set-up is done again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STORE ?= folder
READY := $(VENV)/.ready
BROWSER := $(VENV)/.browser
REPLAY := .venv-replay
FUZZ := .venv-fuzz
SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help pictures schemathesis setup demo test ceph check format lock kill season deep bench converters fuzz replay clean documents docs long

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: $(READY) $(BROWSER) ## Make .venv with the locked packages, and find or install a browser

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "gongkai needs Python 3.11 or newer; say which with: make setup PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) ..."
	@command -v uv >/dev/null 2>&1 || { \
	   awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.lock > $(VENV)/uv.txt && \
	   $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.txt; }
	@PATH="$$PATH:$(CURDIR)/$(BIN)" VIRTUAL_ENV=$(VENV) uv pip sync -q --require-hashes requirements.lock
	@PATH="$$PATH:$(CURDIR)/$(BIN)" VIRTUAL_ENV=$(VENV) uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# A portal whose rows no request gives needs Chromium. Without one everything else works, and the demo says what it left out.
$(BROWSER): $(READY)
	@$(BIN)/python -m flows.browser_setup || true
	@touch $@

demo: setup ## Three crawls of simulated portals: baseline, nothing new, then changes and alerts (STORE=s3: on SeaweedFS)
	@$(BIN)/gongkai demo --backend $(STORE)

test: setup ## The whole suite
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

check: $(READY) ## Formatting, lint, types, import layers, licences, lock
	@$(BIN)/ruff format --check -q . || { echo "run: make format"; exit 1; }
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m infra.licences
	@$(BIN)/python -m infra.lock --check

format: $(READY) ## Let ruff format and mend what it can
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

lock: $(READY) ## Write requirements.lock anew from pyproject.toml
	@$(BIN)/python -m infra.lock

ceph: setup ## The storage tests on Ceph's S3 gateway too (Debian's radosgw; about five minutes)
	@PYTHON=$(BIN)/python infra/ceph.sh $(BIN)/python -m pytest -q -k further tests/test_storage_*.py

kill: setup ## Two hundred SIGKILLs at random points of crawls, a hundred on each backend (about half an hour)
	@$(BIN)/python -m pytest -q -m kill --timeout 7200

season: setup ## A simulated season, December to April, over 300 portals: the archive's events against the simulator's ledger
	@$(BIN)/python -m tests.season --jobs 2

long: setup ## Whole programs started, disturbed and stopped (gongkai up, a bucket that turns read-only; some minutes)
	@$(BIN)/python -m pytest -q -m long --timeout 1200

deep: setup ## Thousands of generated documents and mutations through the parser
	@$(BIN)/python -m pytest -q -m deep --timeout 7200

pictures: setup ## Draw the pictures of the explorer in docs/pictures anew (needs a Chromium and Chinese fonts)
	@GONGKAI_PICTURES=1 $(BIN)/python -m pytest -q -k pictures tests/test_web_browser.py

schemathesis: $(READY) ## Hundreds of questions to each operation of the API
	@GONGKAI_SCHEMATHESIS=300 $(BIN)/python -m pytest -q -k described --timeout 3600 tests/test_web_api.py

docs: setup ## The documentation as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q --strict -f infra/site/mkdocs.yml && echo "build/site/index.html"

documents: setup ## Five hundred generated documents of each kind (PDF, Word, spreadsheets, OFD) through the parser (about half an hour)
	@$(BIN)/python -m pytest -q -m documents --timeout 7200

converters: $(READY) ## Generated pages through w3m, lynx, pandoc, html2text and others, then through the parser
	@$(BIN)/python -m tests.measure_converters

$(FUZZ)/.ready: $(READY) infra/fuzz-tools.txt
	@$(BIN)/python -c 'import platform, sys; sys.exit(sys.version_info[:2] > (3, 13) or platform.machine() != "x86_64")' || \
	  { echo "The fuzzer has wheels for CPython 3.11 to 3.13 on Linux x86-64 only."; exit 1; }
	@$(BIN)/python -m venv $(FUZZ)
	@echo "Installing the locked packages and the fuzzer into $(FUZZ) ..."
	@$(BIN)/uv pip install -q --python $(FUZZ)/bin/python --no-deps --require-hashes -r requirements.lock -r infra/fuzz-tools.txt
	@touch $@

fuzz: $(FUZZ)/.ready ## Documents that look for a way to break the parser (SECONDS=300); what breaks it is kept in tests/broke
	@$(FUZZ)/bin/python -m tests.fuzz $(SECONDS)

bench: setup ## Measure against peers (ONLY="parse": one subject)
	@$(BIN)/python -m tests.bench $(ONLY)

$(REPLAY)/.ready: infra/replay-tools.txt
	@$(PYTHON) -m venv $(REPLAY)
	@echo "Installing pywb and wacz into $(REPLAY) ..."
	@$(REPLAY)/bin/python -m pip install -q --disable-pip-version-check -r infra/replay-tools.txt
	@touch $@

replay: setup $(REPLAY)/.ready ## Exports in other people's programs: wacz validate, pywb played in a browser
	@GONGKAI_REPLAY_TOOLS=$(CURDIR)/$(REPLAY)/bin $(BIN)/python -m pytest -q -m replay

clean: ## Remove .venv and caches (never an archive)
	@rm -rf $(VENV) $(REPLAY) $(FUZZ) .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
