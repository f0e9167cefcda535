PYTHON ?= python3
VENV ?= .venv
OUT ?= out
FUZZ ?= tests/protocol
BIN := $(VENV)/bin

.PHONY: grade test attacks fuzz lint format messages bench
.DEFAULT_GOAL := grade

grade: $(VENV)/installed
	$(BIN)/torchgrade grade submissions --out $(OUT) --data synthetic

test: lint
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

attacks: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal tests/attacks tests/checks tests/cluster -m "slow or not slow"

fuzz: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(FUZZ) --hypothesis-profile=long --timeout=0 -m hypothesis

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Sentences that were marked since go into the catalogues, without a translation.
messages: $(VENV)/installed-dev
	$(BIN)/pybabel extract --mapping babel.cfg --keywords "_ N_ plural:1,2" --no-wrap \
	    --add-location file --sort-by-file --output $(VENV)/messages.pot .
	$(BIN)/pybabel update --input-file $(VENV)/messages.pot --output-file grader/language/ko.po \
	    --locale ko --no-fuzzy-matching --no-wrap --ignore-obsolete

bench: $(VENV)/installed-dev
	$(BIN)/python benchmarks/all.py

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@
