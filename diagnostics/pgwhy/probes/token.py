"""A password that is an access token: expired, damaged, or issued for another login.

Opens nothing. Only what decides is a fact: never the token, and none of its other claims.
"""

from __future__ import annotations

import re
import shlex
from datetime import datetime
from typing import ClassVar

from pgwhy.facts import Record, derived, fact
from pgwhy.probes.probe import Probe, Run, never_waits
from pgwhy.progress import Stage
from pgwhy.target import token as tokens
from pgwhy.target.facts import TargetFacts
from pgwhy.target.provider import Provider, recognise
from pgwhy.target.token import Token, TokenDamage, TokenKind
from pgwhy.values import dataclass


@dataclass(frozen=True)
class TokenFacts(Record):
    """What the password tells of itself where it is a token. `other_...` is told only where it decides."""

    name: ClassVar[str] = "token"

    kind: TokenKind | None = fact("the kind of token that the password is, by its shape; none for an ordinary password")
    damage: TokenDamage | None = fact("what happened to the token on its way into the settings")
    expires_at: str | None = fact("when it expires, in UTC; empty if it does not say")
    expired: bool | None = fact("it has expired, by this machine's clock; not known of an opaque token")
    expired_for: str | None = fact("for how long it has been expired, in words; empty if it has not")
    early: bool | None = fact("it is not valid yet, by this machine's clock; not known of an opaque token")
    other_host: str | None = fact("the host that it was issued for, if that is not this server; else empty")
    other_port: str | None = fact("the port that it was issued for, if that is not this server's; else empty")
    other_region: str | None = fact("the region that it was issued for, if that is not this server's; else empty")
    other_user: str | None = fact("whom it was issued for, if that is not the role that logs in; else empty")
    other_audience: str | None = fact("the service that it was issued for, if that is not this one; else empty")
    new_one: str | None = fact("the command that prints a new token for this login; empty if none is known")

    @derived
    def elsewhere(self) -> bool | None:
        """it was issued for another host, port, region, role or service"""
        every = (self.other_host, self.other_port, self.other_region, self.other_user, self.other_audience)
        return any(every) or (None if None in every else False)

    @derived
    def opaque(self) -> str | None:
        """the kind of a token that cannot be read, in words; empty for every other password"""
        return None if self.kind is None else _OPAQUE.get(self.kind, "")

    @derived
    def valid_until(self) -> str | None:
        """when a token expires that is valid now; empty if it is not valid now, or does not say"""
        if self.expired is None or self.early is None:
            return None
        return "" if self.expired or self.early else self.expires_at


NO_TOKEN = TokenFacts(
    kind=TokenKind.NONE,
    damage=TokenDamage.NONE,
    expires_at="",
    expired=False,
    expired_for="",
    early=False,
    other_host="",
    other_port="",
    other_region="",
    other_user="",
    other_audience="",
    new_one="",
)


def look(seen: Run) -> TokenFacts:
    """Look at the password alone, and at what it says beside the target."""
    password = seen.target.password
    token = tokens.read(password.reveal()) if password is not None else None
    if token is None:
        return NO_TOKEN
    if token.kind in _OPAQUE:
        return TokenFacts(kind=token.kind, damage=token.damage, expires_at="", expired_for="", new_one="")
    facts, now = seen[TargetFacts], seen.machine.now
    known = token.expires is not None
    return TokenFacts(
        kind=token.kind,
        damage=token.damage,
        expires_at=f"{token.expires:%Y-%m-%d %H:%M} UTC" if token.expires else "",
        expired=now >= token.expires if token.expires else None,
        expired_for=_ago(token.expires, now) if token.expires and now >= token.expires else "",
        early=token.issued is not None and (token.issued - now).total_seconds() > _CLOCK_S if known else None,
        other_host=_other_host(token, facts),
        other_port=_other_port(token, facts),
        other_region=_other_region(token, facts),
        other_user=_other_user(token, facts),
        other_audience=_other_audience(token, facts),
        new_one=_new_one(token, facts),
    )


PROBE = Probe(TokenFacts, never_waits, Stage.AUTH, needs=(TargetFacts,), at_once=look, needs_readable_settings=False)

_CLOCK_S = 300
"""How far two clocks may differ before a token counts as early: what those who check tokens usually allow."""
_OPAQUE = {
    TokenKind.GOOGLE: "a Google access token",
    TokenKind.DATABRICKS_PAT: "a personal access token of Databricks",
}
_AMAZON = {TokenKind.RDS_IAM: Provider.RDS, TokenKind.DSQL_IAM: Provider.DSQL}
_AZURE_DATABASE = ("123cd850-d9df-40bd-94d5-c9f07b7fa203", "ossrdbms-aad.database.")
"""The audience that Azure's databases ask for: by its identifier, or by its name in any of the clouds."""


def _ago(then: datetime, now: datetime) -> str:
    minutes = int((now - then).total_seconds() // 60)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if count := minutes // size:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def _own(token: Token, facts: TargetFacts) -> str | None:
    """The host of the target, where it is one of the service that issued the token, and the only one."""
    alone = facts.host and facts.host_count == 1 and facts.provider is _AMAZON.get(token.kind)
    return (facts.host or "").lower().rstrip(".") if alone else None


def _other_host(token: Token, facts: TargetFacts) -> str | None:
    if token.kind not in _AMAZON:
        return ""
    if not token.host:
        return None
    if recognise(token.host).provider is not _AMAZON[token.kind]:
        return token.host  # a name of one's own, or a tunnel's, is no name that the service checks
    own = _own(token, facts)
    if own is None:
        return None  # a tunnel or an alias may well lead to it
    if token.kind is TokenKind.DSQL_IAM:
        return "" if own.split(".")[0] == token.host.split(".")[0] else token.host
    if own == token.host:
        return ""
    return None if _cluster(own) == _cluster(token.host) else token.host


def _cluster(host: str) -> tuple[str, ...]:
    """What all endpoints of one account and region share: those of one Aurora cluster may be used for each other."""
    return (re.sub(r"^[a-z-]+-(?=[a-z0-9]+$)", "", host.split(".")[1]), *host.split(".")[2:])


def _other_port(token: Token, facts: TargetFacts) -> str | None:
    if token.kind is not TokenKind.RDS_IAM:
        return ""
    if token.port is None or facts.port is None or _own(token, facts) is None:
        return None
    return "" if token.port == facts.port else str(token.port)


def _other_region(token: Token, facts: TargetFacts) -> str | None:
    if token.kind not in _AMAZON:
        return ""
    expected = recognise(token.host).region or (facts.region if _own(token, facts) else "")
    if not token.region or not expected:
        return None
    return "" if token.region == expected else token.region


def _other_user(token: Token, facts: TargetFacts) -> str | None:
    role = facts.user
    if token.kind is TokenKind.JWT or not role:
        return None
    if token.kind is TokenKind.DSQL_IAM and token.host:
        return "" if (role == "admin") == (token.user == "admin") else token.user or "every role but admin"
    if not token.user:
        return None
    if token.kind is TokenKind.RDS_IAM:
        return "" if token.user == role else token.user
    # A role may be a group that the user belongs to, whose name is no address; a guest's address is rewritten.
    is_person = "@" in role and "#EXT#" not in role.upper() + token.user.upper()
    if token.user.casefold() == role.casefold():
        return ""
    return token.user if is_person else None


def _other_audience(token: Token, facts: TargetFacts) -> str | None:
    if token.kind in _AMAZON:
        return ""
    if token.kind is not TokenKind.ENTRA or facts.provider is not Provider.AZURE or not token.audience:
        return None
    names = [each.removeprefix("https://") for each in token.audience]
    return "" if any(name.startswith(_AZURE_DATABASE) for name in names) else token.audience[0]


def _new_one(token: Token, facts: TargetFacts) -> str:
    own, user = _own(token, facts), facts.user or ""
    if token.kind is TokenKind.ENTRA and facts.provider is Provider.AZURE:
        return "az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv"
    if own is None or not facts.region:
        return ""
    place = f"--hostname {shlex.quote(own)} --region {facts.region}"
    if token.kind is TokenKind.DSQL_IAM:
        return f"aws dsql generate-db-connect-{'admin-' if user == 'admin' else ''}auth-token {place}"
    return f"aws rds generate-db-auth-token {place} --port {facts.port} --username {shlex.quote(user)}" if user else ""
