"""What PgBouncer, which serves the `-pooler` names, makes of start-up options, and how Neon's proxy words it.

Source: docs/neon.md, 4, and PgBouncer's `ignore_startup_parameters`.
"""

from __future__ import annotations

import re

from pgwhy.lab.neon import messages
from pgwhy.lab.neon.messages import Refusal
from pgwhy.lab.neon.routing import split_options

_TRACKED = ("client_encoding", "datestyle", "timezone", "standard_conforming_strings", "extra_float_digits")
_ALLOWED_SYNTAX = "unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed"


def check_options(options: str) -> None:
    """Raise the `Refusal` that PgBouncer gives for these options; silent where it takes them."""
    tokens = split_options(options)
    while tokens:
        token = tokens.pop(0)
        setting = tokens.pop(0) if token == "-c" and tokens else token.removeprefix("--").removeprefix("-c")
        name, found, _ = setting.partition("=")
        if not (found and token.startswith(("-c", "--"))):
            raise Refusal(_ALLOWED_SYNTAX)
        if name.lower() not in _TRACKED:
            raise Refusal(messages.POOLER_REFUSAL.format(place=" in options", parameter=name))


def enriched(text: str) -> str:
    """An error of a real PgBouncer as the proxy passes it on: with advice, where it is about a parameter."""
    refused = re.fullmatch(r"unsupported startup parameter( in options)?: (\S+)", text)
    if refused is None:
        return text
    return messages.POOLER_REFUSAL.format(place=refused[1] or "", parameter=refused[2])
