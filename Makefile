# Two commands for a newcomer: `make demo` and `make test`. Everything else is for daily work.
# Environments: .venv is the lab's own; .envs/cpu and .envs/codecarbon hold measured programs and
# trackers, in which nothing of the lab is installed.

PYTHON ?= python3
# Most tests wait for real processes and real seconds, so that more of them than cores can run.
WORKERS ?= 8
# Files that train or run campaigns begin first, so that the short ones fill the time until they end.
LONGEST = tests/lab/test_training_campaign.py tests/meter/test_meter_conformance.py tests/workload tests/lab
BIN = .venv/bin
# A dead link or anchor is an error, and so is a page that no list of pages has.
DOCS = $(BIN)/sphinx-build --quiet --nitpicky --fail-on-warning --keep-going -b html docs build/docs
.PHONY: demo demo-full test test-all check docs fuzz conformance setup envs collectl browser peers format screens clean

demo: setup envs
	$(BIN)/lab demo

# Longer runs, every scenario with and without the tracker, and collectl: about a quarter of an hour.
demo-full: setup envs collectl
	$(BIN)/lab demo --full

test: setup envs collectl browser peers check

test-all: setup envs collectl browser peers check
	$(BIN)/pytest -m slow
	$(BIN)/pytest -n $(WORKERS) -m "hypothesis and not slow" --hypothesis-profile thorough

check:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/prose.py
	$(DOCS)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow" $(LONGEST) tests

docs: setup
	$(DOCS)
	@echo "build/docs/index.html"

# The property tests of the parsers with many more examples: an hour or so.
fuzz: setup
	$(BIN)/pytest -n $(WORKERS) -m "hypothesis and not slow" --hypothesis-profile fuzz --timeout 7200 tests/meter

# Every driver against every fault of its virtual twin; docs/meters/conformance.md shows the table.
conformance: setup
	$(BIN)/python -m meter.virtual.conformance

format:
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

setup: .venv/.done

envs: setup
	@$(BIN)/lab envs install cpu codecarbon

.venv/.done: pyproject.toml constraints.txt
	@$(PYTHON) -m lab.envs.building .venv --constraint constraints.txt --editable '.[dev]'
	@touch $@

collectl:
	@sh tools/system_package.sh collectl collectl "the procfs sampler is used instead of collectl"

browser:
	@sh tools/system_package.sh chromedriver "chromium chromium-driver" "the browser tests are skipped"

peers:
	@sh tools/system_package.sh mbpoll mbpoll "the tests against this Modbus client are skipped"

# Pictures of all pages of campaigns, of a live page and of a certificate, light, dark, on a telephone and on paper:
# make screens CAMPAIGNS="..." OUT=DIR
screens: setup browser
	$(BIN)/python tools/screens.py $(CAMPAIGNS) --out $(OUT)

clean:
	rm -rf .venv .envs campaigns
