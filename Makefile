# Two commands for everybody: `make rehearse` and `make test`. Each sets up what it needs from the package index.
PYTHON ?= python3
VENV := .venv
REHEARSE_VENV := build/rehearse-venv

.PHONY: rehearse rehearse-act test lint bench compare lock-tools workflow clean

rehearse: $(REHEARSE_VENV)/.ready
	PYTHONPATH=src $(REHEARSE_VENV)/bin/python -m sealwright rehearse --out build/rehearsal $(REHEARSE_FLAGS)

# The same release, but by the rendered release.yml, which act runs.
rehearse-act: $(REHEARSE_VENV)/.ready
	act=$$(scripts/act.sh) && PATH="$$(dirname "$$act"):$$PATH" PYTHONPATH=src $(REHEARSE_VENV)/bin/python \
		-m sealwright rehearse --act --out build/rehearsal-act $(REHEARSE_FLAGS)

test: $(VENV)/.ready
	$(VENV)/bin/python -m pytest -n auto --dist worksteal $(TEST_FLAGS)

lint: $(VENV)/.ready
	scripts/lint.sh

bench: $(VENV)/.ready
	$(VENV)/bin/python benchmarks/run.py

# Writes docs/comparison.md anew: PARTS are any of archives, sboms, audits.
compare: $(VENV)/.ready
	$(VENV)/bin/python benchmarks/compare.py $(PARTS)

workflow: $(VENV)/.ready
	$(VENV)/bin/python -m sealwright workflow

# Takes new versions of all tools that have been public for a week.
lock-tools: $(VENV)/.ready
	scripts/lock_tools.sh

$(VENV)/.ready: requirements/dev.txt scripts/bootstrap.py
	$(PYTHON) scripts/bootstrap.py $(VENV) requirements/dev.txt

$(REHEARSE_VENV)/.ready: requirements/rehearse.txt scripts/bootstrap.py
	$(PYTHON) scripts/bootstrap.py $(REHEARSE_VENV) requirements/rehearse.txt

clean:
	rm -rf build $(VENV)
