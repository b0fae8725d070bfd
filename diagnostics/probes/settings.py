"""What the settings say before anything is sent: would the client read them, and do they fit together?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from diagnostics.facts import Record, derived, fact


class Contradiction(StrEnum):
    """Two settings that cannot both hold."""

    DIRECT_NEEDS_TLS = "direct-needs-tls"
    """sslnegotiation=direct with an sslmode weaker than require."""
    SYSTEM_ROOT_NEEDS_VERIFY_FULL = "system-root-needs-verify-full"
    """sslrootcert=system with an sslmode weaker than verify-full."""
    CHANNEL_BINDING_WITHOUT_TLS = "channel-binding-without-tls"
    """channel_binding=require with sslmode=disable."""
    ENDPOINT_PASSWORD_WITH_CHANNEL_BINDING = "endpoint-password-with-channel-binding"
    """The endpoint in the password needs clear text, which channel_binding=require forbids (neon.md G-2)."""
    ENDPOINT_PASSWORD_WITH_SNI = "endpoint-password-with-sni"
    """The endpoint in the password, and a client that sends SNI: the proxy takes the whole text as the password (G-3)."""


@dataclass(frozen=True)
class SettingsFacts(Record):
    """What the client spoken for makes of the settings."""

    name: ClassVar[str] = "settings"

    client_refusal: str | None = fact(
        "what libpq on this machine says when it reads the string, before it connects; empty if it reads it"
    )
    invalid_parameter: str | None = fact("a parameter whose value the client refuses; empty if none")
    invalid_value: str | None = fact("that value")
    valid_value: str | None = fact("the nearest value that it would take; empty if none is near")
    unknown_parameters: tuple[str, ...] | None = fact("parameters that no driver knows")
    nearest_parameter: str | None = fact("the known parameter nearest to the first unknown one; empty if none is near")
    foreign_parameters: tuple[str, ...] | None = fact("parameters that only other drivers read; left out of our login")
    refused_parameters: tuple[str, ...] | None = fact(
        "parameters that the client spoken for refuses before it connects"
    )
    forwarded_parameters: tuple[str, ...] | None = fact(
        "parameters that the client spoken for sends to the server, as it does not know them"
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

    @derived
    def readable(self) -> bool | None:
        """the client spoken for takes the settings and goes on to connect"""
        if self.client_refusal is None and self.unknown_parameters is None:
            return None
        return not (self.client_refusal or self.unknown_parameters or self.refused_parameters or self.invalid_parameter)
