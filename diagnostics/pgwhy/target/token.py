"""A password that is an access token: recognised by its shape, and read offline. What is read is never the token.

Two shapes can be read: the signed request of Amazon (Signature Version 4: RDS and Aurora DSQL) and the JSON Web Token
(RFC 7519: Entra, Databricks and others). Two are opaque: Google's access tokens and Databricks' personal ones. What has
neither shape as a whole is an ordinary password.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeGuard
from urllib.parse import parse_qsl, unquote, urlsplit

from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass, replace


class TokenKind(StrEnum):
    """Who issued it, and for what."""

    NONE = "none"
    """An ordinary password, as far as its shape tells."""
    RDS_IAM = "rds-iam"
    DSQL_IAM = "dsql-iam"
    ENTRA = "entra"
    """An access token of Microsoft Entra ID."""
    DATABRICKS = "databricks"
    """An OAuth token of Databricks."""
    DATABRICKS_PAT = "databricks-pat"
    """A personal access token of Databricks, which is opaque."""
    GOOGLE = "google"
    """An OAuth access token of Google, which is opaque."""
    JWT = "jwt"
    """A JSON Web Token of another issuer."""


class TokenDamage(StrEnum):
    """What happened to a token on its way into the settings."""

    NONE = "none"
    WHITE_SPACE = "white-space"
    """Line breaks or spaces inside it or around it."""
    ENCODED_TWICE = "encoded-twice"
    """Percent-encoded once more than its reader decodes."""
    BEARER = "bearer"
    """The word Bearer of an HTTP header in front of it."""
    CUT = "cut"
    """Its end is missing."""


@dataclass(frozen=True, repr=False)
class Token:
    """A token as it was issued. Claims are empty or `None` where it does not say; it does not print itself."""

    kind: TokenKind
    text: str
    """The token without its damage. A secret."""
    damage: TokenDamage = TokenDamage.NONE
    issued: datetime | None = None
    """Its first moment."""
    expires: datetime | None = None
    host: str = ""
    port: int | None = None
    region: str = ""
    user: str = ""
    """The role, the e-mail address or the application that it was issued to."""
    audience: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Token({self.kind})"


def read(password: str) -> Token | None:
    """The token in a password; `None` for an ordinary one."""
    for damage, text in _spellings(password):
        if found := _intact(text):
            return replace(found, damage=damage)
    return _cut(password)


def _spellings(password: str) -> Iterator[tuple[TokenDamage, str]]:
    """The password as it is, and then what it would be without one kind of damage."""
    yield TokenDamage.NONE, password
    joined = "".join(password.split())
    if joined.lower().startswith("bearer"):
        yield TokenDamage.BEARER, joined[len("bearer") :].lstrip(":")
    if joined != password:
        yield TokenDamage.WHITE_SPACE, joined
    if "%" in password:
        yield TokenDamage.ENCODED_TWICE, unquote(joined)


def _intact(text: str) -> Token | None:
    if _GOOGLE.fullmatch(text):
        return Token(TokenKind.GOOGLE, text)
    if _DATABRICKS_PAT.fullmatch(text):
        return Token(TokenKind.DATABRICKS_PAT, text)
    return _signed_request(text) or _web_token(text)


def _signed_request(text: str) -> Token | None:
    """`<host>[:<port>]/?Action=...&X-Amz-...`: a presigned URL without its scheme (AWS, Signature Version 4)."""
    start = _SIGNED.match(text)
    if start is None:
        return None
    said = dict(parse_qsl(text[start.end() :], keep_blank_values=True))
    scope = said.get("X-Amz-Credential", "").split("/")
    kind = _SERVICES.get(scope[3]) if len(scope) == 5 else None
    if kind is None or not re.fullmatch(r"[0-9a-f]{64}", said.get("X-Amz-Signature", "")):
        return None
    issued, lasts = _amazon_time(said.get("X-Amz-Date", "")), said.get("X-Amz-Expires", "")
    seconds = int(lasts) if re.fullmatch(r"[0-9]{1,6}", lasts) else None
    user = said.get("DBUser", "")
    if kind is TokenKind.DSQL_IAM:
        # It names no role: one action is for admin, the other for every role but admin.
        user = "admin" if said.get("Action") == "DbConnectAdmin" else ""
    return Token(
        kind,
        text,
        issued=issued,
        expires=issued + timedelta(seconds=seconds) if issued and seconds is not None else None,
        host=start["host"].lower(),
        port=int(start["port"]) if start["port"] else None,
        region=scope[2],
        user=user,
    )


def _web_token(text: str) -> Token | None:
    """Three parts in base64url, the first two of them JSON objects (RFC 7519, 7.2)."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    head, claims = _object(parts[0]), _object(parts[1])
    if head is None or claims is None or not isinstance(head.get("alg"), str) or not _BASE64URL.fullmatch(parts[2]):
        return None
    issuer = str(urlsplit(_word(claims, "iss")).hostname or "") if "://" in _word(claims, "iss") else ""
    kind = next((kind for ending, kind in _ISSUERS.items() if f".{issuer}".endswith(ending)), TokenKind.JWT)
    named = ("sub",) if kind is TokenKind.DATABRICKS else ("upn", "unique_name", "preferred_username")
    audience = claims.get("aud")
    return Token(
        kind,
        text,
        issued=_moment(claims.get("nbf")) or _moment(claims.get("iat")),
        expires=_moment(claims.get("exp")),
        user=next((name for name in (_word(claims, key) for key in named) if name), ""),
        audience=tuple(each for each in (audience if isinstance(audience, list) else [audience]) if _is_word(each)),
    )


def _cut(password: str) -> Token | None:
    """A token whose end is missing. Its beginning must show what it is, as a shell leaves it that ends at the &."""
    text = "".join(password.split())
    start = _SIGNED.match(text)
    if start is not None and "X-Amz-Signature=" not in text:
        dsql = start["action"].lower().startswith("db")
        return Token(TokenKind.DSQL_IAM if dsql else TokenKind.RDS_IAM, text, TokenDamage.CUT)
    parts = text.split(".")
    head = _object(parts[0]) if len(parts) < 3 else None
    if head is not None and isinstance(head.get("alg"), str) and ("typ" in head or "kid" in head):
        return Token(TokenKind.JWT, text, TokenDamage.CUT)
    return None


def _object(part: str) -> dict[str, Any] | None:
    """A JSON object in base64url without padding; `None` if it is none."""
    if not 8 <= len(part) <= _MAX_PART or not _BASE64URL.fullmatch(part):
        return None
    try:
        text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        if b"{" not in text:  # as in nearly every password, and to be refused by `json` takes ten times as long
            return None
        found = json.loads(text)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _word(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if _is_word(value) else ""


def _is_word(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= 300 and value.isprintable()


def _moment(value: object) -> datetime | None:
    """A NumericDate: seconds since 1970 (RFC 7519, 2)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST_S:
        return None
    return datetime.fromtimestamp(value, UTC)


def _amazon_time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


_SIGNED = lazy(
    r"(?:https?://)?(?P<host>[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,252}))(?::(?P<port>[0-9]{1,5}))?/?"
    r"\?(?=(?:[^&]*&)*?Action=(?P<action>connect|DbConnect(?:Admin)?)(?:&|$))",
)
_SERVICES = {"rds-db": TokenKind.RDS_IAM, "dsql": TokenKind.DSQL_IAM}
"""The service in the scope of an Amazon signature."""
_ISSUERS = {
    ".sts.windows.net": TokenKind.ENTRA,
    ".sts.chinacloudapi.cn": TokenKind.ENTRA,
    ".login.microsoftonline.com": TokenKind.ENTRA,
    ".login.microsoftonline.us": TokenKind.ENTRA,
    ".databricks.com": TokenKind.DATABRICKS,
    ".azuredatabricks.net": TokenKind.DATABRICKS,
}
"""How the host of an issuer ends."""
_GOOGLE = lazy(r"ya29\.[A-Za-z0-9_.-]{60,2000}")
_DATABRICKS_PAT = lazy(r"dapi[0-9a-f]{32}(?:-[0-9]{1,2})?")
_BASE64URL = lazy(r"[A-Za-z0-9_-]+")
_MAX_PART = 16_384
_LATEST_S = 253_402_300_799
"""The last second of the year 9999."""
