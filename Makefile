# make demo   a virtual environment in .venv, then a small model trained on synthetic clips, then one prediction
# make test   the same environment, then all tests; real-data tests run where GENREKIT_TEST_DATA leads to the clips
# make oldest  the core's tests, in part, with the oldest release of each dependency that pyproject.toml allows
# make fuzz   recipes of any bytes, for a minute or FUZZ_S seconds
# make lint   formatting, lint and types
# make audit  known vulnerabilities of what constraints.txt pins; skipped, saying so, where nobody answers
# make docs   write docs/reference anew from the code
# make bench  what the figures in docs/benchmarks.md come from; takes about an hour and 7 GB, wants a quiet machine
# make outdated  what constraints.txt, which the tests run with, pins that is no longer the newest
# make pin    work out constraints.txt anew, with the newest releases
UV := $(or $(shell command -v uv),.tools/bin/uv)
BIN := .venv/bin
PLUGINS := $(sort $(wildcard plugins/genrekit-*))
export UV_PYTHON_PREFERENCE ?= only-system

FUZZ_S ?= 60
# Tests start hundreds of processes, and without compiled files each would take twice as long to import torch.
CACHED := env -u PYTHONDONTWRITEBYTECODE
# What touches each dependency: reading, features, training, export, prediction, tables, figures, report, doctor.
OLDEST := $(addprefix tests/,test_answers.py test_audio.py test_broken_plugins.py test_bundle.py test_cli_predict.py \
	test_doctor.py test_plugins.py test_recipe_any_text.py test_recipe_load.py test_report.py test_store.py \
	test_unreadable_audio.py builtins/test_classification.py builtins/test_crnn.py builtins/test_mel.py \
	builtins/test_pictures.py)

.PHONY: demo test oldest fuzz lint audit outdated docs bench pin clean
.DELETE_ON_ERROR:

demo: .venv/ready
	$(BIN)/genrekit run examples/quickstart.toml
	$(BIN)/genrekit predict "$$($(BIN)/python examples/a_test_clip.py)"

test: .venv/plugins-ready
	$(CACHED) $(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST_ARGS)

oldest: .venv-oldest/ready
	$(CACHED) .venv-oldest/bin/python -m pytest -p no:cacheprovider -n auto --dist loadfile $(OLDEST)

fuzz: .venv/ready
	$(BIN)/python tests/fuzz/fuzz_recipe.py -max_total_time=$(FUZZ_S)

audit: .tools/audit/ready
	$(BIN)/python .ci/audit.py .tools/audit/bin/pip-audit

lint: .venv/plugins-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/plugins-ready
	$(BIN)/python docs/generate
	$(BIN)/python docs/generate/plugin_pages.py

bench: .venv/ready
	$(BIN)/python -m bench

RESOLVE = $(UV) pip compile --quiet --universal --no-header --no-annotate \
	--group dev $(PLUGINS:%=--group %/pyproject.toml:test) pyproject.toml $(PLUGINS:=/pyproject.toml) --all-extras --no-emit-package genrekit

pin: $(UV)
	$(RESOLVE) --upgrade -o constraints.txt

outdated: $(UV)
	@mkdir -p .tools
	@$(RESOLVE) --upgrade -o .tools/newest.txt && diff constraints.txt .tools/newest.txt \
		&& echo "constraints.txt pins the newest releases" \
		|| echo "constraints.txt is behind what is above, or no index could be asked; make pin"

.venv/ready: pyproject.toml constraints.txt | $(UV)
	$(UV) venv --quiet --allow-existing .venv
	$(UV) pip install --quiet --python .venv --constraint constraints.txt --editable . --group dev
	touch $@

.venv/plugins-ready: .venv/ready $(PLUGINS:=/pyproject.toml)
	$(UV) pip install --quiet --python .venv --constraint constraints.txt \
		$(PLUGINS:%=--editable %) $(PLUGINS:%=--group %/pyproject.toml:test)
	touch $@

.venv-oldest/ready: pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing .venv-oldest
	$(UV) pip install --quiet --python .venv-oldest --resolution lowest-direct --editable . --group test
	touch $@

.tools/audit/ready: pyproject.toml | .venv/ready $(UV)
	$(UV) venv --quiet --allow-existing .tools/audit
	$(UV) pip install --quiet --python .tools/audit --group audit
	touch $@

# Not into the system's Python: where pip is managed by the distribution, a target folder still works.
.tools/bin/uv:
	python3 -m pip install --quiet --target .tools uv

clean:
	rm -rf .venv .venv-oldest .tools
