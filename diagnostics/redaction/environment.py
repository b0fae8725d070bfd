"""Secrets of the environment that the target does not have: proxies' credentials, passwords of other programs.

Nothing is done with them; but a server, a proxy or a program that pgwhy runs may print them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote


def secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """The passwords of the environment, encoded ones also as they are meant."""
    for name, value in environment.items():
        if not value:
            continue
        if _PASSWORD.search(name):
            yield value
        elif found := _CREDENTIALS.match(value) if _PROXY.fullmatch(name) else None:
            yield found[1]
            yield unquote(found[1])


_PASSWORD = re.compile(r"(?:^|_|PG|DB)(?:PASSWORD|PASSWD)$", re.IGNORECASE)
_PROXY = re.compile(r"(?:https?|all|ftp|socks)_proxy", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?[^\s:/@]*:(.+)@", re.IGNORECASE)
"""Up to the last `@`: what an URL parser makes of an unencoded one differs, and nothing before it may leave."""
