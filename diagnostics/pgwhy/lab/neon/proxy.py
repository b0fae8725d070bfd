"""Neon's proxy behind its doors: endpoints, access control, passwords and the way to the compute.

The gateway on 5432 and the door on 443 share one. Source: docs/neon.md, 3.2 to 3.6.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pgwhy.lab.authority import CertificateFault
from pgwhy.lab.neon import compute, messages, pooler, routing, scram
from pgwhy.lab.neon.compute import Compute, Retries
from pgwhy.lab.neon.handshake import Client
from pgwhy.lab.neon.messages import OnDemand, Place, Refusal
from pgwhy.lab.sockets.door import Address
from pgwhy.network import wire
from pgwhy.secret import Secret


@dataclass(frozen=True)
class Endpoint:
    """One endpoint, without its `-pooler` form."""

    backend: Address
    roles: Mapping[str, Secret] = field(default_factory=dict)
    pooler: Address | None = None
    """A real pooler for the `-pooler` name; `None`: the backend again, with PgBouncer's refusals imitated."""
    refuse_with: OnDemand | None = None
    access_s: float = 0.0
    """How long access control takes, before the password is asked for."""
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


class Proxy:
    """`endpoints` may change while it runs. It may be used from several threads, each with a loop of its own.

    `domains` are what follows the first dot of the endpoints' names. `witness` is told of each client that has come to
    its password.
    """

    def __init__(
        self,
        domains: tuple[str, ...],
        endpoints: Mapping[str, Endpoint],
        retries: Retries,
        password_limit_s: float = 15.0,
        witness: Callable[[Habits], None] | None = None,
    ) -> None:
        self.domains = domains
        self.endpoints = dict(endpoints)
        self.retries = retries
        self.password_limit_s = password_limit_s
        self._witness = witness or (lambda _: None)
        self._seed = secrets.token_bytes(16)
        self._sessions: dict[bytes, tuple[Address, bytes]] = {}
        self._awake_at: dict[str, float] = {}

    async def session(self, client: Client, clear_text: bool = False) -> None:
        """Serve a client from its start-up message to its end. `clear_text`: ask for the password so in any case.

        AuthenticationSASLFinal and AuthenticationOk wait for what the compute answers. Raises `Refusal`, `Hangup`, and
        `OSError` for what the network does.
        """
        user = client.startup.parameters.get("user")
        if user is None:
            raise Refusal(messages.USER_MISSING)
        options = client.startup.parameters.get("options", "")
        named = routing.named_endpoint(client.sni, options, self.domains)
        held_back = b""
        if named is None or clear_text:
            named = await self._clear_text(client, user, named)
        else:
            held_back = wire.authentication(wire.Auth.SASL_FINAL, await self._scram(client, user, named))
        held_back += wire.authentication(wire.Auth.OK)
        try:
            server = await self.open(named, user, client.startup.parameters)
        except Refusal:
            client.send(held_back)
            raise
        key = secrets.token_bytes(8)
        self._sessions[key] = (self._address(named), server.key)
        try:
            client.send(held_back, server.greeting, wire.message(b"K", key), server.ready)
            await compute.splice(server, client.reader, client.writer)
        finally:
            del self._sessions[key]

    async def cancel(self, key: bytes) -> None:
        """Pass a CancelRequest on, if the key is one that the proxy gave out."""
        if key in self._sessions:
            await compute.cancel(*self._sessions[key])

    async def admit(self, named: str, address: str) -> None:
        """Access control, which comes before any password. An unknown endpoint passes. Raises `Refusal`."""
        endpoint = self.endpoints.get(routing.without_pooler(named)[0])
        if endpoint is None:
            return
        await asyncio.sleep(endpoint.access_s)
        if endpoint.refuse_with and endpoint.refuse_with.place is Place.BEFORE_PASSWORD:
            raise Refusal(endpoint.refuse_with.text.replace("{address}", address), endpoint.refuse_with.status)

    def check(self, named: str, user: str, password: Secret) -> None:
        """Raises `Refusal`. An unknown role or endpoint looks like a wrong password."""
        expected = self._password(named, user)
        if expected is None or expected != password:
            raise Refusal(messages.PASSWORD_FAILED.format(user=user))

    async def open(self, named: str, user: str, asked: Mapping[str, str]) -> Compute:
        """The compute for a client whose password was right; `asked` are its start-up parameters. Raises `Refusal`."""
        own_name, pooled = routing.without_pooler(named)
        endpoint = self.endpoints[own_name]
        await self._wake(own_name, endpoint)
        options = asked.get("options", "")
        everything = routing.wants_every_parameter(options)
        parameters = compute.startup_parameters(asked, routing.forwarded_options(options), everything)
        if pooled and endpoint.pooler is None:
            pooler.check_options(parameters.get("options", ""))
        try:
            return await compute.connect(self._address(named), parameters, endpoint.roles[user], self.retries)
        except Refusal as refusal:
            raise Refusal(pooler.enriched(str(refusal)), refusal.status, refusal.fields) from None

    async def _wake(self, own_name: str, endpoint: Endpoint) -> None:
        """A client that gives up does not stop the compute from waking up."""
        if endpoint.wake_s:
            awake_at = self._awake_at.setdefault(own_name, time.monotonic() + endpoint.wake_s)
            await asyncio.sleep(max(0.0, awake_at - time.monotonic()))
        if refusal := endpoint.refuse_with:
            await asyncio.sleep(self.retries.wake_s if refusal.retried else 0)
            raise Refusal(refusal.text, refusal.status)

    async def _clear_text(self, client: Client, user: str, named: str | None) -> str:
        """The endpoint: the one named, else the password names it. Raises `Refusal`."""
        if named is not None:
            await self.admit(named, client.address)
        client.send(wire.authentication(wire.Auth.CLEARTEXT_PASSWORD))
        try:
            answer = await client.answer()
        except wire.WireError:
            raise Refusal(messages.INTERNAL_ERROR) from None
        self._witness(Habits(client.sni, tuple(client.startup.parameters), "clear-text"))
        if not answer.endswith(b"\0"):
            raise Refusal(messages.UNTERMINATED_PASSWORD)
        password = Secret(answer[:-1].decode("utf-8", "replace"))
        if named is None:
            named, password = routing.endpoint_and_password(password.reveal())
            await self.admit(named, client.address)
        self.check(named, user, password)
        return named

    async def _scram(self, client: Client, user: str, named: str) -> bytes:
        """What AuthenticationSASLFinal carries. Raises `Refusal`."""
        await self.admit(named, client.address)
        password = self._password(named, user)
        verifier = scram.Verifier.of(password) if password else scram.Verifier.mock(self._seed, user)
        exchange = scram.ServerExchange(verifier, client.leaf.binding if client.leaf else None)
        try:
            async with asyncio.timeout(self.password_limit_s):
                client.send(wire.authentication_sasl(exchange.mechanisms))
                mechanism, data = wire.read_sasl_initial(await client.answer())
                binding = data.partition(b",")[0].decode("ascii", "replace")
                self._witness(Habits(client.sni, tuple(client.startup.parameters), mechanism, binding))
                client.send(wire.authentication(wire.Auth.SASL_CONTINUE, exchange.first(mechanism, data)))
                return exchange.final(await client.answer())
        except TimeoutError:
            raise Refusal(messages.AUTHENTICATION_TIMED_OUT) from None
        except wire.WireError:
            raise Refusal(messages.PROTOCOL_VIOLATION) from None
        except scram.BadPassword:
            raise Refusal(messages.PASSWORD_FAILED.format(user=user)) from None

    def _password(self, named: str, user: str) -> Secret | None:
        endpoint = self.endpoints.get(routing.without_pooler(named)[0])
        return endpoint.roles.get(user) if endpoint else None

    def _address(self, named: str) -> Address:
        own_name, pooled = routing.without_pooler(named)
        endpoint = self.endpoints[own_name]
        return endpoint.pooler if pooled and endpoint.pooler else endpoint.backend
