"""What the Compose file that the target is in, or that is beside it, says of its Postgres service. Opens nothing."""

from __future__ import annotations

from typing import ClassVar

from pgwhy.facts import Record, fact
from pgwhy.probes.probe import Probe, Run, never_waits
from pgwhy.progress import Stage
from pgwhy.target.services import PasswordBeside, Services, may_be_beside
from pgwhy.values import dataclass


@dataclass(frozen=True)
class ComposeFacts(Record):
    """The Postgres service of a Compose file."""

    name: ClassVar[str] = "compose"

    file: str | None = fact(
        "the Compose file that the target is in, or that publishes its port; empty if there is none"
    )
    service: str | None = fact("the one Postgres service of that file; empty if there is none")
    port: str | None = fact("the port on which that service listens for the other services; empty if there is none")
    role: str | None = fact("the role that the service makes when its data are new; empty if that is not known")
    database: str | None = fact("the database that the service makes then; empty if that is not known")
    another_role: bool | None = fact("the target names another role than the one that the service makes")
    another_database: bool | None = fact("the target names another database than the one that the service makes")
    password: PasswordBeside | None = fact("whether the target's password is the one that the service is given")
    keeps_data: bool | None = fact("a volume keeps the data of the service, and with them its first password")


NO_FILE = ComposeFacts("", "", "", "", "", False, False, PasswordBeside.UNKNOWN, False)


def look(seen: Run) -> ComposeFacts:
    target = seen.target
    found = target.services or _beside(seen)
    if found is None:
        return NO_FILE
    user, database = target.value("user") or "", target.value("dbname") or ""
    return ComposeFacts(
        found.file,
        found.server,
        found.inside,
        found.role,
        found.database,
        bool(found.role and user and user != found.role),
        bool(found.database and database and database != found.database),
        found.of_password(target.password),
        found.keeps_data,
    )


def _beside(seen: Run) -> Services | None:
    if not may_be_beside(seen.target):
        return None
    from pgwhy.target.reading.in_services import beside  # most targets are elsewhere, and no settings file is read

    return beside(seen.target, seen.machine)


PROBE = Probe(ComposeFacts, never_waits, Stage.CONFIG, at_once=look, needs_readable_settings=False)
