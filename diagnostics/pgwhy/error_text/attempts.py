"""Several attempts of one client in one text.

libpq with `sslmode=prefer` or `allow` tries a server that refused it again without TLS (or with), and glues both
answers together. The second answer is about the second try alone ("connection is insecure"); the first one is the true
one. An answer about encryption is the exception: it was what made libpq try again. So is a beginning without an answer:
some drivers put libpq's words before libpq's words.
"""

from __future__ import annotations

import itertools
import re

from pgwhy.shipped.regex import lazy


def first_of_each(text: str) -> str:
    """The text without a later attempt at a server that had answered the first one with something of its own."""
    starts = [found.start() for found in _ATTEMPT.finditer(text)]
    if not starts:
        return text
    parts = [text[start:end] for start, end in itertools.pairwise((*starts, len(text)))]
    kept: dict[str, str] = {}
    for part in parts:
        place = _ATTEMPT.match(part)
        where = place[0] if place else part
        if where not in kept or kept[where] == where or _ABOUT_ENCRYPTION.search(kept[where]):
            kept[where] = kept.get(where, "") + part
    return (text[: starts[0]] + "".join(kept.values())).rstrip()


_ATTEMPT = lazy(
    r'connection to server (?:at|on socket) "[^"\n]{1,300}"(?: \([^)\n]{1,60}\))?'
    r"(?:, port \d{1,5})?\s{1,3}failed:\s{1,3}"
)
_ABOUT_ENCRYPTION = lazy(r"pg_hba\.conf|\bSSL (?:was|is) (?:required|not)|GSSAPI", re.IGNORECASE)
