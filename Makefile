# `make` alone lists what can be made.

SCENE ?= scenes/resume.py
QUALITY ?= h
ARGS ?=
FUZZ_EXAMPLES ?= 1000
EXACT_FPS ?= 6
LOWEST := .cache/lowest
# Subjects of commits up to this one were written before the rule in CONTRIBUTING.md.
RULE_SINCE := 05492a9193f5

SHELL := /bin/bash
# Looked up when used, not when this file is read: `setup` may have installed it in between.
UV = $(shell PATH="$$PATH:/usr/local/bin:$$HOME/.local/bin" command -v uv || echo uv)
RUN = $(UV) run --locked

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup video test lint format-check types pytest test-lowest format recordings snapshots \
	matrix matrix-install matrix-manim matrix-metaflow matrix-python bench commits fuzz exact sheet clean

help: ## List what can be made
	@echo 'make video [SCENE=$(SCENE)] [QUALITY=l|m|h|p|k] [ARGS="--save_sections"]'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: system libraries, uv, the locked environment
	@bash scripts/setup.sh

video: setup ## Render SCENE at QUALITY and print where the video is
	@$(RUN) python scripts/render.py '$(SCENE)' --quality '$(QUALITY)' $(ARGS)

test: setup ## Run all checks: ruff, mypy, commit messages, pytest
	@$(MAKE) --no-print-directory --keep-going lint format-check types commits pytest

lint:
	$(RUN) ruff check .

format-check:
	$(RUN) ruff format --check .

types:
	$(RUN) mypy

# A shallow clone does not have the commit at which the rule begins: there only the newest one is checked.
commits: ## Check the messages of the commits that are here
	@if git rev-parse --quiet --verify '$(RULE_SINCE)^{commit}' >/dev/null; \
	then $(RUN) cz check --rev-range '$(RULE_SINCE)..HEAD'; \
	else git log -1 --format=%B 2>/dev/null | $(RUN) cz check; fi

# Tests of a module stay together: they share what is costly to make. There is a process more than cores: in a quarter
# of their time tests wait for the processes that they start.
pytest:
	$(RUN) pytest -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist loadfile $(ARGS)

# Not the whole suite: most of it needs what the oldest Metaflow lacks. tests/versions holds for every version.
test-lowest: setup ## Run tests/versions with the oldest version of everything that pyproject.toml admits
	$(UV) venv --quiet --clear $(LOWEST)
	$(UV) pip install --quiet --python $(LOWEST) --resolution lowest-direct --editable . --group dev
	CI=false $(LOWEST)/bin/python -m pytest tests/versions $(ARGS)

# Each row is an environment of its own; a matrix ends in a table of what was run with which versions.
matrix: matrix-install matrix-manim matrix-metaflow matrix-python ## Run all of the four matrices

matrix-install: setup ## Install the wheel beside Metaflow, beside ob-metaflow and alone, and test it
	$(RUN) python scripts/matrix.py install $(ARGS)

matrix-manim: setup ## Test with the lowest, the newest and other versions of Manim
	$(RUN) python scripts/matrix.py manim $(ARGS)

matrix-metaflow: setup ## Test with the lowest, the newest and other versions of Metaflow
	$(RUN) python scripts/matrix.py metaflow $(ARGS)

matrix-python: setup ## Test with each Python from 3.11 to 3.14 that is on PATH
	$(RUN) python scripts/matrix.py python $(ARGS)

format: setup ## Format the code and mend what ruff can mend
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

recordings: setup ## Run the scenes' flows and record them anew
	$(RUN) python scenes/record.py $(ARGS)

snapshots: setup ## Accept how the pictures look now: write the snapshot baselines anew
	$(RUN) pytest --frames-update $(ARGS)

bench: setup ## Run the benchmarks
	@status=0; for benchmark in benchmarks/*.py; do \
		echo "== $$benchmark"; $(RUN) python "$$benchmark" || status=1; done; exit $$status

fuzz: setup ## Draw, change and damage what chance chooses, and end commands at any moment: FUZZ_EXAMPLES=1000
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(RUN) pytest -n logical tests/layout tests/mobjects/graph/test_drawn_flows.py \
		tests/render/drawing/test_exact_random.py tests/animations/code/test_code_evolution.py \
		tests/animations/graph/test_flow_evolution.py tests/films/test_replay_room.py \
		tests/cli/test_damaged_records.py tests/cli/test_kills.py tests/facts/store/test_damaged_stores.py $(ARGS)

exact: setup ## Compare every frame of every film with Manim's, and what is in Manim's cache: EXACT_FPS=6
	EXACT_FPS=$(EXACT_FPS) $(RUN) pytest -n logical tests/render/drawing/test_exact_films.py \
		tests/scenes/test_renders_by_manim.py $(ARGS)

sheet: setup ## Draw the last frame of every beat of SCENE into one picture in media/
	@mkdir -p media
	$(RUN) manim-metaflow sheet '$(SCENE)' -o 'media/$(basename $(notdir $(SCENE))).png' $(ARGS)

clean: ## Remove what was rendered and cached, but not the environment
	find media -mindepth 1 -maxdepth 1 ! -name gallery -exec rm -rf {} +
	rm -rf .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis snapshot-report dist build
