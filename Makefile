# Two commands on a fresh machine: `make demo` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check unit bench torture lock clean

demo: .venv/ready
	$(BIN)/sheets-sync demo demo

test: .venv/ready-dev
	$(MAKE) --no-print-directory check unit

check: .venv/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sheets-sync rules test

unit: .venv/ready-dev
	$(BIN)/pytest -n 2 --dist worksteal

bench: .venv/ready-dev
	$(BIN)/python tests/bench.py

# Kills the local server fifty times among batches and fifty times while it writes a snapshot, and a night that
# freezes, copies and removes months at fifty of its steps.
torture: .venv/ready-dev
	SHEETS_SYNC_TORTURE=$${SHEETS_SYNC_TORTURE:-50} $(BIN)/pytest -s tests/emulator/test_emulator_torture.py tests/archive/test_cut_off.py

lock: .venv/ready-dev
	$(BIN)/pip freeze --exclude-editable | grep -v '^-e' > constraints.txt

clean:
	rm -rf .venv demo dist build

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "python3 cannot make a virtual environment here; on Debian and Ubuntu: apt-get install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

.venv/ready-dev: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
