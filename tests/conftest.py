"""Parts that several tests share: they are made once a session, and each test adds an endpoint of its own to them."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pgwhy.lab.postgres import server
from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, ROLE, World
from pgwhy.secret import Secret
from tests import forks, installation, parts, sampling

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts us in the background ignores Ctrl-C for us, and what a test starts and interrupts would
    # inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # so does nohup with the end of a terminal

_IN_MEMORY = Path("/dev/shm")
_ENOUGH = 4 << 30
"""Bytes: a few dozen servers of the lab at once need a tenth of that."""


def _make_temporary_files_in_memory() -> None:
    """The lab's servers make and remove some ten thousand files a minute: on a disk that is a sixth of the processor
    time, and most of the waiting. What pytest keeps of a test (`tmp_path`) stays where it was."""
    if "TMPDIR" in os.environ or not _IN_MEMORY.is_dir() or not hasattr(os, "statvfs"):
        return
    there = os.statvfs(_IN_MEMORY)
    if there.f_bavail * there.f_frsize >= _ENOUGH and not there.f_flag & (os.ST_NOEXEC | os.ST_RDONLY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
        os.environ["TMPDIR"] = str(_IN_MEMORY)
        tempfile.tempdir = None  # to be asked again


_make_temporary_files_in_memory()

# Of the tests that name no number of their own.
settings.register_profile("share", max_examples=sampling.examples(settings().max_examples))
settings.load_profile("share")

_LEAKS = ("DATABASE_URL", "POSTGRES_URL", "SSLKEYLOGFILE", "SSL_CERT_FILE", "SSL_CERT_DIR")


WORKERS_AT_MOST = 8
"""Each has a Postgres of its own."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are processors: many tests wait for an end that is meant not to come."""
    return min(WORKERS_AT_MOST, 2 + (os.cpu_count() or 1))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not in the sample, and keep together what shares parts that a module makes once."""
    if sampling.is_asked_for():
        items[:], left = sampling.chosen(items)
        config.hook.pytest_deselected(items=left)
    if config.getoption("dist", "no") != "loadgroup" and not hasattr(config, "workerinput"):
        return
    for item in items:
        if item.get_closest_marker("xdist_group") is None and _shares_parts_of_its_module(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where tests of a group run in several workers, each of them makes all that the group shares."""
    if getattr(session.config.option, "loadgroup", False):
        parted = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group")]
        assert all("@" in name for name in parted), "pytest-xdist does not keep groups together with this pytest"
    gc.collect()
    gc.freeze()  # thousands of tests are there to the end: no collection has to go through them again


def _shares_parts_of_its_module(item: pytest.Item) -> bool:
    manager = item.session._fixturemanager
    found = (manager.getfixturedefs(name, item) or () for name in getattr(item, "fixturenames", ()))
    return any(definition.scope == "module" for definitions in found for definition in definitions)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What this machine could not show, and why, in one line."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    )
    if sampling.is_asked_for():
        terminalreporter.write_line(
            "the long tables by a sample; all of them, and every part: PGWHY_ALL_PARTS=1 make test"
        )
    if reasons:
        told = "; ".join(f"{count} tests: {reason}" for reason, count in reasons.most_common())
        terminalreporter.write_line(f"skipped: {told}")


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_developer() -> Iterator[None]:
    """libpq reads PG* by itself, and so would every test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name in _LEAKS or (name.startswith("PG") and not name.startswith("PGWHY")):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def _clusters_are_copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """There are some hundred servers, and to make a cluster is most of the work of starting one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "initialised", tmp_path_factory.mktemp("clusters"))
        yield


@pytest.fixture
def inputs(request: pytest.FixtureRequest) -> int:
    """How many inputs this test tries its promise with: from its `@pytest.mark.promise(slug, quick, thorough)`.

    `quick` in every run of the tests, `thorough` with PGWHY_THOROUGH=1 (`make thorough`).
    """
    marker = request.node.get_closest_marker("promise")
    assert marker is not None, "a test that asks for `inputs` names its promise"
    _slug, quick, thorough = marker.args
    return int(thorough if os.environ.get("PGWHY_THOROUGH") == "1" else quick)


@pytest.fixture(scope="module")
def by_fork() -> Iterator[None]:
    """The lab runs our commands by fork: for the long tables, where starting Python is most of the work."""
    with forks.forked():
        yield


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a package index would hold. Who asks for it is in the group "installed", so that it is built once."""
    return installation.built(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheel_python(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `python` of an environment in which the wheel is installed."""
    return installation.installed(tmp_path_factory.mktemp("wheel") / "venv", *map(str, dist.glob("*.whl")))


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """Postgres, certificate authority and gateway, with the endpoint of Neon's documentation. Do not change what is
    there: `world.add_endpoint(...)` gives a test one of its own."""
    with World.running() as running:
        yield running


@pytest.fixture(scope="session")
def postgres15(world: World) -> Postgres:
    """The machine's own Postgres (15 on Debian 12), without TLS: the one behind the gateway."""
    if world.postgres.installation != parts.system_postgres():
        raise AssertionError("the world runs on another Postgres than the machine's own")
    return world.postgres


@pytest.fixture(scope="session")
def wheel_postgres() -> Iterator[Postgres]:
    """The wheel's Postgres, without TLS; its role and database are named as the world's."""
    with Postgres(parts.wheel_postgres(), roles={ROLE: Secret("npg_wheel")}, databases=(DATABASE,)) as server:
        yield server
