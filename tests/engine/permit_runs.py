"""Runs against servers that record every byte, each made up from a number, and what must be true of each of them.

Run as a module (`python -m tests.engine.permit_runs FIRST LAST`) it is a worker with a libpq of its own, chosen by
PSYCOPG_IMPL and LD_LIBRARY_PATH, and prints a line for each broken promise, then a JSON object of what it counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import random
import socket
import ssl
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

from pgwhy.engine.diagnosis import diagnose_sync
from pgwhy.finding import Report
from pgwhy.lab.authority import Authority, CertificateFault
from pgwhy.network import Network, login, resolve
from pgwhy.probes.dns import resolvers
from pgwhy.probes.probe import Options
from tests.engine.recorder import METHODS, Recorder, at
from tests.engine.runs import MARKER, machine, request
from tests.servers import HTTP_ANSWER, NameServer, answering

NAME = "db.acme.test"
HOME, EVIL, EVIL_TOO = "127.0.0.1", "127.0.0.2", "127.0.0.3"
MODES = (None, "disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SSLMODES = (*MODES * 3, "disable", "disable", "require", "disabled", "disble", "required")
KINDS = (None, "valid", "self-signed", "other-name", "expired")
"""What the server has of TLS; `None`: nothing."""
CLIENTS = (
    None,
    None,
    None,
    None,
    None,
    "psycopg2",
    "libpq@13",
    "asyncpg",
    "node-postgres",
    "postgres-js",
    "pgx",
    "pgjdbc",
    "pg8000",
)
REQUIRE_AUTH = (*[None] * 12, "", "!md5", " !md5", "!md5, !gss", "md5,md5", "password", "scram-sha-256,password")
FAULTS = {
    "valid": CertificateFault.NONE,
    "self-signed": CertificateFault.SELF_SIGNED,
    "other-name": CertificateFault.OTHER_NAME,
    "expired": CertificateFault.EXPIRED,
}
HOSTILE = (
    '{ set = { sslmode = "disable" } }',
    '{ set = { sslmode = "allow" } }',
    f'{{ set = {{ host = "{EVIL}" }} }}',
    f'{{ set = {{ host = "{EVIL}", sslmode = "disable" }} }}',
    f'{{ set = {{ hostaddr = "{EVIL}" }} }}',
    f'{{ set = {{ hostaddr = "{EVIL_TOO}", sslmode = "disable" }} }}',
    f'{{ set = {{ host = "localhost", hostaddr = "{EVIL}" }} }}',
    f'{{ set = {{ host = "{NAME},x", hostaddr = "{EVIL},{EVIL_TOO}", port = "PORT,PORT" }} }}',
    '{ set = { hostaddr = "{dns.other_address}" } }',
    '{ set = { hostaddr = "{dns.other_address}", sslmode = "disable" } }',
    '{ set = { port = "OTHER" } }',
    '{ set = { require_auth = "password" } }',
    '{ remove = ["require_auth", "channel_binding"] }',
    '{ remove = ["sslmode"] }',
    '{ remove = ["sslrootcert"], set = { sslmode = "prefer" } }',
    '{ set = { sslmode = "verify-full", sslrootcert = "ROGUE" } }',
    f'{{ set = {{ sslmode = "verify-full", sslrootcert = "ROGUE", hostaddr = "{EVIL}" }} }}',
    '{ set = { sslkeylogfile = "KEYLOG" } }',
    '{ set = { sslcert = "ROGUE", sslkey = "/nonexistent/e.so:x" } }',
    '{ set = { user = "mallory" } }',
)
DNS = ("hosts-file", "answer-rewritten", "blocked-name", "name-withheld", "ipv6-question-dropped")
"""Worlds in which one of the built-in rules about names would connect to another address."""


@dataclass(frozen=True)
class Case:
    """One run, as its number makes it."""

    number: int
    sslmode: str | None
    by_variable: bool
    """sslmode is in PGSSLMODE, and not in the string."""
    kind: str | None
    evil_kind: str | None
    method: str
    client: str | None
    require_auth: str | None
    channel_binding: str | None
    root: bool
    """`sslrootcert` names the authority."""
    system: bool
    """The machine's own store holds it."""
    host: str
    """How the server is named: by its name, its address, or a path beside its address."""
    world: str
    """`home`: the name leads to the server; else one of `DNS`."""
    rules: tuple[str, ...]
    wrong_password: bool
    endpoint_form: bool

    @property
    def clear_text_is_meant(self) -> bool:
        """The user's own string says sslmode=disable."""
        return self.sslmode == "disable" and not self.by_variable

    def permits(self, *, encrypted: bool) -> bool:
        """Somebody in whose name this runs would send a clear-text password here, and it is safe, or asked for."""
        if not encrypted:
            return self.clear_text_is_meant
        return self.kind == "valid" and (self.root or self.system)


def case(number: int) -> Case:
    """The same number, the same case."""
    dice = random.Random(number)
    world = dice.choice((*["home"] * 10, *DNS))
    hosts = ("name", "name", "address", "path", "abstract", "drive")
    return Case(
        number=number,
        sslmode=dice.choice(SSLMODES),
        by_variable=dice.random() < 0.2,
        kind=dice.choice(KINDS),
        evil_kind=dice.choice(("valid-for-itself", *(kind for kind in KINDS if kind != "valid"))),
        method=dice.choice((METHODS[0], *METHODS)),
        client=dice.choice(CLIENTS),
        require_auth=dice.choice(REQUIRE_AUTH),
        channel_binding=dice.choice((*[None] * 6, "require", "prefer", "disable")),
        root=dice.random() < 0.3,
        system=dice.random() < 0.4,
        host=dice.choice(hosts) if world == "home" else "name",
        world=world,
        rules=tuple(dice.sample(HOSTILE, dice.randrange(0, 4))),
        wrong_password=dice.random() < 0.4,
        endpoint_form=dice.random() < 0.2,
    )


@contextlib.contextmanager
def without_first_defence() -> Iterator[None]:
    """Let the reader of rules, and what fills facts into them, permit every change: the permit is what is shown."""
    nothing: Any = lambda *given, **named: iter(())  # noqa: E731
    with (
        mock.patch("pgwhy.rulebook.allowance.faults", nothing),
        mock.patch("pgwhy.rulebook.allowance.refusal", lambda *given, **named: ""),
    ):
        yield


@dataclass
class Outcome:
    """What the servers saw of one run."""

    home: Recorder
    evil: tuple[Recorder, Recorder]
    report: Report
    key_log: Path

    def broken(self, given: Case) -> list[str]:
        """Which promises this run broke; empty if none."""
        found = []
        sent = self.home.sent(MARKER)
        found += [f"no-clear-text: sent to the user's own server, {e=}" for e in sent if not given.permits(encrypted=e)]
        for number, recorder in enumerate(self.evil):
            if recorder.sent(MARKER):
                found.append(f"no-clear-text: sent to another server ({number})")
            if recorder.messages:
                found.append(f"only-the-users-address: an exchange with another server ({number})")
        if self.home.exchanges + sum(recorder.exchanges for recorder in self.evil) > 3:
            found.append(f"three-exchanges: {self.home.exchanges}")
        if self.key_log.exists():
            found.append("only-the-users-address: TLS keys were written to a file that the user did not name")
        return [f"{line} {given}" for line in found]


@dataclass
class Lab:
    """What all cases share."""

    folder: Path
    authority: Authority = field(init=False)
    rogue: Authority = field(init=False)
    """An authority whose root only the rules name."""

    def __post_init__(self) -> None:
        for name in ("own", "rogue", "rules"):
            (self.folder / name).mkdir()
        self.authority, self.rogue = Authority(self.folder / "own"), Authority(self.folder / "rogue")

    def run(self, given: Case) -> Outcome:
        """One run of the engine, as a user would start it."""
        password = f"endpoint=ep-a-b-123456;{MARKER}" if given.endpoint_form else MARKER
        home = Recorder(given.method, self._context(given.kind), "other" if given.wrong_password else password)
        home.lets_in = not given.wrong_password
        evil = (
            Recorder(given.method, self._context(given.evil_kind), password),
            Recorder("clear-text", self._context(given.evil_kind)),
        )
        key_log = self.folder / f"keys-{given.number}"
        with contextlib.ExitStack() as stack:
            port = stack.enter_context(at({HOME: home, EVIL: evil[0], EVIL_TOO: evil[1]}))
            other_port = stack.enter_context(at({HOME: evil[1]}))
            if given.number % 4:
                stack.enter_context(without_first_defence())
            asked = self._request(given, port, other_port, password, key_log, stack)
            return Outcome(home, evil, diagnose_sync(asked), key_log)

    def _request(
        self, given: Case, port: int, other_port: int, password: str, key_log: Path, stack: contextlib.ExitStack
    ) -> Any:
        environment = {"PGSSLMODE": given.sslmode} if given.by_variable and given.sslmode else {}
        if given.system:
            environment["SSL_CERT_FILE"] = str(self.authority.root_file)
        on = machine(**environment)
        options = Options(web=False, wildcard_check=False)
        if given.world == "home":
            known: dict[str, tuple[str, ...]] = {NAME: (HOME,)}
        else:
            known, on, options = self._misled(given, on, options, stack)
        stack.enter_context(mock.patch.object(resolve, "_getaddrinfo", _knowing(known)))
        if given.world in ("answer-rewritten", "blocked-name"):
            port = stack.enter_context(at({"127.0.0.4": answering(HTTP_ANSWER), EVIL: _evil_again(stack, port)}))
        rules = self._rules(given, port, other_port, key_log)
        return request(
            self._text(given, port, password), client=given.client, on=on, options=options, rules=rules, deadline_s=5.0
        )

    def _misled(
        self, given: Case, on: Any, options: Options, stack: contextlib.ExitStack
    ) -> tuple[dict[str, tuple[str, ...]], Any, Options]:
        """A machine on which the name leads astray, or nowhere, and a resolver that gives EVIL for it."""
        there: dict[tuple[str, str], Any] = {(NAME, "A"): (EVIL,), (NAME, "AAAA"): ()}
        if given.world == "ipv6-question-dropped":
            there[NAME, "AAAA"] = None
            stack.enter_context(mock.patch.object(resolvers, "OWN_QUERY_S", 0.3))
        resolver = stack.enter_context(NameServer(there).running())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "resolv.conf").write_text(f"nameserver 127.0.0.1:{resolver}\n")
        (folder / "hosts").write_text(f"127.0.0.5 {NAME}\n" if given.world == "hosts-file" else "")
        on = dataclasses.replace(on, resolver_file=folder / "resolv.conf", hosts_file=folder / "hosts")
        options = dataclasses.replace(options, compare_dns=(f"127.0.0.1:{resolver}",))
        known = {
            "hosts-file": {NAME: ("127.0.0.5",)},  # nothing listens there
            "answer-rewritten": {NAME: ("127.0.0.4",)},
            "blocked-name": {NAME: ("0.0.0.0",)},
            "name-withheld": {},
            "ipv6-question-dropped": {},
        }[given.world]
        return known, on, options

    def _text(self, given: Case, port: int, password: str) -> str:
        query = {
            "sslmode": None if given.by_variable else given.sslmode,
            "sslrootcert": str(self.authority.root_file) if given.root else None,
            "require_auth": given.require_auth,
            "channel_binding": given.channel_binding,
            "hostaddr": HOME if given.host in ("path", "abstract", "drive") else None,
        }
        pairs = "&".join(f"{name}={quote(value)}" for name, value in query.items() if value is not None)
        host = {"name": NAME, "address": HOME, "path": "%2Ftmp", "abstract": "%40pgwhy", "drive": "C%3A%5Cx"}[
            given.host
        ]
        return f"postgresql://alex:{quote(password, safe='')}@{host}:{port}/neondb?{pairs}"

    def _rules(self, given: Case, port: int, other_port: int, key_log: Path) -> tuple[Path, ...]:
        if not given.rules:
            return ()
        folder = self.folder / "rules" / str(given.number)
        (folder / "config").mkdir(parents=True, exist_ok=True)
        fixes = "".join(_FIX.format(number=n, change=change) for n, change in enumerate(given.rules))
        names = {
            "OTHER": str(other_port),
            "PORT": str(port),
            "ROGUE": str(self.rogue.root_file),
            "KEYLOG": str(key_log),
        }
        for word, value in names.items():
            fixes = fixes.replace(word, value)
        (folder / "config" / "hostile.toml").write_text(_RULE + fixes + _EXAMPLES)
        return (folder,)

    def _context(self, kind: str | None) -> ssl.SSLContext | None:
        if kind is None:
            return None
        if kind == "valid-for-itself":
            return self.rogue.issue(NAME, EVIL, EVIL_TOO, "localhost").context()
        return self.authority.issue(NAME, HOME, fault=FAULTS[kind]).context()


def _evil_again(stack: contextlib.ExitStack, port: int) -> Any:
    """The same recorder under another port: what comes there goes on to the first."""

    def behave(connection: socket.socket) -> None:
        from pgwhy.lab.impostors.middlebox import splice

        with socket.create_connection((EVIL, port)) as server:
            splice(connection, server)

    return behave


def _knowing(known: dict[str, tuple[str, ...]]) -> Any:
    def answer(name: str) -> tuple[str, ...]:
        if name not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known[name]

    return answer


_RULE = """
title = "a rule that wants your password"
cause = "invalid-connection-option"
severity = "error"
owner = "client"
retry = "no"
because = "x"
references = ["https://example.com/"]
[[when]]
target.host_count = [1, 2]
"""
_FIX = """
[fix.f{number}]
kind = "repair"
title = "a fix"
change = {change}
expect = {{ startup.reached = ["auth", "session"] }}
[fix.g{number}]
kind = "repair"
title = "a fix"
change = {change}
expect = {{ authentication.outcome = "ok" }}
"""
_EXAMPLES = """
[[example]]
name = "yes"
given = { target.host_count = 1 }
[[example]]
name = "no"
expect = "no"
given = { target.host_count = 3 }
"""


def broken_promises(numbers: range, counted: Counter[str]) -> Iterator[str]:
    """Run these cases and give what they broke."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        for number in numbers:
            given = case(number)
            try:
                outcome = lab.run(given)
            except Exception as error:
                from pgwhy.rulebook.book import RuleError

                if not isinstance(error, RuleError):
                    raise RuntimeError(f"case {number}: {given}") from error
                counted["refused rules"] += 1
                given = dataclasses.replace(given, rules=())
                outcome = lab.run(given)
            counted["runs"] += 1
            counted["exchanges"] += outcome.home.exchanges
            counted["clear text at home"] += len(outcome.home.sent(MARKER))
            counted[f"world {given.world}"] += 1
            counted["kept back"] += bool(_kept_back(outcome.report))
            yield from outcome.broken(given)


def _kept_back(report: Report) -> str:
    from pgwhy.target.obstacle import reason

    return reason(report.observations.get("authentication.not_tried_because"))


async def _libpq_version() -> int | None:
    """Of the libpq that the runs of this process use."""
    network = Network()
    try:
        return await login.libpq_version(network)
    finally:
        await network.leave()


if __name__ == "__main__":
    total: Counter[str] = Counter()
    for line in broken_promises(range(int(sys.argv[1]), int(sys.argv[2])), total):
        print(line)
    print(json.dumps({**total, "libpq": asyncio.run(_libpq_version())}))
