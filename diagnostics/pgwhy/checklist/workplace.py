"""What lies around a connection on this machine: where its password was left, the project's drivers, a direct URL.

Reads files and the repository's objects; sends nothing. The password is looked for inside this process, so that it
is in no other program's arguments; of what was found, only yes or no is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, ClassVar

from pgwhy import target as targets
from pgwhy.checklist import repository
from pgwhy.client import Client
from pgwhy.facts import Record, fact
from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.project import Scan
from pgwhy.redaction import encodings
from pgwhy.secret import Secret
from pgwhy.target.model import Target
from pgwhy.target.provider import recognise
from pgwhy.values import dataclass

HISTORIES = (
    ".bash_history",
    ".zsh_history",
    ".sh_history",
    ".ash_history",
    ".psql_history",
    ".python_history",
    ".node_repl_history",
    ".local/share/fish/fish_history",
    "AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt",
)
LONGEST_HISTORY = 100_000_000
"""Bytes of a history that are searched, its last ones: a shell appends."""
_CHUNK = 1 << 20
_SHORTEST = 8
"""Shorter passwords, and plain words, stand in any text by accident."""


@dataclass(frozen=True)
class Workplace(Record):
    """This machine around the connection. `None` in a fact: it could not be looked at."""

    name: ClassVar[str] = "workplace"

    password_in_history: bool | None = fact("the password is in the history of a shell, of psql or of an interpreter")
    repository: bool | None = fact("the project's folder is a git repository")
    password_in_git: bool | None = fact("the password is in some object of the repository, deleted ones included")
    drivers: tuple[str, ...] | None = fact("the project's Postgres drivers, with their versions")
    drivers_without_sni: tuple[str, ...] | None = fact(
        "those that send no SNI; unknown while a driver's libpq or its version is not known"
    )
    direct_url: bool | None = fact("a variable here, or in .env, names the same endpoint without the pooler")
    connect_limit_s: float | None = fact("the time limit for a connection that applies, in seconds; 1e9 for none")


def look(target: Target, client: Client, machine: Machine, folder: Path, scan: Scan) -> Workplace:
    """At the home folder, and at a project's folder with what was found in its manifests."""
    forms = _forms(target.password)
    found = repository.find(folder)
    return Workplace(
        password_in_history=_in_files(forms, _histories(machine)) if forms else None,
        repository=found is not None,
        password_in_git=(
            repository.search(found, partial(_in_stream, forms), machine.environment) if forms and found else None
        ),
        drivers=tuple(driver.title for driver in scan.drivers),
        drivers_without_sni=_without_sni(scan),
        direct_url=_direct_url(target, machine),
        connect_limit_s=_limit(target, client),
    )


def _forms(password: Secret | None) -> tuple[bytes, ...]:
    """The password as it may stand in a file; nothing for one that is no more than a word."""
    text = password.reveal() if password else ""
    if len(text) < _SHORTEST or re.fullmatch(r"[A-Za-z]+|\d+", text):
        return ()
    return tuple(form.encode("utf-8", "surrogateescape") for form in encodings.literals(text) if len(form) >= _SHORTEST)


def _histories(machine: Machine) -> Iterator[Path]:
    if machine.home is not None:
        yield from (machine.home / name for name in HISTORIES)
    if named := machine.environment.get("HISTFILE"):
        yield Path(named)


def _in_files(forms: tuple[bytes, ...], paths: Iterable[Path]) -> bool:
    for path in paths:
        try:
            with files.opened(path) as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - LONGEST_HISTORY))
                if _in_stream(forms, file):
                    return True
        except OSError:
            continue
    return False


def _in_stream(forms: tuple[bytes, ...], stream: IO[bytes]) -> bool:
    """In constant memory; the end of each piece is looked at again with the next one."""
    overlap, before = max(map(len, forms)) - 1, b""
    while piece := stream.read(_CHUNK):
        text = before + piece
        if any(form in text for form in forms):
            return True
        before = text[-overlap:]
    return False


def _without_sni(scan: Scan) -> tuple[str, ...] | None:
    lacking = tuple(d.title for d in scan.drivers if d.client.sends_sni is False and d.certain)
    if lacking:
        return lacking
    unknown = any(d.client.sends_sni is None or (d.client.sends_sni is False and not d.certain) for d in scan.drivers)
    return None if unknown else ()


def _direct_url(target: Target, machine: Machine) -> bool | None:
    """Is there a variable with this endpoint's direct host? `None` where the target is not of a pooled host."""
    host = next((h.name for h in target.hosts if h.name), "")
    known = recognise(host)
    if not known.pooled or known.endpoint is None:
        return None
    direct = host.lower().replace(known.endpoint, known.endpoint.removesuffix("-pooler"), 1)
    variables: Mapping[str, str] = {**_dotenv(machine.folder), **machine.environment}
    return any(direct in value.lower() for value in variables.values())


def _dotenv(folder: Path) -> dict[str, str]:
    try:
        text = files.text(folder / ".env")
    except OSError:
        return {}
    return dict(re.findall(r"^\s*(?:export\s+)?(\w+)\s*=\s*(.*)$", text, re.MULTILINE))


def _limit(target: Target, client: Client) -> float | None:
    asked = targets.facts_of(target, default_sslmode="prefer", default_source="").connect_timeout
    limit = float(asked) if asked else client.connect_timeout_s
    return 1e9 if limit == 0 else limit
