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
	signaling/protocol/* signaling/core/* $(addprefix signaling/engine/,entries.py finding.py postings.py segment.py tree.py) pypeer/protocol/* pypeer/secure/* \
	signaling/relay/stun.py signaling/relay/places.py signaling/relay/turn/* signaling/relay/offers.py signaling/relay/known.py signaling/relay/rooms.py signaling/relay/tickets.py signaling/relay/forwarder.py signaling/http/languages.py \
	pypeer/signaling_client/core.py pypeer/signaling_client/repeating.py pypeer/signaling_client/closing.py pypeer/signaling_client/effects.py pypeer/signaling_client/backoff.py pypeer/cli/words.py pypeer/cli/saying.py pypeer/cli/found_words.py pypeer/cli/contact_words.py $(addprefix pypeer/contacts/,contact.py naming.py lookalike.py policy.py) pypeer/no_way.py pypeer/background/record.py $(addprefix pypeer/finding/,found.py outlook.py sizes.py targets.py who.py) \
	$(addprefix pypeer/doctor/,addresses.py advice.py asking.py behaviour.py diagnosis.py discovery.py drawing.py \
	findings.py lifetime.py networks.py page.py texts.py words.py) \
	pypeer/sctp/* pypeer/links/tcp_info.py pypeer/links/framing.py pypeer/links/pulse.py pypeer/connect/ice/* pypeer/connect/turn/* $(addprefix pypeer/connect/,tcp/plan.py tcp/redial.py tcp/reporting.py mapping/wire.py mapping/igd.py description.py lanes.py link_state.py prospects.py race.py renewal.py roads.py servers.py trouble.py ways.py reporting.py) \
	$(addprefix pypeer/transfer/,chunks.py merkle.py names.py manifest.py schedule.py fetch.py sender.py receiver.py listing.py \
	rate.py pace.py pulling.py drawing.py joining.py witness.py trust.py tally.py roots.py holdings.py spread.py swarm.py mutual.py landing.py telling.py party.py effects.py storing.py endings.py expected.py subflow.py serving.py asking.py phases.py choosing.py budget.py) \
	$(addprefix pypeer/spaces/,keys.py blinding.py boxes.py space.py opened.py tree.py merging.py form.py) signaling/engine/sealed.py \
	$(addprefix pypeer/library/,announcing.py forms.py ignoring.py place.py stock.py waiting.py wanting.py)))

.PHONY: run test check lint types js debian clean

run: $(VENV)/.page
	$(BIN)/signaling $(ARGS)

test: $(VENV)/.page debian
	$(BIN)/python -m tests.lanes $(ARGS)
	$(MAKE) --no-print-directory js

check: lint types
	$(MAKE) --no-print-directory test ARGS="--cov --cov-report= $(ARGS)"
	$(BIN)/coverage report --include="$(PURE)" --fail-under=100 --show-missing --skip-covered

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
