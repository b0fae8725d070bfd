"""The permit: whether a login may be made at a place, and what may be sent there. Every login of a run asks it.

It is made once, of the user's own target, so nothing that a rule, a fix or an answer of the network says can widen it.
What a fix changes is compared with what the user's own client would do; where that cannot be told, nothing is sent.
Opens nothing but the run's own lookups.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from pgwhy import target as targets
from pgwhy.client import Client
from pgwhy.probes import login_parameters, tcp
from pgwhy.probes.tls import Tls, Trust
from pgwhy.target import protection, require_auth, way
from pgwhy.target.facts import PasswordState, TargetFacts
from pgwhy.target.model import CannotChange, Change, Host, Target
from pgwhy.target.obstacle import ClearText, Obstacle
from pgwhy.values import dataclass, replace

if TYPE_CHECKING:
    from pgwhy.network import Network
    from pgwhy.probes.authentication.places import Place
    from pgwhy.probes.probe import Run


@dataclass(frozen=True)
class Permit:
    """What the user's own words permit in this run."""

    target: Target
    """The user's own target, as the client spoken for reads it. No fix changes it."""
    repaired: Target | None = None
    """The same text as a repair reads it, in an experiment with that repair: the user's own words still, and of a text
    that no client can read the only ones. `None` everywhere else."""

    @property
    def reading(self) -> Target:
        """Whose hosts and settings count as the user's own."""
        return self.repaired or self.target

    def under(self, change: Change) -> Permit:
        """The permit for an experiment with this change. Only a repair of a text that is broken, or of a host that
        has what nobody sees, reads it differently: a rule can name a repair, and cannot say what comes out of it.
        """
        repair = change.repair or ("percent-encode-password" if change.password == "percent-encode" else "")
        if not repair or not (self.target.problems or repair == "clean-host"):
            return self
        try:
            return replace(self, repaired=targets.apply(self.target, Change(repair=repair)))
        except CannotChange:
            return self


@dataclass(frozen=True)
class Grant:
    """A login that may be made."""

    parameters: dict[str, str] = field(repr=False)
    """Everything that libpq is given but the password and the place. May hold secrets."""
    clear_text: ClearText
    guarded: bool
    """`require_auth` holds more than the user's own settings ask for: libpq's complaint about it names our value."""
    requirement: str | None
    """The user's own require_auth; `None` if nobody set it."""


async def ask(seen: Run, network: Network, client: Client | None, place: Place) -> Grant | Obstacle:
    """May this client's login (`None`: libpq here) be made with `seen.target` at this place, and with what?"""
    permit: Permit = seen.permit
    wanted, own = parameters(seen.target, client), parameters(permit.reading, client)
    if protection.names_an_engine(wanted.get("sslkey", ""), seen.machine.platform):
        return Obstacle.ENGINE_KEY
    if not all(protection.may_change(name, wanted.get(name, "")) for name in _changed(own, wanted)):
        return Obstacle.SETTING_CHANGED
    if protection.rank(wanted) < _floor(permit, client):
        return Obstacle.LESS_PROTECTED
    at_home = await _is_own(permit, place, seen, network)
    named = _is_own_name(permit, place)
    name_checked = protection.rank(own) == protection.VERIFY_FULL
    if not at_home or (name_checked and not named and place["hostaddr"]):
        proved = _proved(wanted, own, await seen.later(Tls)) if named else None
        if proved is None:
            return Obstacle.OTHER_SERVER
        wanted = proved
    clear_text = _clear_text(permit, wanted, at_home=at_home, named=named, place=place)
    if clear_text not in _PERMITTED and named and (more := await _asking_for_more(seen, wanted)):
        wanted, clear_text = more, ClearText.VERIFIED
    guard = {} if clear_text in _PERMITTED else _guard(wanted)
    final = {**_root_of_this_machine(seen, wanted), **guard}
    if not await _is_kept_whole(final, seen, network):
        return Obstacle.OLD_LIBPQ
    requirement = wanted.get("require_auth")
    return Grant(final, clear_text, final.get("require_auth") != requirement, requirement)


def ask_over_443(seen: Run, host: str) -> Obstacle | None:
    """May the client spoken for send its password to this host inside HTTPS? The connection verifies the certificate
    for this very name (`https.opened`), so only whose name it is has to be asked. No setting of the target counts here.
    """
    permit: Permit = seen.permit
    own = [each.name.lower() for each in way.hosts(permit.reading, seen.client.way)]
    return None if seen.client.way.over_443 and host.lower() in own else Obstacle.OTHER_SERVER


def parameters(target: Target, client: Client | None) -> dict[str, str]:
    """What libpq is given of a target to log in as this client. May hold secrets."""
    default = (client.default_sslmode if client else None) or "prefer"
    return login_parameters.login_parameters(target, client, targets.facts_of(target, default_sslmode=default))


def own_word(target: Target) -> ClearText:
    """What the user's own words say of a password in clear text, without TLS and where the target itself leads."""
    setting = target.settings.get("sslmode")
    if setting is None or setting.value != "disable" or not protection.is_own_word(setting):
        return ClearText.KEPT_BACK
    if not protection.is_variable(setting):
        return ClearText.SSLMODE_DISABLE
    alone = target.written is not None and not protection.is_target_of_variables(target)
    return ClearText.PGSSLMODE_ALONE if alone else ClearText.PGSSLMODE


_PERMITTED = (ClearText.VERIFIED, ClearText.SOCKET, ClearText.SSLMODE_DISABLE, ClearText.PGSSLMODE)


def _changed(own: dict[str, str], wanted: dict[str, str]) -> list[str]:
    return [name for name in {**own, **wanted} if own.get(name) != wanted.get(name)]


def _floor(permit: Permit, client: Client | None) -> int:
    """The least protection that a login needs: what the user's own sslmode gives, as the client reads it.

    A word that libpq refuses asks for what it is nearest to, and never for less than the default. What a repair makes
    of a broken text counts as far as it does not lower that; of a text that nobody could read it is all there is.
    """
    said = permit.target.value("sslmode")
    if said is None or said in protection.SSLMODES:
        if permit.repaired is not None and not permit.target.settings:
            return protection.rank(parameters(permit.repaired, client))
        return protection.rank(parameters(permit.target, client))
    return protection.PREFER if permit.repaired is not None else protection.meant(said)


async def _is_own(permit: Permit, place: Place, seen: Run, network: Network) -> bool:
    """The place is one that the user's own client connects to, by the lookups of this run."""
    for host in permit.reading.hosts:
        if place["port"] == str(host.port) and place["hostaddr"] in await _addresses(host, place, seen, network):
            return True
    return False


async def _addresses(host: Host, place: Place, seen: Run, network: Network) -> tuple[str, ...]:
    """What `hostaddr` may be for this host: its addresses; empty for a Unix socket, if it is the same one."""
    if host.is_socket(seen.machine.platform):
        folders = [host.name] if host.name else ["", *map(str, tcp.SOCKET_FOLDERS)]
        return ("",) if place["host"].rstrip("/") in [folder.rstrip("/") for folder in folders] else ()
    if not (host.name or host.hostaddr):
        return (tcp.DEFAULT_HOST,)
    return tuple(address for address in (await network.lookup(host)).addresses if address)


def _is_own_name(permit: Permit, place: Place) -> bool:
    """The certificate is checked against a name of the user's own: one of its hosts, or the same endpoint's without the
    provider's pooler.
    """
    direct = targets.facts_of(permit.reading).direct_host or ""
    names = [host.name for host in permit.reading.hosts] + ([direct] if direct else [])
    return place["host"].rstrip(".").lower() in [name.rstrip(".").lower() for name in names]


def _proved(wanted: dict[str, str], own: dict[str, str], tls: Tls) -> dict[str, str] | None:
    """The parameters under which libpq itself lets only the server of this name have the password; `None` if this
    server does not pass. Roots are the user's own or the system's, and none that a fix names.
    """
    root = wanted.get("sslrootcert", "")
    if wanted["sslmode"] == "verify-full" and root in (own.get("sslrootcert", ""), "system"):
        return wanted
    judged = tls.name_matches and tls.verify_required != "none" and tls.trust is Trust.TRUSTED
    if root and root == own.get("sslrootcert") and judged:
        return {**wanted, "sslmode": "verify-full"}
    return _by_the_system(wanted, tls)


async def _asking_for_more(seen: Run, wanted: dict[str, str]) -> dict[str, str] | None:
    """The endpoint in front of the password is made for a clear-text request. Where the certificate passes, this login
    asks for more than the user did; `None` where there is no such password, or no such certificate.
    """
    if wanted.get("channel_binding") == "require" or seen[TargetFacts].password is not PasswordState.ENDPOINT_FORM:
        return None
    return _by_the_system(wanted, await seen.later(Tls))


def _by_the_system(wanted: dict[str, str], tls: Tls) -> dict[str, str] | None:
    """The same login under verify-full with the system's roots; `None` if this server does not pass that."""
    passes = tls.name_matches and tls.system_trust is Trust.TRUSTED
    return {**wanted, "sslmode": "verify-full", "sslrootcert": "system"} if passes else None


def _clear_text(permit: Permit, wanted: dict[str, str], *, at_home: bool, named: bool, place: Place) -> ClearText:
    if wanted["sslmode"] == "verify-full" and named:
        return ClearText.VERIFIED
    if at_home and not place["hostaddr"]:
        return ClearText.SOCKET
    if at_home and wanted["sslmode"] == "disable":
        return own_word(permit.target)
    return ClearText.KEPT_BACK


def _guard(wanted: dict[str, str]) -> dict[str, str]:
    """What makes libpq refuse a clear-text request. Where channel_binding=require does so by itself nothing is added,
    so that libpq's text is the one that the user's own tool prints.
    """
    if wanted.get("channel_binding") == "require":
        return {}
    return {"require_auth": require_auth.without_clear_text(wanted.get("require_auth"))}


async def _is_kept_whole(final: dict[str, str], seen: Run, network: Network) -> bool:
    """The libpq in use knows every parameter that protects the password: a login drops what it does not know."""
    from pgwhy.network import login

    known = await login.keywords(network)
    if known is None:
        return True  # the login says itself that there is no process for it
    dropped = [name for name in final if name not in known]
    if seen.target.password is None and seen.target.value("require_auth") is None:
        dropped = [name for name in dropped if name != "require_auth"]  # our guard has nothing to guard
    return all(protection.may_be_dropped(name, final[name]) for name in dropped)


def _root_of_this_machine(seen: Run, wanted: dict[str, str]) -> dict[str, str]:
    """`sslrootcert=system` is the store of the user's libpq, not the build path in our wheel (docs/neon.md, G-9)."""
    if wanted.get("sslrootcert") != "system":
        return wanted
    from pgwhy.network import trust_store

    store = trust_store.system_file(seen.machine)
    return {**wanted, "sslrootcert": store} if store else wanted
