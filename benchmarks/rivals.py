"""Other tools on the same faults, and by which rules their output is read.

A tool is given what the user has: psql and pg_isready the target and the environment, unless that is in the syntax of
another driver (JDBC, Npgsql, SQLAlchemy) or in a file that they do not read; db-tester the target if it is a URL;
netdoctor and sslyze the first host and port (as pgwhy reads them), sslyze only where the target asks for TLS (sslmode
require or stricter). What cannot be given counts as not found, and on healthy servers as no false alarm.

On loopback, where targets name their address by `hostaddr`, the host's name leads to that address for all of them, by a
hosts file. A tool is killed after 15 s; what it has printed until then counts. It has detected the fault, as everybody
sees that it hangs, and on a healthy server that is no false alarm.

How it is read, the same way for all:

detected    it says that something is wrong: its exit status or, where that is 0 in any case (sslyze), its words
cause       its output, without what it was given, has a phrase of `benchmarks.phrases`: a text that a reader who takes
            it at its word understands as that cause. It may name several; the right one among them is enough.
stage       the right cause, or another one of the same stage, or the step that the tool itself says it stopped at
healthy     anything else than an all-clear is a false alarm
cannot tell right where it names no cause

netdoctor ends its ladder with a request in HTTP, which no Postgres answers. That rung counts for nothing: what it says
of the name and the port does, its crash over what a Postgres answers to HTTP does not.

None of them tries a fix.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import phrases
from pgwhy import target as targets
from pgwhy.causes import Cause
from pgwhy.lab.faults import real_clients, record
from pgwhy.lab.faults.fault import Tier
from pgwhy.lab.faults.stage import Scene as Place
from pgwhy.lab.network.namespace import Ran
from pgwhy.lab.postgres.installation import find_installation
from pgwhy.machine import Machine
from pgwhy.progress import Stage
from pgwhy.target.dialects import Dialect
from pgwhy.target.model import Target

LIMIT_S = 15.0
_FOREIGN = (Dialect.JDBC, Dialect.NPGSQL, Dialect.SQLALCHEMY)
PROGRAMS = Path(__file__).resolve().parents[1] / ".parts/rivals/bin"
"""Where `make rivals` puts those that come from PyPI."""


@dataclass(frozen=True)
class Answer:
    """What a tool said of a fault, as read by the rules above."""

    given: bool
    """It could be given the fault at all."""
    detected: bool = False
    causes: frozenset[Cause] = frozenset()
    stages: frozenset[Stage] = frozenset()
    elapsed_s: float = 0.0
    output: str = ""
    cut_off: bool = False
    """It was killed at the limit."""


@dataclass(frozen=True)
class Rival:
    """A tool: how it is called, and how it is read."""

    name: str
    missing: Callable[[], str]
    """Why it is not here; empty if it is."""
    command: Callable[[Place, Target], list[str] | None]
    """`None`: it cannot be given this."""
    detects: Callable[[Ran], bool]
    stages: Callable[[Ran], frozenset[Stage]] = lambda ran: frozenset()
    """The step that it says it stopped at, where it says so in words of its own."""
    words: Callable[[Ran], str] = lambda ran: ran.stdout + ran.stderr
    """What of its output is a complaint."""


def ask(rival: Rival, place: Place) -> Answer:
    """Run the tool where the user sits, and read what it says."""
    target = _target(place)
    command = rival.command(place, target)
    if command is None:
        return Answer(given=False)
    begin = time.monotonic()
    ran = place.run([*_with_names(place, target), *command], limit_s=LIMIT_S)
    elapsed_s = time.monotonic() - begin
    detected = rival.detects(ran)
    causes, stages = _read(rival, ran, place) if detected else (frozenset(), frozenset())
    return Answer(
        True, detected, causes, stages, elapsed_s, record.masked(ran.stdout + ran.stderr, place), ran.status is None
    )


def _read(rival: Rival, ran: Ran, place: Place) -> tuple[frozenset[Cause], frozenset[Stage]]:
    said = rival.words(ran)
    if place.given.target:
        said = said.replace(place.given.target.reveal(), "")
    causes = phrases.causes(said)
    return causes, rival.stages(ran) | {cause.about.stage for cause in causes if cause.about.stage}


def _target(place: Place) -> Target:
    given = place.given
    machine = Machine(given.environment, place.home, place.home, sys.platform, datetime.now(UTC))
    return targets.read(given.target.reveal() if given.target else None, machine)


def _with_names(place: Place, target: Target) -> list[str]:
    """On loopback, what makes the names of the target lead to its `hostaddr`, and nowhere else."""
    if place.fault.tier is not Tier.LOOPBACK:
        return []
    lines = ["127.0.0.1 localhost", "::1 localhost"]
    lines += [f"{host.hostaddr} {host.name}" for host in target.hosts if host.hostaddr and host.name]
    for name, text in (("hosts", "\n".join(lines)), ("resolv.conf", "nameserver 127.0.0.1")):
        (place.home / f".lab-{name}").write_text(text + "\n", encoding="utf-8")
    script = 'for f in hosts resolv.conf; do mount --bind "$0/.lab-$f" /etc/$f; done; exec "$@"'
    return ["unshare", "--mount", "--user", "--map-root-user", "/bin/sh", "-c", script, str(place.home)]


def _libpq_reads_it(place: Place, target: Target) -> bool:
    if place.given.target is None:
        return any(name.startswith("PG") for name in place.given.environment)
    return target.written is None or target.written.dialect not in _FOREIGN


def _psql(place: Place, target: Target) -> list[str] | None:
    if not _libpq_reads_it(place, target):
        return None
    return real_clients.psql().line(place.given.target.reveal() if place.given.target else None)


def _pg_isready(place: Place, target: Target) -> list[str] | None:
    if not _libpq_reads_it(place, target):
        return None
    program = str(find_installation().program("pg_isready"))
    return [program, *(["-d", place.given.target.reveal()] if place.given.target else [])]


def _db_tester(place: Place, target: Target) -> list[str] | None:
    text = place.given.target.reveal() if place.given.target else ""
    return [str(PROGRAMS / "db-tester"), text] if "://" in text else None


def _first_place(target: Target) -> Iterator[tuple[str, int]]:
    for host in target.hosts:
        if host.name and not host.name.startswith(("/", "@")):
            yield host.name, host.port


def _netdoctor(place: Place, target: Target) -> list[str] | None:
    for host, port in _first_place(target):
        name = f"[{host}]" if ":" in host else host
        return [str(PROGRAMS / "netdoctor"), "--quick", "--no-color", "--json", f"{name}:{port}"]
    return None


def _sslyze(place: Place, target: Target) -> list[str] | None:
    if target.value("sslmode") not in ("require", "verify-ca", "verify-full"):
        return None
    for host, port in _first_place(target):
        roots = ["--certinfo", "--certinfo_ca_file", place.values["root_certificate"]]
        name = f"[{host}]" if ":" in host else host
        scans = ["--tlsv1_2", "--tlsv1_3", *roots]
        return [str(PROGRAMS / "sslyze"), "--starttls", "postgres", *scans, f"{name}:{port}"]
    return None


def _fails(ran: Ran) -> bool:
    return ran.status != 0


def _sslyze_complains(ran: Ran) -> bool:
    """It ends with 0 in any case."""
    return ran.status != 0 or bool(_sslyze_complaints(ran))


def _sslyze_complaints(ran: Ran) -> str:
    """Why it discards a scan, and the verdict of the store that it was given: the public ones do not know the lab's
    root. Refusing every cipher counts where both TLS 1.2 and 1.3 do."""
    lines = [line for line in ran.stdout.splitlines() if "=> ERROR: " in line or "Supplied CA file CA Store" in line]
    lines = [line for line in lines if "OK - Certificate is trusted" not in line]
    both = ran.stdout.count("the server rejected all cipher suites") == 2
    return "\n".join(lines + ["no protocols available in common"] * both)


_RUNGS: Mapping[str, Stage] = {"dns": Stage.DNS, "port": Stage.TCP}


def _broken_rungs(ran: Ran) -> list[Mapping[str, str]]:
    """Those of netdoctor's ladder that failed and that a Postgres has; none where it crashed."""
    try:
        rungs = json.loads(ran.stdout)["rungs"]
    except (ValueError, KeyError, TypeError):
        return []
    return [rung for rung in rungs if rung.get("key") in _RUNGS and rung.get("status") == "fail"]


def _netdoctor_complains(ran: Ran) -> bool:
    return ran.status is None or bool(_broken_rungs(ran))


def _netdoctor_complaints(ran: Ran) -> str:
    return "\n".join(f"{rung.get('detail')} {rung.get('hint')}" for rung in _broken_rungs(ran))


def _rung(ran: Ran) -> frozenset[Stage]:
    return frozenset(_RUNGS[rung["key"]] for rung in _broken_rungs(ran))


def _db_tester_step(ran: Ran) -> frozenset[Stage]:
    """The checks of its table that it does not call OK."""
    steps = {r"DNS Resolution\W+(FAIL|WARN)": Stage.DNS, r"Port Check\W+(FAIL|WARN)": Stage.TCP}
    return frozenset(stage for check, stage in steps.items() if re.search(check, ran.stdout))


def _from_pypi(program: str) -> Callable[[], str]:
    return lambda: "" if shutil.which(PROGRAMS / program) else f"{program} is not installed (make rivals)"


def _here() -> str:
    return ""


RIVALS = (
    Rival("psql's text", _here, _psql, _fails),
    Rival("pg_isready", _here, _pg_isready, _fails),
    Rival("db-tester-cli 0.1.0", _from_pypi("db-tester"), _db_tester, _fails, _db_tester_step),
    Rival("netdoctor 0.1.1", _from_pypi("netdoctor"), _netdoctor, _netdoctor_complains, _rung, _netdoctor_complaints),
    Rival("sslyze 6.3.1", _from_pypi("sslyze"), _sslyze, _sslyze_complains, words=_sslyze_complaints),
)
