"""Servers that agree to TLS and then let the handshake fail, each by OpenSSL's own refusal.

Where the handshake succeeds after all (a client that offers what is wanted), the connection goes on to the server
`behind`, so that a fix can be seen to work; without one it ends.
"""

from __future__ import annotations

import socket
import ssl
import warnings
from enum import StrEnum

from pgwhy.lab.authority import Authority
from pgwhy.lab.impostors.middlebox import splice
from pgwhy.lab.sockets import client_hello
from pgwhy.lab.sockets.door import Address, Behaviour
from pgwhy.lab.sockets.manners import agree_to_tls, encrypt, farewell, silent

_MAX_HELLO_BYTES = 16_384


class TlsKind(StrEnum):
    """What the server wants, or refuses."""

    OLD_VERSIONS = "old-versions"
    """TLS 1.0 and 1.1, nothing newer."""
    NO_COMMON_CIPHER = "no-common-cipher"
    """TLS 1.2 with a cipher that encrypts nothing, which no client offers."""
    CLIENT_CERTIFICATE = "client-certificate"
    """A certificate of the authority's, from the client."""
    UNKNOWN_NAME = "unknown-name"
    """`unrecognized_name` for every server name but its own, and for none at all."""
    ALPN_REFUSED = "alpn-refused"
    """`no_application_protocol` for every client that offers ALPN."""
    CLEAR_TEXT_BEHIND_YES = "clear-text-behind-yes"
    """Bytes in clear in one packet with the S, and then TLS as it should be: somebody in the middle put them there."""


def behaviour(kind: TlsKind, authority: Authority, names: tuple[str, ...], behind: Address | None = None) -> Behaviour:
    """What such a server, with a certificate for `names`, does with one connection, for a `Door`."""
    context = authority.issue(*names).context()
    _PREPARE.get(kind, _nothing)(context, authority, names)

    def behave(connection: socket.socket) -> None:
        agree_to_tls(connection, b"Z" * 16 if kind is TlsKind.CLEAR_TEXT_BEHIND_YES else b"")
        if kind is TlsKind.ALPN_REFUSED:
            hello = connection.recv(_MAX_HELLO_BYTES, socket.MSG_PEEK)
            if client_hello.offered_protocols(hello):
                return farewell(connection, client_hello.NO_APPLICATION_PROTOCOL)
        with encrypt(connection, context) as encrypted:
            if behind is None:
                return silent(encrypted)
            with socket.create_connection((behind.host, behind.port)) as server:
                return splice(encrypted, server)

    return behave


def _old_versions(context: ssl.SSLContext, authority: Authority, names: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # deprecated on purpose
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    # Their signatures are SHA-1, which OpenSSL 3 makes only at the lowest level of security.
    context.set_ciphers("DEFAULT@SECLEVEL=0")


def _no_common_cipher(context: ssl.SSLContext, authority: Authority, names: tuple[str, ...]) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("eNULL@SECLEVEL=0")


def _client_certificate(context: ssl.SSLContext, authority: Authority, names: tuple[str, ...]) -> None:
    context.load_verify_locations(authority.root_file)
    context.verify_mode = ssl.CERT_REQUIRED


def _unknown_name(context: ssl.SSLContext, authority: Authority, names: tuple[str, ...]) -> None:
    def choose(tls: ssl.SSLSocket | ssl.SSLObject, name: str | None, own: ssl.SSLContext) -> int | None:
        return None if name in names else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = choose


def _nothing(context: ssl.SSLContext, authority: Authority, names: tuple[str, ...]) -> None:
    """The ordinary context will do."""


_PREPARE = {
    TlsKind.OLD_VERSIONS: _old_versions,
    TlsKind.NO_COMMON_CIPHER: _no_common_cipher,
    TlsKind.CLIENT_CERTIFICATE: _client_certificate,
    TlsKind.UNKNOWN_NAME: _unknown_name,
}
