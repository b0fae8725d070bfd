"""A gateway that routes by SNI as Neon's proxy does: many endpoints behind one address, each with its habits.

It ends TLS and authenticates by itself (a spliced backend would break channel binding), then connects to Postgres and
passes bytes on. Source: docs/neon.md, 3.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from pgwhy.lab.authority import Authority, CertificateFault, Leaf
from pgwhy.lab.neon import compute, messages, pooler, routing, scram
from pgwhy.lab.neon.handshake import Cancel, Client, Hangup, greet, refuse
from pgwhy.lab.neon.messages import OnDemand, Place, Refusal
from pgwhy.lab.sockets.door import Address
from pgwhy.network import wire
from pgwhy.secret import Secret


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of the gateway, without its `-pooler` form."""

    backend: Address
    roles: Mapping[str, Secret] = field(default_factory=dict)
    pooler: Address | None = None
    """A real pooler for the `-pooler` name; `None`: the backend again, with PgBouncer's refusals imitated."""
    refuse_with: OnDemand | None = None
    wake_s: float = 0.0
    """How long the compute sleeps on once the first password was right; it is awake ever after."""
    certificate: CertificateFault = CertificateFault.NONE


@dataclass(frozen=True)
class Habits:
    """What a client showed of its habits on its way in: for those who want to know what drivers do."""

    sni: str | None
    parameters: tuple[str, ...]
    """The names of its start-up parameters."""
    mechanism: str
    """Of SCRAM; `clear-text` where it sent its password so."""
    binding: str = ""
    """The first part of the SCRAM header: `n`, `y`, or `p=` and the kind of channel binding (RFC 5802, section 7)."""


class Gateway:
    """Listens on loopback, on one port for all `hosts` (0: an ephemeral one). An async context manager.

    `domains` are what follows the first dot of the endpoints' names. `default_name` is on the certificate for clients
    that send no name or an unknown one (which one Neon's is, is not known). `endpoints` may change while it runs. IPv6
    is left out where the machine has none. `witness` is told of each client that has come to its password.
    """

    def __init__(
        self,
        authority: Authority,
        domains: tuple[str, ...],
        endpoints: Mapping[str, Endpoint] | None = None,
        *,
        default_name: str | None = None,
        hosts: tuple[str, ...] = ("127.0.0.1", "::1"),
        port: int = 0,
        handshake_limit_s: float = 15.0,
        password_limit_s: float = 15.0,
        witness: Callable[[Habits], None] | None = None,
    ) -> None:
        self.authority = authority
        self.domains = domains
        self.endpoints = dict(endpoints or {})
        self.default_name = default_name or f"*.{domains[0]}"
        self.hosts = hosts
        self.port = port
        self.handshake_limit_s = handshake_limit_s
        self.password_limit_s = password_limit_s
        self._witness = witness or (lambda _: None)
        self._seed = secrets.token_bytes(16)
        self._sessions: dict[bytes, Address] = {}
        self._waking: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: list[socket.socket] = []

    async def __aenter__(self) -> Gateway:
        self._listeners = _listen(self.hosts, self.port)
        self.port = self._listeners[0].getsockname()[1]
        for listener in self._listeners:
            self._start(self._accept(listener))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        tasks = [*self._tasks, *self._waking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # A transport closes its socket in the next round of the loop.
        for listener in self._listeners:
            listener.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._serve(connection))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            async with asyncio.timeout(self.handshake_limit_s):
                arrived = await greet(connection, self._certificate)
        except (Hangup, OSError):
            return
        if isinstance(arrived, Cancel):
            if address := self._sessions.get(arrived.key):
                await compute.cancel(address, arrived.key)
            return
        try:
            await self._session(arrived)
        except Refusal as refusal:
            await refuse(arrived, str(refusal))
        except (Hangup, OSError):
            return
        except asyncio.CancelledError:
            # The gateway ends: no polite goodbye, which would wait for the client's.
            arrived.writer.transport.abort()
            raise
        finally:
            arrived.writer.close()

    def _certificate(self, sni: str | None) -> Leaf:
        """By name, then by the name without its first labels; the default certificate for all others."""
        first, _, rest = (sni or "").partition(".")
        own_name, _ = routing.without_pooler(first)
        endpoint = self.endpoints.get(own_name)
        while rest and rest not in self.domains:
            _, _, rest = rest.partition(".")
        if not rest:
            return self.authority.issue(self.default_name)
        return self.authority.issue(f"*.{rest}", fault=endpoint.certificate if endpoint else CertificateFault.NONE)

    async def _session(self, client: Client) -> None:
        asked = client.startup.parameters
        user = asked.get("user", "")
        if not user:
            raise Refusal(messages.USER_MISSING)
        options = asked.get("options", "")
        named = routing.named_endpoint(client.sni, options, self.domains)
        if named is None:
            named = await self._clear_text(client, user)
        else:
            await self._scram(client, user, named)
        client.send(wire.authentication(wire.Auth.OK))
        await client.writer.drain()
        own_name, pooled = routing.without_pooler(named)
        endpoint = self.endpoints[own_name]
        await self._wake(own_name, endpoint)
        if endpoint.refuse_with is not None:
            raise Refusal(endpoint.refuse_with.text)
        await self._pass_on(client, endpoint, user, pooled)

    def _endpoint(self, named: str, client: Client) -> Endpoint | None:
        """The endpoint, `None` if there is none of that name. Raises `Refusal` for what comes before any password."""
        own_name, _ = routing.without_pooler(named)
        endpoint = self.endpoints.get(own_name)
        if endpoint and endpoint.refuse_with and endpoint.refuse_with.place is Place.BEFORE_PASSWORD:
            raise Refusal(endpoint.refuse_with.text.replace("{address}", client.address))
        return endpoint

    async def _clear_text(self, client: Client, user: str) -> str:
        """The endpoint, from the password. Raises `Refusal`."""
        client.send(wire.authentication(wire.Auth.CLEARTEXT_PASSWORD))
        answer = await client.answer()
        self._witness(Habits(client.sni, tuple(client.startup.parameters), "clear-text"))
        if not answer.endswith(b"\0"):
            raise Refusal(messages.UNTERMINATED_PASSWORD)
        named, password = routing.endpoint_and_password(answer[:-1].decode("utf-8", "replace"))
        endpoint = self._endpoint(named, client)
        if endpoint is None or endpoint.roles.get(user) != password:
            raise Refusal(messages.PASSWORD_FAILED.format(user=user))
        return named

    async def _scram(self, client: Client, user: str, named: str) -> None:
        """Raises `Refusal`. An unknown role or endpoint looks like a wrong password."""
        endpoint = self._endpoint(named, client)
        password = endpoint.roles.get(user) if endpoint else None
        verifier = scram.Verifier.of(password) if password else scram.Verifier.mock(self._seed, user)
        exchange = scram.ServerExchange(verifier, client.leaf.digest if client.leaf else None)
        try:
            async with asyncio.timeout(self.password_limit_s):
                client.send(wire.authentication_sasl(exchange.mechanisms))
                mechanism, data = wire.read_sasl_initial(await client.answer())
                binding = data.partition(b",")[0].decode("ascii", "replace")
                self._witness(Habits(client.sni, tuple(client.startup.parameters), mechanism, binding))
                client.send(wire.authentication(wire.Auth.SASL_CONTINUE, exchange.first(mechanism, data)))
                final = exchange.final(await client.answer())
        except TimeoutError:
            raise Refusal(messages.AUTHENTICATION_TIMED_OUT) from None
        except wire.WireError:
            raise Refusal(messages.PROTOCOL_VIOLATION) from None
        except scram.BadPassword:
            raise Refusal(messages.PASSWORD_FAILED.format(user=user)) from None
        client.send(wire.authentication(wire.Auth.SASL_FINAL, final))

    async def _wake(self, own_name: str, endpoint: Endpoint) -> None:
        """A client that gives up does not stop the compute from waking up."""
        if endpoint.wake_s and own_name not in self._waking:
            self._waking[own_name] = asyncio.create_task(asyncio.sleep(endpoint.wake_s))
        if own_name in self._waking:
            await asyncio.shield(self._waking[own_name])

    async def _pass_on(self, client: Client, endpoint: Endpoint, user: str, pooled: bool) -> None:
        asked = client.startup.parameters
        options = asked.get("options", "")
        everything = routing.wants_every_parameter(options)
        parameters = compute.startup_parameters(asked, routing.forwarded_options(options), everything)
        address = endpoint.backend
        if pooled and endpoint.pooler:
            address = endpoint.pooler
        elif pooled:
            pooler.check_options(parameters.get("options", ""))
        try:
            server = await compute.connect(address, parameters, endpoint.roles[user])
        except Refusal as refusal:
            raise Refusal(pooler.enriched(str(refusal))) from None
        self._sessions[server.key] = address
        try:
            client.send(server.greeting)
            await compute.splice(server, client.reader, client.writer)
        finally:
            self._sessions.pop(server.key, None)


def _listen(hosts: tuple[str, ...], port: int) -> list[socket.socket]:
    """Listeners on one port of all hosts; a host of a family that this machine has no address of is left out."""
    for tries_left in reversed(range(5)):
        listeners: list[socket.socket] = []
        try:
            for host in hosts:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                place = (host, listeners[0].getsockname()[1] if listeners else port)
                try:
                    listeners.append(socket.create_server(place, family=family, backlog=128))
                except OSError as error:
                    if not listeners or error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                        raise
        except OSError as error:
            for listener in listeners:
                listener.close()
            if error.errno != errno.EADDRINUSE or not tries_left:
                raise
            continue
        for listener in listeners:
            listener.setblocking(False)
        return listeners
    raise AssertionError("the last try returns or raises")
