# Needs Python 3.11, make and the package index. Everything is written to .venv and .kc.
.DEFAULT_GOAL := help
.PHONY: help demo airflow airflow-on airflow-stop test test-long test-survival lint docs data-docs stop clean

PYTHON := $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
# .kc is the only home that make touches besides the one that KC_HOME names for a command.
OWN_HOME := env -u KC_HOME -u KC_PROGRAMME -u KC_DATABASE_URL -u KC_INBOX

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export DO_NOT_TRACK := 1

help:
	@echo "make demo       the sample nation through one night, on an embedded PostgreSQL"
	@echo "make airflow    Airflow with the same DAGs, without Docker; prints where, and where the password stands"
	@echo "make airflow-on switch all its DAGs on (make airflow-stop stops all of it)"
	@echo "make test       all tests but the long ones"
	@echo "make test-long  the long tests (up to 90 minutes)"
	@echo "make test-survival  PostgreSQL killed below a night, 50 times; goes on where it was stopped (hours)"
	@echo "make lint       ruff, mypy, sqlfluff, yamllint, import-linter"
	@echo "make docs       the generated pages of docs/"
	@echo "make stop       stop the embedded PostgreSQL, and Airflow if it runs; the data stay"
	@echo "make clean      stop it and delete .kc with all data"

# --no-deps: the lock is complete, and pip would otherwise ask for a package that the lock leaves out on purpose.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed and was not found as python3.11, python3 or python." >&2; exit 1; }
	@echo "Setting up .venv (a few minutes the first time)"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --quiet --no-deps --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@touch $(READY)

demo: $(READY)
	@$(BIN)/kc demo

airflow: $(READY)
	@$(BIN)/python -m kc.airflow start

airflow-on: $(READY)
	@$(BIN)/python -m kc.airflow on

airflow-stop:
	@test ! -x $(BIN)/python || $(BIN)/python -m kc.airflow stop

test: $(READY)
	@$(BIN)/python -m pytest -m "not long" --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-long: $(READY)
	@$(BIN)/python -m pytest -m long --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# With a log of its own in .kc/survival, so that it can be stopped and goes on; FRESH=--fresh begins anew.
test-survival: $(READY)
	@$(BIN)/python -u tests/survival/survive.py $(FRESH)

data-docs: $(READY)
	@$(BIN)/python -m kc.data_docs

# All of them speak, then any of them fails it.
lint: $(READY)
	@failed=0; \
	$(BIN)/ruff check || failed=1; \
	$(BIN)/mypy --no-error-summary || failed=1; \
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project warehouse/migrations warehouse/functions || failed=1; \
	$(BIN)/sqlfluff lint --disable-progress-bar --config .sqlfluff-statements khuyencong ingestion expectations bench \
		warehouse/sql || failed=1; \
	$(BIN)/yamllint --strict . || failed=1; \
	$(BIN)/lint-imports > /dev/null || { $(BIN)/lint-imports; failed=1; }; \
	exit $$failed

docs: $(READY)
	@$(BIN)/python -m kc.docs_pages
	@$(BIN)/python tests/field_troubles/page.py

stop:
	@test ! -x $(BIN)/kc || $(BIN)/kc stop

clean:
	@test ! -x $(BIN)/python || $(OWN_HOME) $(BIN)/python -c \
		'from khuyencong.airflow.service import stop_airflow; from warehouse.settings import read_settings; \
		from warehouse.opening import discard_warehouse; s = read_settings(); stop_airflow(s); discard_warehouse(s)'
	@rm -rf .kc build .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
