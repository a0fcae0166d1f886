# make demo   a virtual environment in .venv, then a small model trained on synthetic clips, then one prediction
# make test   the same environment, then all tests; real-data tests run where GENREKIT_TEST_DATA leads to the clips
# make lint   formatting, lint and types
# make docs   write docs/reference anew from the code
# make bench  what the figures in docs/benchmarks.md come from; takes about an hour and 7 GB, wants a quiet machine
# make pin    work out constraints.txt anew
UV := $(or $(shell command -v uv),.tools/bin/uv)
BIN := .venv/bin
PLUGINS := $(sort $(wildcard plugins/genrekit-*))
export UV_PYTHON_PREFERENCE ?= only-system

.PHONY: demo test lint docs bench pin clean
.DELETE_ON_ERROR:

demo: .venv/ready
	$(BIN)/genrekit run examples/quickstart.toml
	$(BIN)/genrekit predict "$$($(BIN)/python examples/a_test_clip.py)"

test: .venv/plugins-ready
	$(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST_ARGS)

lint: .venv/plugins-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/plugins-ready
	$(BIN)/python docs/generate
	$(BIN)/python docs/generate/plugin_pages.py

bench: .venv/ready
	$(BIN)/python -m bench

pin: $(UV)
	$(UV) pip compile --quiet --universal --no-emit-index-url --no-header --no-annotate \
		--group dev $(PLUGINS:%=--group %/pyproject.toml:test) pyproject.toml $(PLUGINS:=/pyproject.toml) --all-extras --no-emit-package genrekit -o constraints.txt

.venv/ready: pyproject.toml constraints.txt | $(UV)
	$(UV) venv --quiet --allow-existing .venv
	$(UV) pip install --quiet --python .venv --constraint constraints.txt --editable . --group dev
	touch $@

.venv/plugins-ready: .venv/ready $(PLUGINS:=/pyproject.toml)
	$(UV) pip install --quiet --python .venv --constraint constraints.txt \
		$(PLUGINS:%=--editable %) $(PLUGINS:%=--group %/pyproject.toml:test)
	touch $@

# Not into the system's Python: where pip is managed by the distribution, a target folder still works.
.tools/bin/uv:
	python3 -m pip install --quiet --target .tools uv

clean:
	rm -rf .venv .tools
