"""How well settings protect a password: the order of sslmode, whose word a setting is, and what no fix may change."""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import Dialect
from pgwhy.target.model import Setting, SourceKind, Target
from pgwhy.target.parameters import ENVIRONMENT, VALUES, words
from pgwhy.terminal.spelling import nearest

SSLMODES = VALUES["sslmode"]
"""From the weakest to the strongest (PostgreSQL, "SSL Support" of libpq, table "SSL Mode Descriptions")."""
PREFER, VERIFY_CA, VERIFY_FULL = (SSLMODES.index(mode) for mode in ("prefer", "verify-ca", "verify-full"))


def rank(parameters: Mapping[str, str]) -> int:
    """The place in `SSLMODES` of what libpq makes of its parameters; -1 for an sslmode that it refuses.

    With a root file `require` is `verify-ca`; `sslrootcert=system` permits nothing but `verify-full`.
    """
    mode, root = parameters.get("sslmode", "prefer"), parameters.get("sslrootcert", "")
    if mode not in SSLMODES:
        return -1
    return VERIFY_CA if mode == "require" and root else SSLMODES.index(mode)


def meant(word: str) -> int:
    """The least that a word asks for which libpq refuses as an sslmode: what it is nearest to, `prefer` at least.

    What is near to nothing may have meant anything, so it asks for everything.
    """
    return max(PREFER, SSLMODES.index(nearest(word, SSLMODES) or "verify-full"))


def is_own_word(setting: Setting) -> bool:
    """The user said it: in the string, in a file, in a variable. A fix and a default are nobody's word."""
    return setting.source.kind not in (SourceKind.FIX, SourceKind.DEFAULT)


def is_variable(setting: Setting) -> bool:
    """PGSSLMODE, of the environment or of a `.env`: it can be set for the whole machine, for any connection."""
    variable = ENVIRONMENT["sslmode"]
    return variable in (setting.source.name, setting.source.variable)


def is_target_of_variables(target: Target) -> bool:
    """PG* variables are the whole target, and no connection string is."""
    return target.written is not None and target.written.dialect is Dialect.ENVIRONMENT


def names_an_engine(key: str, platform: str) -> bool:
    """libpq reads this `sslkey` as `engine:key` and loads that OpenSSL engine, which is native code
    (`initialize_SSL` in fe-secure-openssl.c). On Windows a colon in the second place belongs to a drive.
    """
    return ":" in key and not (platform == "win32" and key[1:2] == ":")


def may_change(name: str, value: str) -> bool:
    """A fix may give this parameter this value (empty: none) and log in with it, as far as anything else permits.

    What is not listed is a file, a key, a role or an authentication method: those are the user's alone.
    """
    if name in _CHECKED_APART or name in _HARMLESS:
        return True
    return value in _HARMLESS_VALUES.get(name, ())


def may_be_dropped(name: str, value: str) -> bool:
    """A libpq that is too old to know this parameter protects the password no less without it."""
    return name in _NOTHING_LOST or value in _NOTHING_LOST_WITH.get(name, ())


_CHECKED_APART = words("host hostaddr port sslmode")
_HARMLESS = words(
    """dbname options application_name fallback_application_name client_encoding connect_timeout keepalives
    keepalives_idle keepalives_interval keepalives_count tcp_user_timeout target_session_attrs load_balance_hosts sslsni
    sslnegotiation channel_binding ssl_max_protocol_version min_protocol_version max_protocol_version"""
)
_HARMLESS_VALUES = {"sslrootcert": ("system", ""), "gssencmode": ("disable",), "replication": ("",)}
_NOTHING_LOST = words("sslsni load_balance_hosts min_protocol_version max_protocol_version gssdelegation")
_NOTHING_LOST_WITH = {
    "channel_binding": ("disable", "prefer"),
    "gssencmode": ("disable", "prefer"),
    "sslnegotiation": ("postgres",),
    "sslcertmode": ("allow",),
    "replication": ("", "false"),
}
