"""The parts together: Postgres, certificate authority and gateway, with one role, one database and one endpoint.

Everything is on loopback and made for this run: ports, passwords, certificates. The endpoint's name is the one of
Neon's documentation, and `hostaddr` in the connection strings leads to the gateway without any DNS.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from pgwhy.lab.authority import Authority, CertificateFault
from pgwhy.lab.neon.compute import Retries
from pgwhy.lab.neon.gateway import Gateway
from pgwhy.lab.neon.proxy import Endpoint
from pgwhy.lab.postgres.installation import Installation
from pgwhy.lab.postgres.server import LOOPBACK_HBA, Postgres, short_folder
from pgwhy.lab.sockets.door import Address
from pgwhy.secret import Secret

ROLE = "alex"
DATABASE = "neondb"
ENDPOINT = "ep-cool-darkness-a1b2c3d4"
DOMAIN = "us-east-2.aws.neon.tech"
RETRIES = Retries().scaled(0.1)
"""A tenth of what the proxy takes: a fault is about what it says in the end."""


@dataclass(frozen=True)
class Lent:
    """The Postgres of another world, by its Unix socket: it saves the second or two that a further one costs."""

    socket_folder: str
    port: int
    password: str = field(repr=False)


class World:
    """An async context manager; entering it blocks its loop for about a second while Postgres is made.

    `hba`, `settings` (with `{root_certificate}`) and `standby` go to that Postgres, and `sql` with `{role}`,
    `{password}`, `{database}` filled in. `roles` are further roles with the same password (name → attributes), `held`
    is how many connections of the first role are kept open, `password` is its password, else a random one. With `tls`
    Postgres offers TLS itself, under a certificate for localhost with that fault. `endpoint` are fields of the first
    `Endpoint` (`refuse_with`, `wake_s`, `certificate`, ...). `default_name` and `retries` are the gateway's. With
    `lent` there is no Postgres of its own, and nothing that is said of it counts.
    """

    authority: Authority
    postgres: Postgres
    gateway: Gateway
    """These three are there once the world is entered."""

    def __init__(
        self,
        installation: Installation | None = None,
        *,
        hba: Iterable[str] = LOOPBACK_HBA,
        settings: Mapping[str, str] | None = None,
        tls: CertificateFault | None = None,
        endpoint: Mapping[str, Any] | None = None,
        default_name: str | None = None,
        retries: Retries = RETRIES,
        roles: Mapping[str, str] | None = None,
        sql: Iterable[str] = (),
        held: int = 0,
        standby: bool = False,
        password: str | None = None,
        lent: Lent | None = None,
    ) -> None:
        if lent is not None:
            password = lent.password
        self.password = Secret(password or "npg_" + secrets.token_hex(8))
        self._lent = lent
        self._installation = installation
        self._hba = tuple(hba)
        self._settings = dict(settings or {})
        self._tls = tls
        self._endpoint = dict(endpoint or {})
        self._default_name = default_name
        self._retries = retries
        self._roles = dict(roles or {})
        self._sql = tuple(sql)
        self._held = held
        self._standby = standby
        self._connections: list[Any] = []

    @classmethod
    @contextlib.contextmanager
    def running(cls, installation: Installation | None = None, **parts: Any) -> Iterator[World]:
        """The world on a loop and thread of its own, for callers that are not async. The same arguments."""
        # Not the default loop: Windows' proactor has no add_reader, which the gateway looks with.
        loop = asyncio.SelectorEventLoop()
        thread = threading.Thread(target=loop.run_forever, name="pgwhy-lab", daemon=True)
        thread.start()
        world = cls(installation, **parts)
        try:
            asyncio.run_coroutine_threadsafe(world.__aenter__(), loop).result()
            try:
                yield world
            finally:
                asyncio.run_coroutine_threadsafe(world.__aexit__(None, None, None), loop).result()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def __aenter__(self) -> World:
        folder = short_folder()
        try:
            self.authority = Authority(folder)
            if self._lent is None:
                self.postgres = self._make_postgres(folder)
                self.postgres.start()
                self._hold()
                backend = Address("127.0.0.1", self.postgres.port)
            else:
                backend = Address(self._lent.socket_folder, self._lent.port)
            first = replace(Endpoint(backend, self.roles), **self._endpoint)
            self.gateway = Gateway(
                self.authority,
                (DOMAIN,),
                {ENDPOINT: first},
                default_name=self._default_name,
                retries=self._retries,
            )
            await self.gateway.__aenter__()
        except BaseException:
            self._remove(folder)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        try:
            await self.gateway.__aexit__(kind, error, at)
        finally:
            for connection in self._connections:
                connection.close()
            self._remove(self.authority.folder)

    def lend(self) -> Lent:
        """This world's Postgres for another one."""
        return Lent(self.socket_folder, self.postgres_port, self.password.reveal())

    @property
    def postgres_port(self) -> int:
        return self.postgres.port if self._lent is None else self._lent.port

    @property
    def socket_folder(self) -> str:
        """What libpq takes as `host` for the Unix socket; empty on Windows."""
        return str(self.postgres.socket_folder or "") if self._lent is None else self._lent.socket_folder

    @property
    def roles(self) -> dict[str, Secret]:
        """All roles with their passwords."""
        return {ROLE: self.password} | dict.fromkeys(self._roles, self.password)

    @property
    def host(self) -> str:
        """The first endpoint's name."""
        return f"{ENDPOINT}.{DOMAIN}"

    @property
    def root_certificate(self) -> Path:
        """What a client takes as `sslrootcert`."""
        return self.authority.root_file

    def add_endpoint(self, **fields: Any) -> str:
        """A further endpoint with a name of its own, for one test or fault. Returns its host name."""
        name = f"ep-odd-sound-{secrets.token_hex(4)}"
        self.gateway.endpoints[name] = replace(self.gateway.endpoints[ENDPOINT], **fields)
        return f"{name}.{DOMAIN}"

    def uri(self, host: str | None = None, password: Secret | str | None = None, **parameters: str | None) -> str:
        """A connection string as Neon's console prints it, with `hostaddr` and the gateway's port.

        Further parameters are added, or replace these; `None` leaves one out. `password=""` leaves the password out.
        """
        secret = self.password if password is None else password
        text = quote(secret.reveal() if isinstance(secret, Secret) else secret, safe="")
        asked = {"hostaddr": "127.0.0.1", "sslmode": "require", "channel_binding": "require"} | parameters
        query = "&".join(f"{name}={quote(value, safe='/')}" for name, value in asked.items() if value is not None)
        user = f"{ROLE}:{text}" if text else ROLE
        return f"postgresql://{user}@{host or self.host}:{self.gateway.port}/{DATABASE}?{query}"

    def _make_postgres(self, folder: Path) -> Postgres:
        leaf = None if self._tls is None else self.authority.issue("localhost", "127.0.0.1", "::1", fault=self._tls)
        return Postgres(
            self._installation,
            roles={ROLE: self.password},
            databases=(DATABASE,),
            hba=self._hba,
            settings={n: text.format(root_certificate=self.root_certificate) for n, text in self._settings.items()},
            sql=tuple(self._commands()),
            standby=self._standby,
            certificate=leaf.chain_file if leaf else None,
            key=leaf.key_file if leaf else None,
            folder=folder,
        )

    def _commands(self) -> Iterator[str]:
        values = {"role": ROLE, "password": self.password.reveal(), "database": DATABASE}
        literal = "'" + self.password.reveal().replace("'", "''") + "'"
        for name, attributes in self._roles.items():
            yield f'CREATE ROLE "{name}" PASSWORD {literal} {attributes}'
        for command in self._sql:
            yield command.format_map(values)

    def _hold(self) -> None:
        import psycopg  # only few worlds are full

        for _ in range(self._held):
            folder, port = self.socket_folder, self.postgres_port
            self._connections.append(psycopg.connect(host=folder, port=port, user=ROLE, dbname=DATABASE, options=""))

    def _remove(self, folder: Path) -> None:
        if hasattr(self, "postgres"):
            self.postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
