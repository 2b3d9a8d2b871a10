# One command for each thing a contributor does. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
IMAGE ?= publer-publish:dev
# Half of the tests wait for a process or for real time: two for each processor.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
# uv installs in seconds what pip takes minutes for; pip stays for where only it is configured, as with a mirror.
LOCKED := --quiet --require-hashes --no-deps --only-binary :all:
INSTALL = install() { $(BIN)/uv pip install --python $(BIN)/python $(LOCKED) -r $$1 2>/dev/null || $(PIP) install $(LOCKED) -r $$1; }; install
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes

# What draws at a terminal: the image has none.
LEFT_OUT := --no-emit-package rich --no-emit-package pygments

.DEFAULT_GOAL := help
.PHONY: help demo live docs picture test test-all lowest lint format typecheck sandbox wheel package e2e image oracles browser faults properties bench lock check \
        coverage-start coverage-report clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(READY): requirements/installer.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer, such as: make PYTHON=python3.13"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the locked requirements into $(VENV), once ..."
	@$(PIP) install $(LOCKED) -r requirements/installer.txt
	@$(INSTALL) requirements/dev.txt
	@touch $@

$(VENV)/.ready-e2e: $(READY) requirements/e2e.txt
	@$(INSTALL) requirements/e2e.txt
	@touch $@

demo: $(READY) ## Publish the example to an embedded sandbox and show log, outputs and summary
	@$(BIN)/python -m sandbox.demo

test: $(READY) ## Run the tests; the last line says how long they took and what failed
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-all: $(READY) ## Run the exhaustive tests, too: every world, whole corpora, real time, more examples
	@HYPOTHESIS_PROFILE=all $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m ""

lowest: ## Run the tests with the lowest versions that the package allows
	@$(MAKE) --silent VENV=.venv-lowest .venv-lowest/.ready
	@mkdir -p build
	@.venv-lowest/bin/uv pip compile --quiet --resolution lowest-direct pyproject.toml -o build/lowest.txt
	@.venv-lowest/bin/uv pip install --quiet --python .venv-lowest -r build/lowest.txt
	@.venv-lowest/bin/python -m pytest -n $(WORKERS) --dist worksteal

properties: $(READY) ## Try each property with a thousand examples never tried before
	@HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -n $(WORKERS) -m hypothesis

faults: $(READY) ## Play thousands of runs whose network breaks, each with a re-run
	@$(BIN)/python -m tests.faults

lint: $(READY) ## Style, types, schemas, workflows, Dockerfile
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml python/action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows \
	  .github/workflows/*.yml examples/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms \
	  .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/idea.yml .github/ISSUE_TEMPLATE/question.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	@$(BIN)/check-jsonschema --quiet --check-metaschema schemas/*.json
	@$(BIN)/check-jsonschema --quiet --schemafile schemas/post.schema.json examples/*.yml examples/*.json
	@found=$$($(BIN)/zizmor --quiet --offline --no-progress --persona=pedantic action.yml python/action.yml .github) || \
	  { echo "$$found"; exit 1; }
	@$(BIN)/actionlint .github/workflows/*.yml examples/workflows/*.yml
	@$(BIN)/hadolint Dockerfile image/builders/Dockerfile

format: $(READY) ## Format the code
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

check: ## Everything that must hold before a change is merged
	@.ci/run

image: ## Build the image and say how much a user pulls
	@tests/e2e/build-image $(IMAGE)

wheel: $(READY) ## Build the package; the same commit always gives the same bytes
	@rm -rf build/wheel && $(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir build/wheel

package: $(VENV)/.ready-e2e ## Build the wheel and use it in an empty environment (needs PyPI)
	@$(BIN)/python -m pytest -p no:randomly tests/package

e2e: $(VENV)/.ready-e2e ## Run the image in real workflows (needs a container engine)
	@$(BIN)/python -m pytest -p no:randomly tests/e2e

tests/oracles/node_modules/.package-lock.json: tests/oracles/package-lock.json
	@npm ci --prefix tests/oracles --ignore-scripts --no-audit --no-fund --silent
	@touch $@

oracles: $(READY) tests/oracles/node_modules/.package-lock.json ## Compare with the runner's own library, an editor's, X's and Bluesky's (needs npm)
	@$(BIN)/python -m pytest tests/oracles

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	@npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --silent
	@touch $@

browser: $(READY) tests/browser/node_modules/.package-lock.json ## Look at the pages in Chromium (needs npm and chromium)
	@$(BIN)/python -m pytest -p no:randomly tests/browser

bench: $(READY) ## Measure start-up, parsing and polling
	@$(BIN)/python -m benchmarks

docs: $(READY) ## Renew what is generated: the page about the post file, and the action for runners without Docker
	@$(BIN)/python -m tools.generate_docs && $(BIN)/python -m tools.python_action

picture: $(READY) ## Renew the picture of the README (needs Chromium)
	@$(BIN)/python -m tools.picture

live: $(READY) ## Record what the real Publer does, on ACCOUNTS="id id"; asks before it posts (PUBLER_API_KEY, PUBLER_WORKSPACE_ID)
	@$(BIN)/python -m tests.live $(ACCOUNTS)

sandbox: $(READY) ## Start the Publer stand-in on loopback
	@$(BIN)/python -m sandbox

lock: $(READY) ## Renew the hash-locked requirements
	@$(COMPILE) requirements/installer.in -o requirements/installer.txt
	@$(COMPILE) pyproject.toml $(LEFT_OUT) -o requirements/runtime.txt
	@$(COMPILE) pyproject.toml requirements/test.in -o requirements/test.txt
	@$(COMPILE) pyproject.toml requirements/dev.in -o requirements/dev.txt
	@$(COMPILE) requirements/e2e.in -o requirements/e2e.txt
	@for arch in x86_64 aarch64; do \
	  $(PIP) download --dest build/wheels-$$arch --no-deps --only-binary :all: --require-hashes \
	    --python-version 3.13 --platform manylinux_2_28_$$arch --platform manylinux2014_$$arch \
	    -r requirements/runtime.txt || exit 1; done

# Between these two every test run counts what it executes, in all processes that it starts.
coverage-start: $(READY)
	@$(BIN)/python tests/measure.py start

coverage-report: $(READY)
	@$(BIN)/python tests/measure.py report

clean: ## Remove everything that was made here
	@rm -rf $(VENV) $(VENV)-* .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* build tests/oracles/node_modules tests/browser/node_modules
