"""What the settings say before anything is sent: would the client read them, and do they fit together?

Opens no connection. Reads the files that the settings name, and libpq's own parser.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from pgwhy.client import Client, ClientFacts, UnknownParameters
from pgwhy.client import names as client_names
from pgwhy.facts import Record, derived, fact
from pgwhy.probes import settings_files
from pgwhy.probes.probe import Probe, Run
from pgwhy.progress import Stage
from pgwhy.target import parameters
from pgwhy.target.dialects import near_name, recognised, syntax, traits
from pgwhy.target.dialects.detection import of_masked
from pgwhy.target.facts import PasswordState, TargetFacts, is_template
from pgwhy.target.model import PLACEHOLDER, Target
from pgwhy.target.problem import NOTHING, ProblemCode
from pgwhy.terminal.spelling import nearest
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.network import Network


class Contradiction(StrEnum):
    """Two settings that cannot both hold."""

    DIRECT_NEEDS_TLS = "direct-needs-tls"
    """sslnegotiation=direct with an sslmode weaker than require."""
    SYSTEM_ROOT_NEEDS_VERIFY_FULL = "system-root-needs-verify-full"
    """sslrootcert=system with an sslmode weaker than verify-full."""
    CHANNEL_BINDING_WITHOUT_TLS = "channel-binding-without-tls"
    """channel_binding=require with sslmode=disable."""
    ENDPOINT_PASSWORD_WITH_CHANNEL_BINDING = "endpoint-password-with-channel-binding"
    """The endpoint in the password needs clear text, which channel_binding=require forbids (docs/neon.md, G-2)."""
    ENDPOINT_PASSWORD_WITH_SNI = "endpoint-password-with-sni"
    """The endpoint in the password and a client with SNI: all of it counts as the password (docs/neon.md, G-3)."""


@dataclass(frozen=True)
class SettingsFacts(Record):
    """What the client spoken for makes of the settings."""

    name: ClassVar[str] = "settings"

    client_refusal: str | None = fact(
        "why the string is not read, before a connection: libpq's words, or what is known of the client; or empty"
    )
    invalid_parameter: str | None = fact("a parameter whose value the client refuses; empty if none")
    invalid_value: str | None = fact("that value")
    valid_value: str | None = fact("the nearest value that it would take; empty if none is near")
    unknown_parameters: tuple[str, ...] | None = fact("parameters that no driver knows")
    nearest_parameter: str | None = fact("the libpq parameter nearest to the first unknown or refused one; or empty")
    pool_parameters: tuple[str, ...] | None = fact(
        "parameters that only this client's pool reads; its plain connection sends them to the server"
    )
    foreign_parameters: tuple[str, ...] | None = fact("parameters that only other drivers read; left out of our login")
    refused_parameters: tuple[str, ...] | None = fact(
        "parameters that the client spoken for refuses before it connects"
    )
    refused_parameter_readers: tuple[str, ...] | None = fact(
        "other clients that read every parameter which this one refuses, as --client names them"
    )
    refused_foreign_parameter: str | None = fact(
        "the one parameter that it refuses, where libpq has no such parameter; empty if it refuses none or several"
    )
    forwarded_parameters: tuple[str, ...] | None = fact(
        "parameters that the client spoken for sends to the server, as it does not know them"
    )
    ignored_parameters: tuple[str, ...] | None = fact(
        "parameters that the client spoken for passes over, as it does not know them"
    )
    contradictions: tuple[Contradiction, ...] | None = fact("settings that cannot hold together")
    placeholders: tuple[str, ...] | None = fact(
        "settings that still hold the text of a template (host, user, password)"
    )
    password_elsewhere: str | None = fact(
        "where another password for the same host, role and database is stored; empty if nowhere"
    )
    passfile_ignored: str | None = fact(
        "the password file that libpq ignores because others may read it; empty if none"
    )
    root_file_missing: str | None = fact(
        "the root certificate file that verification needs and that is not there; or empty"
    )
    client_key_fault: str | None = fact(
        "what is wrong with sslcert/sslkey (missing, readable by others); empty if nothing"
    )

    nothing_to_read: bool | None = fact(
        "there is no text at all: it is empty, or the variable or file that was asked for is missing"
    )

    @derived
    def first_unknown_parameter(self) -> str | None:
        """the first parameter that no driver knows; empty if there is none"""
        return None if self.unknown_parameters is None else next(iter(self.unknown_parameters), "")

    @derived
    def readable(self) -> bool | None:
        """the client spoken for takes the settings and goes on to connect"""
        if self.client_refusal is None and self.unknown_parameters is None:
            return None
        refused = self.client_refusal or self.unknown_parameters or self.refused_parameters or self.invalid_parameter
        return not (refused or self.nothing_to_read)


async def observe(seen: Run, network: Network) -> SettingsFacts:
    """Look at the settings as the client spoken for would."""
    target, client, machine, facts = seen.target, seen.client, seen.machine, seen[TargetFacts]
    unknown, foreign, refused, forwarded, ignored = _sorted_parameters(target, client)
    invalid, value, valid = _invalid(target, client)
    refusal = await _refusal(target, client, (*unknown, *refused), network)
    return SettingsFacts(
        client_refusal=refusal,
        invalid_parameter=invalid,
        invalid_value=value,
        valid_value=valid,
        unknown_parameters=unknown,
        nearest_parameter=_nearest(target, (*unknown, *(name for name in refused if name in target.foreign))),
        pool_parameters=tuple(name for name in target.foreign if name in parameters.POOL_ONLY.get(client.id, ())),
        foreign_parameters=foreign,
        refused_parameters=refused,
        refused_foreign_parameter=refused[0] if len(refused) == 1 and refused[0] in target.foreign else "",
        refused_parameter_readers=_readers(target, refused),
        forwarded_parameters=forwarded,
        ignored_parameters=ignored,
        contradictions=tuple(_contradictions(facts, seen[ClientFacts])),
        placeholders=tuple(_placeholders(facts)),
        password_elsewhere=settings_files.password_elsewhere(target, facts, machine),
        passfile_ignored=settings_files.passfile_ignored(target, facts, machine),
        root_file_missing=settings_files.root_file_missing(facts, client, machine),
        client_key_fault=settings_files.client_key_fault(target, machine),
        nothing_to_read=any(problem.code in NOTHING for problem in target.problems),
    )


PROBE = Probe(
    record=SettingsFacts,
    observe=observe,
    stage=Stage.CONFIG,
    needs=(TargetFacts, ClientFacts),
    needs_readable_settings=False,
)


def _sorted_parameters(target: Target, client: Client) -> tuple[tuple[str, ...], ...]:
    """Unknown, foreign, refused, forwarded and ignored parameters of the target's text."""
    source = target.written.source if target.written else None
    written = [name for name, setting in target.settings.items() if setting.source == source]
    unknown = [name for name in target.foreign if not parameters.drivers(name)]
    others = [name for name in target.foreign if client.id not in parameters.drivers(name)]
    refused = [name for name in written if name in client.refused_parameters]
    refused += _no_arguments(target, written)
    forwarded = [name for name in written if name in client.forwarded_parameters]
    ignored = [name for name in written if name in client.ignored_parameters]
    foreign: list[str] = []
    # Of a file of a framework's, libpq here reads what the framework hands on.
    meant = target.written is not None and traits(target.written.dialect).of_libpq
    for name in others:
        if name in refused:
            continue
        if client.unknown_parameters is UnknownParameters.FORWARDED:
            forwarded.append(name)
        elif client.unknown_parameters is UnknownParameters.IGNORED:
            (ignored if name in unknown else foreign).append(name)
        elif name in unknown:
            continue
        elif client.unknown_parameters is UnknownParameters.REFUSED and (meant or not client.is_libpq_here):
            refused.append(name)
        else:
            foreign.append(name)
    unknown = [name for name in unknown if name not in (*refused, *forwarded, *ignored)]
    return tuple(unknown), tuple(foreign), tuple(dict.fromkeys(refused)), tuple(forwarded), tuple(ignored)


def _readers(target: Target, refused: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    readers = [parameters.drivers(name) for name in refused if name in target.foreign]
    common = frozenset.intersection(*readers) if readers else frozenset()
    return tuple(name for name in client_names() if name in common) if common else ()


def _nearest(target: Target, unknown: tuple[str, ...]) -> str:
    """The known parameter nearest to the first unknown one, unless that one's name is kept back as a secret."""
    if not unknown or unknown[0] == PLACEHOLDER or target.written is None:
        return ""
    return near_name(target.written.dialect, unknown[0])[1]


def _no_arguments(target: Target, written: list[str]) -> list[str]:
    """Parameters of a SQLAlchemy URL that its driver's connect() has no argument for."""
    if not target.written or not traits(target.written.dialect).arguments:
        return []
    arguments = parameters.KEYWORD_ARGUMENTS.get(target.driver or "")
    if arguments is None:
        return []
    named = [target.settings[name].spelling or name for name in written if name not in ("dbname", "host", "port")]
    return [name for name in [*named, *target.foreign] if name not in arguments]


def _invalid(target: Target, client: Client) -> tuple[str, str, str]:
    """The first parameter whose value the client refuses, the value, and the nearest one that libpq takes."""
    for name, setting in target.settings.items():
        if parameters.refuses(name, setting.value):
            near = nearest(setting.value, parameters.VALUES[name]) if name in parameters.VALUES else ""
            return name, setting.value, near
    mode = target.value("sslmode")
    if mode and client.sslmodes and mode not in client.sslmodes:
        return "sslmode", mode, ""
    return "", "", ""


async def _refusal(target: Target, client: Client, kept: tuple[str, ...], network: Network) -> str:
    """libpq's own words about the text, its secrets masked. Of foreign parameters only those to be kept are in it."""
    written = target.written
    if written is None or not written.masked:
        return ""
    if own_refusal := next((problem.detail for problem in target.problems if problem.refused), ""):
        return own_refusal
    own = traits(written.dialect).of_libpq
    if not own and (client.family != "libpq" or client.id == target.driver):
        undecodable = (p.detail for p in target.problems if p.code is ProblemCode.PASSWORD_PERCENT)
        return next(undecodable, "")
    from pgwhy.network.login import conninfo_error

    text, module = written.masked, syntax(written.dialect)
    # A settings file's program keeps parameters of its own to itself: they are in the text, and not in the target.
    in_text = of_masked(written.dialect, text).foreign if module and recognised(text) is written.dialect else {}
    for name in (*target.foreign, *in_text):
        if module and name not in kept:
            text = module.drop(text, name)
    return await conninfo_error(network, text)


def _contradictions(facts: TargetFacts, client: ClientFacts) -> list[Contradiction]:
    found = []
    if facts.sslnegotiation == "direct" and facts.sslmode in ("disable", "allow", "prefer"):
        found.append(Contradiction.DIRECT_NEEDS_TLS)
    if facts.sslrootcert == "system" and facts.sslmode in ("disable", "allow", "prefer", "require", "verify-ca"):
        found.append(Contradiction.SYSTEM_ROOT_NEEDS_VERIFY_FULL)
    if facts.channel_binding == "require" and facts.sslmode == "disable":
        found.append(Contradiction.CHANNEL_BINDING_WITHOUT_TLS)
    if facts.password is PasswordState.ENDPOINT_FORM:
        if facts.channel_binding == "require":
            found.append(Contradiction.ENDPOINT_PASSWORD_WITH_CHANNEL_BINDING)
        if client.sends_sni:
            found.append(Contradiction.ENDPOINT_PASSWORD_WITH_SNI)
    return found


def _placeholders(facts: TargetFacts) -> list[str]:
    named = {"host": facts.host, "user": facts.user, "dbname": facts.dbname}
    found = [name for name, value in named.items() if value and is_template(value)]
    if facts.host and "host" not in found and is_template(facts.host.partition(".")[0]):
        found.insert(0, "host")  # your-host.example.com
    return found + (["password"] if facts.password is PasswordState.PLACEHOLDER else [])
