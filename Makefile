# Two commands: `make run` does the main job on what this machine has, `make test` passes the tests. Each makes what it needs.
# `make demo-llm` shows models at work on data: simulated ones, or those at TILTH_LLM_BASE_URL.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= work/web-en
INPUT ?=
WORKERS ?= 0

.PHONY: run demo-llm test bench clean

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all,test]'
	touch $@

run: $(VENV)/ready
ifeq ($(INPUT),)
	$(BIN)/tilth collect work/input
	$(BIN)/tilth run recipes/web_en.py --out $(OUT) --executor local:$(WORKERS)
else
	$(BIN)/tilth run recipes/web_en.py --input '$(INPUT)' --out $(OUT) --executor local:$(WORKERS)
endif
	$(BIN)/tilth report $(OUT)

demo-llm: $(VENV)/ready
	$(BIN)/tilth llm demo

test: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# Each peer runs in an environment of its own, side by side with ours, in one go; a bench whose peer does not install runs without it.
PEERS := $(patsubst bench/peers/%.txt,.venv-peers/%/ready,$(wildcard bench/peers/*.txt))

.venv-peers/%/ready: bench/peers/%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --no-deps --requirement $<
	touch $@

bench: $(VENV)/ready
	-$(MAKE) --keep-going $(PEERS)
	$(BIN)/python bench/all.py

clean:
	rm -rf work build .venv-peers
