"""Secrets of the environment that the target does not have: proxies' credentials, passwords of other programs.

Nothing is done with them; but a server, a proxy or a program that pgwhy runs may print them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote


def secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """The passwords, keys and tokens of the environment, encoded ones also decoded."""
    for name, value in environment.items():
        if len(value) < 4:
            if value and _PASSWORD.search(name):
                yield value
        elif _PASSWORD.search(name) or (_KEY.search(name) and not _PATH.match(value)):
            yield value
        elif ":" in value and (found := _CREDENTIALS.match(value)):
            secret = found[1] or found[2]
            yield secret
            yield unquote(secret)


_PASSWORD = re.compile(r"(?:^|_|PG|DB)(?:PASSWORD|PASSWD|PASS)$|\w_PWD$|PASSPHRASE$", re.IGNORECASE)
_KEY = re.compile(
    r"(?:SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|CREDENTIALS?|JWT)(?:_ID|_KEY)?$", re.IGNORECASE
)
_PATH = re.compile(r"(?:~?/|[A-Za-z]:\\|\./)")
_CREDENTIALS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,30}://)[^\s:/@]*:(.+)@|[^\s:/@]+:(?!//)(?!.*://)(.+)@[\w.-]+:\d+/?$", re.IGNORECASE
)
"""Up to the last `@`: what an URL parser makes of an unencoded one differs, and nothing before it may leave."""
