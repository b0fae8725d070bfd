"""What can keep a login from being made, and what lets a password go in clear text: two closed lists, and their words.

A run holds a password back rather than guess. Each reason is a fact of the report, so a page and a program can say it.
"""

from __future__ import annotations

from enum import StrEnum


class Obstacle(StrEnum):
    """What kept the login from being tried."""

    EARLIER_STAGE = "earlier-stage"
    NO_LOGIN = "no-login"
    """`--no-login`, or a run that makes none: in a crash loop it was made a moment ago."""
    EXCHANGES_SPENT = "exchanges-spent"
    """One more login could take this run past three password exchanges."""
    NO_PROCESS = "no-process"
    """libpq runs in a process of its own, and none can be started here."""
    OTHER_SERVER = "other-server"
    """The fix leads to a server that the user's own client does not use, and no certificate proves that server."""
    LESS_PROTECTED = "less-protected"
    """The fix lowers sslmode: the password would have less protection than the user's own settings ask for."""
    SETTING_CHANGED = "setting-changed"
    """The fix changes a setting that no fix may change for a login: a file, a key, an authentication method."""
    OLD_LIBPQ = "old-libpq"
    """The libpq in use does not know a parameter that protects the password, require_auth above all (libpq 16)."""
    ENGINE_KEY = "engine-key"
    """`sslkey` names an OpenSSL engine: libpq would load that library and run its code."""
    CLIENT_STOPS = "client-stops"
    """The client spoken for ends before it sends a password, so this machine's libpq sends none either."""
    OAUTH_TAKEN = "oauth-taken"
    """The server names OAUTHBEARER first, and the libpq in use takes it; the client spoken for would take SCRAM."""


class ClearText(StrEnum):
    """Whether a password may go in clear text with one login, and by what."""

    VERIFIED = "verified"
    """Permitted: TLS, and libpq checks certificate and name (verify-full)."""
    SOCKET = "socket"
    """Permitted: a Unix socket."""
    SSLMODE_DISABLE = "sslmode-disable"
    """Permitted: the user's own connection string, or a file that the user named, says sslmode=disable."""
    PGSSLMODE = "pgsslmode"
    """Permitted: the PG* variables are the whole target, and PGSSLMODE=disable is one of them."""
    KEPT_BACK = "kept-back"
    """Not permitted: the server is not verified, and the user has not said sslmode=disable for it."""
    PGSSLMODE_ALONE = "pgsslmode-alone"
    """Not permitted: only PGSSLMODE says disable, beside a connection string that does not say it."""


def reason(obstacle: object) -> str:
    """Why the permit keeps a password back, as the end of a sentence; empty for every other obstacle and for `None`."""
    return _REASONS.get(str(obstacle), "")


_REASONS = {
    Obstacle.OTHER_SERVER.value: "your client does not use this server, and no certificate proves that it is yours",
    Obstacle.LESS_PROTECTED.value: "the password would have less protection than your own sslmode asks for",
    Obstacle.SETTING_CHANGED.value: "it changes a setting that pgwhy does not change for a login",
    Obstacle.OLD_LIBPQ.value: "this libpq is too old to refuse a clear-text password (require_auth, libpq 16)",
    Obstacle.ENGINE_KEY.value: "sslkey names an OpenSSL engine, which pgwhy does not load",
    Obstacle.CLIENT_STOPS.value: "your client ends before it sends a password",
    Obstacle.OAUTH_TAKEN.value: "the server names OAuth first: pgwhy's libpq takes it, and your client passes over it",
}
