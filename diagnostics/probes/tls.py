"""Encryption: what SSLRequest is answered with, and the handshake with SNI and again without, side by side.

The chain is kept as it was presented and judged afterwards, so that a saved run can be judged again. Opens: two
connections to the first address that answers, each with SSLRequest (or direct TLS where that is asked for), one
handshake with SNI, one without; nothing is sent after the handshake.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from diagnostics.facts import Record, derived, fact
from diagnostics.failure import Failure


class SslAnswer(StrEnum):
    """What came back for SSLRequest (PostgreSQL, "SSL Session Encryption")."""

    YES = "S"
    NO = "N"
    ERROR = "error"
    """An ErrorResponse: a server from before TLS, or one that cannot fork."""
    SILENT = "silent"
    CLOSED = "closed"
    RESET = "reset"
    NOT_POSTGRES = "not-postgres"
    NOT_ASKED = "not-asked"
    """The client asks for no TLS, or for direct TLS."""


class Speaks(StrEnum):
    """What answers where a Postgres was expected."""

    HTTP = "http"
    SSH = "ssh"
    MYSQL = "mysql"
    REDIS = "redis"
    SMTP = "smtp"
    TLS = "tls"
    """A TLS alert in answer to SSLRequest: TLS from the first byte on."""
    UNKNOWN = "unknown"


class Trust(StrEnum):
    """What the presented chain is worth to the trust store that the user's client would use."""

    TRUSTED = "trusted"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    SELF_SIGNED = "self-signed"
    """The server's own certificate is signed by itself."""
    SELF_SIGNED_ROOT = "self-signed-root"
    """The chain ends in a root that the store does not have."""
    UNKNOWN_ISSUER = "unknown-issuer"
    """The chain ends below a root, and the store does not know the issuer."""
    MISSING_INTERMEDIATE = "missing-intermediate"
    """Only the server's own certificate came, and the store has a root of the same organisation but not its issuer."""
    INVALID = "invalid"
    """Another reason; `verify_detail` has OpenSSL's words."""
    NO_STORE = "no-store"
    """The trust store that the settings name does not exist or cannot be read."""


@dataclass(frozen=True)
class Certificate:
    """One certificate of the presented chain."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """DNS names and addresses of subjectAltName; the common name where there is none, as libpq does."""
    not_before: str
    """UTC, ISO 8601."""
    not_after: str
    fingerprint: str
    """SHA-256, hex."""
    der: str
    """Base64."""


@dataclass(frozen=True)
class Tls(Record):
    """The TLS stage, with SNI and without."""

    name: ClassVar[str] = "tls"

    ssl_answer: SslAnswer | None = fact("what SSLRequest was answered with")
    speaks: Speaks | None = fact("what answered instead of a Postgres; unknown where it cannot be told")
    banner: str | None = fact("the first bytes of what is not Postgres, made printable")
    error_message: str | None = fact("the server's error in answer to SSLRequest; empty if there was none")
    direct: bool | None = fact("TLS was begun without SSLRequest (sslnegotiation=direct)")
    handshake: bool | None = fact("the handshake with SNI succeeded")
    failure: Failure | None = fact("how the handshake with SNI failed")
    alert: str | None = fact("the TLS alert that the server ended the handshake with; empty if none")
    detail: str | None = fact("OpenSSL's own words for the failure; empty if none")
    sni_sent: bool | None = fact("the handshake above carried a server name (an IP address is never one)")
    version: str | None = fact("TLSv1.3, TLSv1.2 ...")
    cipher: str | None = fact("the cipher suite agreed on")
    alpn: str | None = fact("the application protocol agreed on; empty if none")
    chain: tuple[Certificate, ...] | None = fact("the whole presented chain, the server's own certificate first")
    client_certificate_requested: bool | None = fact("the server asked for a client certificate")
    handshake_ms: float | None = fact("the handshake with SNI, in milliseconds")
    handshake_without_sni: bool | None = fact("the handshake without SNI succeeded")
    alert_without_sni: str | None = fact("the alert that ended the handshake without SNI; empty if none")
    same_certificate_without_sni: bool | None = fact("without SNI the server presents the same certificate")
    verify_required: str | None = fact(
        "what the client spoken for checks: none, ca (the chain) or full (the name as well)"
    )
    trust: Trust | None = fact("what the chain is worth to the trust store that the client spoken for would use")
    trust_store: str | None = fact("the trust store it was judged against, in words")
    system_trust: Trust | None = fact("what the chain is worth to this machine's own trust store")
    verify_detail: str | None = fact("OpenSSL's words for what is wrong with the chain; empty if nothing is")
    name_matches: bool | None = fact("the certificate is made out to the host name that the client would check")
    issuer: str | None = fact("the organisation (or name) of the issuer of the server's certificate")
    issuer_expected: bool | None = fact(
        "the issuer is one that this provider is known to use; unknown for other servers"
    )
    expires_in_days: float | None = fact("days until the first certificate of the chain expires; negative if it has")

    @derived
    def verifies(self) -> bool | None:
        """the certificate passes what the client spoken for checks; unknown without a chain"""
        if self.verify_required == "none":
            return True
        if self.trust is None or self.verify_required is None:
            return None
        if self.trust is not Trust.TRUSTED:
            return False
        return True if self.verify_required == "ca" else self.name_matches
