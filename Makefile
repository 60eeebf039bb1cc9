# reconsul. `make` prints the targets.
NODE_VERSION := 24.21.0
STARTED := $(shell date +%s)
IMAGE ?= reconsul:dev
LAB := test/lab/lab

# A Node of our own, from npm's registry, where the machine's is older than 24.
export PATH := $(CURDIR)/.node/node_modules/.bin:$(PATH)
NODE_IS_OLD := $(shell node -e 'process.exitCode = parseInt(process.versions.node) < 24 ? 1 : 0' 2>/dev/null || echo yes)
OS := $(shell uname -s | tr A-Z a-z)
ARCH := $(subst aarch64,arm64,$(subst x86_64,x64,$(shell uname -m)))
NODE := .node/node_modules/.package-lock.json
# npm trusts only the authorities that Node brings; a machine behind a proxy has its own in the system's file.
SYSTEM_CA := $(wildcard /etc/ssl/certs/ca-certificates.crt)
NPM := $(if $(and $(SYSTEM_CA),$(if $(NODE_EXTRA_CA_CERTS),,yes)),NODE_EXTRA_CA_CERTS=$(SYSTEM_CA) )npm
NEED_NPM = command -v npm >/dev/null || \
	{ echo 'npm is missing: install Node.js with npm, any version will do (on Debian: apt install npm)' >&2; exit 1; }
# npm empties node_modules first: of two makes at once the second waits, and then finds it done. Without flock both go on.
LOCKED := $(if $(shell command -v flock 2>/dev/null),flock package-lock.json )sh -c

# No test may hang for ever; this is per test and per file.
TEST := node --test --test-timeout=300000

# Runs what follows with the lab up, NEEDS there too, and takes it down again unless it was up before or LAB_KEEP is set.
WITH_LAB = $(LAB) status >/dev/null 2>&1 && LAB_KEEP=1; \
	trap 'status=$$?; [ -n "$$LAB_KEEP" ] || $(LAB) down; exit $$status' EXIT; trap 'exit 130' INT; trap 'exit 143' TERM; \
	$(LAB) up $(NEEDS) &&

.PHONY: help deps build check unit test test-long prefetch conformance demo picture run bench bench-traffic soak test-faults docs lab-up lab-down image clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: node_modules/.package-lock.json ## Node 24 where the machine's is older, and the packages

build: dist/reconsul.cjs ## one file: dist/reconsul.cjs

check: deps ## types and lint
	@node_modules/.bin/tsc
	@node_modules/.bin/biome check --error-on-warnings

# In two processes, one for each core: starting one for each of some hundred files would take longer than the tests.
UNIT = $(TEST) --test-isolation=none --test-shard=$(1) 'test/unit/**/*.test.ts' 'test/conformance/**/*.test.ts'

unit: deps ## the tests that need neither Docker nor Consul
	@mkdir -p .lab; $(call UNIT,2/2) >.lab/unit.log 2>&1 & second=$$!; \
	$(call UNIT,1/2); first=$$?; wait $$second; second=$$?; cat .lab/unit.log; exit $$((first | second))

# Compiled once for all the processes that tests start.
test test-long: export NODE_COMPILE_CACHE := $(CURDIR)/.lab/compile-cache
test: NEEDS := prometheus promtool chromium-headless-shell
# What the lab needs comes meanwhile; `lab up` waits for it, and tells of what went wrong.
prefetch: deps
	@$(LAB) fetch $(NEEDS) >/dev/null 2>&1 &

test: prefetch check build unit ## everything, on a real Docker and a real Consul (LAB_KEEP=1 leaves them running)
	@$(WITH_LAB) \
	$(LAB) exec $(TEST) --test-concurrency=3 'test/integration/**/*.test.ts' && \
	$(LAB) exec $(TEST) --test-concurrency=3 'test/e2e/**/*.test.ts' && \
	echo "make test: passed, $$(( $$(date +%s) - $(STARTED) )) s"

test-long: NEEDS := zsh fish mandoc
test-long: build ## what takes long: a big switch, a roll under load, the image in many surroundings, completion in three shells, the manual page
	@$(WITH_LAB) $(LAB) exec $(TEST) --test-concurrency=2 'test/long/**/*.test.ts'

conformance: build ## every recorded case live, a table by topic (CASE='seed/*' LIST=1 HOSTS=2)
	@$(WITH_LAB) $(LAB) exec node test/conformance/live/main.ts

test-faults: build ## whatever can happen to Consul, Docker, containers and ourselves, a table (ONLY=regexp TIMES=2 LONG=1 SEED=)
	@$(WITH_LAB) $(LAB) exec env ONLY='$(ONLY)' TIMES='$(TIMES)' LONG='$(LONG)' SEED='$(SEED)' node test/faults/main.ts

demo: build ## the quick start on real containers, step by step, with times
	@$(WITH_LAB) $(LAB) exec node test/demo/demo.ts

picture: NEEDS := chromium-headless-shell
picture: build ## docs/page.png anew: the page on real containers
	@$(WITH_LAB) $(LAB) exec node test/demo/picture.ts docs/page.png

run: build ## the daemon: on this host's Docker and Consul if both are there, else the lab's (URI= FLAGS=)
	@exec env URI='$(URI)' test/lab/run $(FLAGS)

bench: build ## one table of times, as ratios to the bare calls (JSON=file for the samples)
	@$(WITH_LAB) $(LAB) exec node test/bench/bench.ts $(if $(JSON),--json $(JSON))

bench-traffic: build ## how early those who route traffic hear of an end, and what kept checks cost at rest
	@$(WITH_LAB) $(LAB) exec node test/bench/traffic.ts

soak: build ## a host in use, checked all the while (SOAK_MINUTES=20 SOAK_CONTAINERS=200 SOAK_OPTIONS= SEED=)
	@$(WITH_LAB) $(LAB) exec env SOAK_MINUTES='$(SOAK_MINUTES)' SOAK_CONTAINERS='$(SOAK_CONTAINERS)' SOAK_OPTIONS='$(SOAK_OPTIONS)' SEED='$(SEED)' \
		node test/soak/soak.ts

docs: build ## write docs/ from the tables in the code, and the licences from the bundle
	@node src/cli/docs.ts
	@node src/cli/bundle-contents.ts --docs

lab-up: deps ## start the lab: test/lab/lab exec CMD runs a command in it
	@$(LAB) up

lab-down: ## end the lab and everything in it
	@$(LAB) down

image: build ## the container image (IMAGE=reconsul:dev BASE= IMAGE_FLAGS=)
	docker build --target prebuilt --tag $(IMAGE) $(if $(BASE),--build-arg BASE=$(BASE)) $(IMAGE_FLAGS) \
		--build-arg VERSION="$$(node -p 'require("./package.json").version')" \
		--build-arg REVISION="$$(git describe --always --dirty --abbrev=40 --exclude='*' 2>/dev/null || echo unknown)" \
		--build-arg CREATED="$$(date -u +%Y-%m-%dT%H:%M:%SZ)" .

clean: lab-down ## remove what was built, and the lab with its downloads
	rm -rf dist .lab

node_modules/.package-lock.json: package-lock.json | $(if $(NODE_IS_OLD),$(NODE))
	@$(NEED_NPM)
	$(LOCKED) '[ -e $@ ] && ! [ $< -nt $@ ] || { $(NPM) ci --ignore-scripts --no-audit --no-fund && touch $@; }'

$(NODE):
	@$(NEED_NPM)
	$(LOCKED) '[ -e $@ ] || $(NPM) install --prefix .node --save-exact --ignore-scripts --no-audit --no-fund \
		node-$(OS)-$(ARCH)@$(NODE_VERSION)'

dist/reconsul.cjs: node_modules/.package-lock.json package.json $(shell find src -name '*.ts')
	@node_modules/.bin/esbuild src/main.ts --bundle --minify --platform=node --target=node24 --format=cjs \
		$(foreach package,@grpc/grpc-js @grpc/proto-loader protobufjs ssh2,--alias:$(package)=./src/source/unused.ts) \
		--banner:js='#!/usr/bin/env node' --log-level=warning --metafile=dist/meta.json \
		--define:process.env.RECONSUL_VERSION="\"$$(node -p 'require("./package.json").version')\"" --outfile=$@
	@node src/cli/bundle-contents.ts
	@chmod +x $@
