"""Secrets of the environment that the target does not have: proxies' credentials, passwords of other programs.

Nothing is done with them; but a server, a proxy or a program that pgwhy runs may print them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from pgwhy.shipped.regex import lazy


def secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """The passwords, keys and tokens of the environment, encoded ones also decoded."""
    for name, value in environment.items():
        folded = name.casefold()
        may_be_secret = any(word in folded for word in _WORDS)
        if len(value) < 4:
            if value and may_be_secret and _PASSWORD.search(name):
                yield value
        elif may_be_secret and (_PASSWORD.search(name) or (_KEY.search(name) and not _PATH.match(value))):
            yield value
        elif ":" in value and "@" in value and (found := _CREDENTIALS.match(value)):
            secret = found[1] or found[2]
            yield secret
            yield unquote(secret)


_WORDS = ("pass", "pwd", "secret", "token", "key", "cred", "jwt")
"""In every name that the patterns below find: most environments have none, and no pattern is compiled for them."""
_PASSWORD = lazy(r"(?:^|_|PG|DB)(?:PASSWORD|PASSWD|PASS)$|\w_PWD$|PASSPHRASE$", re.IGNORECASE)
_KEY = lazy(
    r"(?:SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|CREDENTIALS?|JWT)(?:_ID|_KEY)?$", re.IGNORECASE
)
_PATH = lazy(r"(?:~?/|[A-Za-z]:\\|\./)")
_CREDENTIALS = lazy(
    r"(?:[a-z][a-z0-9+.-]{1,30}://)[^\s:/@]*:(.+)@|[^\s:/@]+:(?!//)(?!.*://)(.+)@[\w.-]+:\d+/?$", re.IGNORECASE
)
"""Up to the last `@`: what an URL parser makes of an unencoded one differs, and nothing before it may leave."""
