"""Which words of a tool mean which cause: the same for all tools. `benchmarks.rivals` has the other rules."""

from __future__ import annotations

import re

from pgwhy.causes import Cause

PHRASES: tuple[tuple[str, Cause], ...] = tuple(
    (phrase, Cause(cause))
    for cause, phrases in {
        "malformed-connection-string": (
            r'missing "=" after',
            r"invalid port number",
            r"invalid percent-encoded",
            r"unterminated quoted string",
            r"invalid URI",
            r"unexpected character .* in URI",
            r"end of string reached when looking for",
            r"special characters that need escaping",
            r"extra key/value separator",
            r'invalid integer value "[^"]*" for connection option "port"',
        ),
        "invalid-connection-option": (
            r"invalid connection option",
            r"invalid URI query parameter",
            r"invalid sslmode value",
            r'invalid (\w+) value: "',
            r"invalid command-line argument for server process",
            r"weak sslmode",
            r"Project name .* must contain only",
        ),
        "env-var-not-loaded": (r'definition of service "[^"]*" not found',),
        "dns-not-found": (r"Name or service not known", r"No address associated", r"could not resolve hostname"),
        "dns-temporary-failure": (r"Temporary failure in name resolution",),
        "connection-refused": (r"connection refused", r"rejected the connection", r"Port \d+ closed"),
        "connection-timeout": (
            r"timeout expired",
            r"connection timed out",
            r"timed out",
            r"no response",
            r"filtered \(firewall",
        ),
        "network-unreachable": (
            r"network is unreachable",
            r"port \d+ failed: Permission denied",
            r"no route to host",
            r"network unreachable",
        ),
        "connection-reset": (r"connection reset by peer",),
        "local-socket-missing": (r'socket "[^"]*" failed: No such file',),
        "ssl-required": (r"no encryption", r"connection is insecure", r"SSL off", r"SSL required", r"must use SSL"),
        "ssl-not-supported-by-server": (r"server does not support SSL", r"AUTH TLS was rejected"),
        "tls-version-mismatch": (
            r"protocol version",
            r"unsupported protocol",
            r"no protocols available",
            r"could not find a TLS version and cipher suite",
            r"no shared cipher",
            r"handshake failure",
        ),
        "self-signed-certificate": (r"self.signed certificate",),
        "unknown-ca": (r"certificate verify failed", r"unknown ca", r"NOT Trusted", r"unable to get (local )?issuer"),
        "root-cert-file-missing": (r"root certificate file .* does not exist", r"root\.crt.* does not exist"),
        "certificate-hostname-mismatch": (r"does not match host name", r"no matching subjectAltName"),
        "certificate-expired": (r"certificate has expired", r"not yet valid", r"cert is not valid at validation time"),
        "client-certificate": (
            r"certificate required",
            r"requires a valid client certificate",
            r"private key file .* (group|does not exist|has)",
            r"client certificate",
        ),
        "not-a-postgres-server": (r"invalid response to SSL negotiation", r"expected authentication request"),
        "direct-tls-negotiation": (r"ALPN", r"no application protocol"),
        "tls-interception": (r"unencrypted data after SSL response",),
        "sni-missing": (r"Endpoint ID is not specified",),
        "endpoint-mismatch": (r"Inconsistent project name",),
        "endpoint-not-found": (r"(endpoint|project|branch|resource) (could not|cannot) be found", r"unrecognized name"),
        "endpoint-disabled": (r"endpoint (has been|is) disabled", r"temporarily disabled"),
        "compute-start-failed": (
            r"Couldn't connect to compute",
            r"Control plane request failed",
            r"already has running operations",
        ),
        "quota-exceeded": (r"quota", r"exceeded the (compute time|limit)"),
        "rate-limited": (
            r"rate limit",
            r"Too many connections attempts",
            r"Failed to acquire permit",
            r"Too many connections to this endpoint",
        ),
        "ip-not-allowed": (r"IP address .* is not allowed",),
        "network-blocked": (r"blocked network", r"VPC endpoint"),
        "unsupported-startup-parameter": (r"unsupported startup parameter",),
        "database-not-found": (r'database "[^"]*" does not exist', r"no such database"),
        "permission-denied-connect": (r"permission denied for database",),
        "too-many-connections": (
            r"too many (clients|connections)(?! attempts)",
            r"no more connections allowed",
            r"remaining connection slots",
        ),
        "server-starting-up": (r"starting up", r"not (yet )?accepting connections", r"rejecting connections"),
        "pooler-backend-unavailable": (
            r"server_login_retry",
            r"client_login_timeout",
            r"cannot connect to server",
            r"server login has been",
        ),
        "pg-hba-no-entry": (r"no pg_hba.conf entry", r"pg_hba.conf rejects"),
        "auth-method-unsupported": (r"authentication method \w+ not supported",),
        "channel-binding": (r"channel binding", r"SCRAM-PLUS", r"secure channel data mismatch"),
        "password-missing": (r"no password supplied", r"password is missing"),
        "wrong-password": (r"password authentication failed", r"SASL authentication failed", r"invalid credentials"),
        "role-not-found": (r'role "[^"]*" does not exist',),
        "role-cannot-login": (r"not permitted to log in", r"cannot be used for password-based authentication"),
        "peer-auth-failed": (r"(Peer|Ident) authentication failed",),
        "external-auth-failed": (r"(PAM|LDAP|GSSAPI) authentication failed",),
        "username-format": (r"Username should be in <username@hostname> format",),
        "protocol-mismatch": (r"only supports protocol version", r"unsupported frontend protocol"),
        "gss-encryption": (r"GSSAPI encryption required",),
        "query-wait-timeout": (r"query_wait_timeout",),
        "read-only-server": (r"session is (not )?read-only", r"read-only transaction", r"hot standby"),
        "admin-shutdown": (r"administrator command",),
        "server-silent": (r"server closed the connection unexpectedly",),
    }.items()
    for phrase in phrases
)


def causes(said: str) -> frozenset[Cause]:
    """Those that a text names, however its lines are broken."""
    folded = " ".join(said.split())
    return frozenset(cause for phrase, cause in PHRASES if re.search(phrase, folded, re.IGNORECASE))
