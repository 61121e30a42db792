# Two commands are enough: `make demo` and `make test`. Both set everything up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := $(VENV)/.peers
# two threads on a busy small machine can be a hundred times slower than one
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help setup demo test lint bench docs opentrons lock clean

help:
	@echo 'make demo    set up, and run the main job on real input'
	@echo 'make test    set up, and run the suite'
	@echo 'make setup   make .venv with the biowright command'
	@echo 'make lint    style, types, dependency direction'
	@echo 'make bench   ours beside the peers, in one run'
	@echo 'make docs    write the reference of the commands, run every code block of the docs'
	@echo 'make opentrons   an environment of its own for the Opentrons simulator'
	@echo 'make lock    resolve the dependencies anew'

setup: $(READY)

$(READY): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Biowright needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo 'python3 -m venv does not work; on Debian: apt-get install python3-venv'; exit 1; }
	@echo 'installing into $(VENV) (exact versions, checked by hash) ...'
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes --requirement constraints.txt
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)
	@rm -rf demo
	@$(BIN)/biowright campaign run examples/gb1/campaign.toml --workdir demo

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(PEERS)
	@$(BIN)/python -m benchmarks

$(PEERS): $(READY) constraints-bench.txt
	@echo 'installing the peers that the benchmarks run ...'
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes --requirement constraints-bench.txt
	@touch $@

docs: $(READY)
	$(BIN)/python docs/generate.py
	$(BIN)/python -m pytest -q tests/test_docs.py

opentrons: .venv-opentrons/.ready

.venv-opentrons/.ready: constraints-opentrons.txt
	@$(PYTHON) -m venv .venv-opentrons
	@.venv-opentrons/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@touch $@

lock:
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv; }
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --group build --group test --group lint pyproject.toml --output-file constraints.txt
	cp constraints.txt constraints-bench.txt  # what is locked already stays as it is
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --group build --group test --group lint --group bench pyproject.toml \
		--output-file constraints-bench.txt
	echo opentrons==8.8.2 | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header - --output-file constraints-opentrons.txt

clean:
	rm -rf $(VENV) .venv-opentrons demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
