"""libpq's `require_auth`, read as libpq reads it (`pqConnectOptions2` in fe-connect.c, libpq 16 and later).

A list with commas, without blanks: either methods that are permitted, or, each with a `!`, methods that are not.
"""

from __future__ import annotations

METHODS = frozenset({"password", "md5", "gss", "sspi", "scram-sha-256", "oauth", "none"})
"""`oauth` since libpq 18. An older libpq refuses it before it connects, which is no danger."""


def is_refused(value: str) -> bool:
    """libpq refuses this value before it connects: an unknown or empty item, one twice, both forms mixed."""
    if not value:
        return False  # it passes, and then no method at all is permitted (measured with libpq 17 and 18)
    items = value.split(",")
    negated = {item.startswith("!") for item in items}
    names = [item.removeprefix("!") for item in items]
    return len(negated) > 1 or len(set(names)) < len(names) or not METHODS.issuperset(names)


def without_clear_text(value: str | None) -> str:
    """The same value, narrowed so that it permits no clear-text password; `None`: nobody set one.

    Raises `ValueError` for a value that libpq refuses. Where only `password` was permitted, nothing is then: that
    is what an empty value means to libpq.
    """
    if value is None:
        return "!password"
    if is_refused(value):
        raise ValueError("libpq refuses this require_auth")
    items = value.split(",")
    if value.startswith("!"):
        return ",".join(dict.fromkeys([*items, "!password"]))
    return ",".join(item for item in items if item != "password")
