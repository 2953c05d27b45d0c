# `make run` and `make test` do everything on a fresh machine with Python 3.11; both are quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := $(shell find web -path web/node_modules -prune -o -path web/src/gen -prune -o -type f -print 2>/dev/null) \
	signaling/protocol/schema.json pypeer/protocol/schema.json pypeer/secure/words.txt

# Modules without I/O: their tests take every branch.
comma := ,
empty :=
space := $(empty) $(empty)
PURE := $(subst $(space),$(comma),$(strip \
	pypeer/no_way.py pypeer/websocket_states.py \
	pypeer/background/record.py \
	$(addprefix pypeer/cli/,contact_words.py found_words.py saying.py status_words.py words.py) \
	$(addprefix pypeer/connect/,description.py lanes.py link_state.py prospects.py race.py renewal.py \
		reporting.py roads.py servers.py trouble.py ways.py) \
	pypeer/connect/ice/* \
	$(addprefix pypeer/connect/mapping/,igd.py wire.py) \
	$(addprefix pypeer/connect/tcp/,plan.py redial.py reporting.py) \
	pypeer/connect/turn/* \
	$(addprefix pypeer/contacts/,contact.py lookalike.py marking.py naming.py outcome.py policy.py standing.py) \
	$(addprefix pypeer/delegates/,digest.py proof.py record.py) \
	$(addprefix pypeer/doctor/,addresses.py advice.py asking.py behaviour.py diagnosis.py discovery.py \
		drawing.py findings.py lifetime.py networks.py page.py texts.py words.py) \
	$(addprefix pypeer/finding/,found.py outlook.py sizes.py sought.py targets.py who.py) \
	$(addprefix pypeer/library/,announcing.py forms.py ignoring.py place.py stock.py waiting.py wanting.py) \
	$(addprefix pypeer/links/,arrivals.py framing.py pulse.py tcp_info.py) \
	pypeer/protocol/* \
	pypeer/sctp/* \
	pypeer/secure/* \
	$(addprefix pypeer/signaling_client/,backoff.py closing.py core.py effects.py repeating.py) \
	$(addprefix pypeer/spaces/,blinding.py boxes.py form.py keys.py merging.py opened.py shelf.py space.py \
		tree.py) \
	$(addprefix pypeer/transfer/,asking.py attached.py budget.py choosing.py chunks.py claims.py drawing.py effects.py endings.py \
		expected.py fetch.py finishing.py holdings.py identity.py joining.py landing.py listing.py manifest.py merkle.py mutual.py names.py \
		pace.py party.py phases.py pulling.py rate.py receiver.py remarks.py roots.py schedule.py sender.py serving.py \
		spread.py standing.py storing.py subflow.py swarm.py tally.py telling.py trust.py witness.py) \
	signaling/core/* \
	$(addprefix signaling/engine/,block.py entries.py finding.py places.py postings.py sealed.py segment.py tree.py) \
	signaling/http/languages.py \
	signaling/protocol/* \
	$(addprefix signaling/relay/,forwarder.py known.py offers.py places.py rooms.py stun.py tickets.py) \
	signaling/relay/turn/*))

.PHONY: run test tests check lint types js debian clean

run: $(VENV)/.page
	$(BIN)/signaling $(ARGS)

test: js tests

tests: $(VENV)/.page debian
	$(BIN)/python -m tests.lanes $(ARGS)

# What runs on one core goes side by side, before the tests, which fill all of them.
check: $(VENV)/.page
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint types js
	$(MAKE) --no-print-directory tests ARGS="--cov --cov-report= $(ARGS)" || failed=$$?; \
	$(BIN)/coverage report --include="$(PURE)" --fail-under=100 --show-missing --skip-covered || failed=$$?; \
	exit $${failed:-0}

lint: $(VENV)/.page
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.page
	$(BIN)/mypy
	cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check

js: $(VENV)/.page
	cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm test --silent

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(VENV)/.page: $(VENV)/.installed $(PAGE)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python web/hatch_hook.py
	touch $@

debian:
	@$(BIN)/python -m tests.debian

clean:
	rm -rf $(VENV) web/node_modules web/src/gen signaling/page dist
