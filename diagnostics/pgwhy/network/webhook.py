"""One POST of JSON to an address that the user names, over HTTP(S) with the system's certificates and proxies.

A redirection is not followed: what the address leads to is the user's word, and nobody else's.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from pgwhy.secret import Secret

LIMIT_S = 10.0


class NotPosted(Exception):
    """It was not taken. The message is a sentence without the address, which may hold a token."""

    def __init__(self, said: str, *, final: bool) -> None:
        super().__init__(said)
        self.final = final
        """The receiver refuses it, and will refuse it again."""


_AGAIN = (408, 425, 429)
"""Refusals that are about this moment (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4), as those from 500 on are."""


def is_address(text: str) -> bool:
    """It is an http or https URL with a host."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def post(address: Secret, body: bytes) -> None:
    """Blocks for at most some seconds a step. Raises `NotPosted`."""
    request = urllib.request.Request(  # noqa: S310 - `is_address` was asked
        address.reveal(), body, {"Content-Type": "application/json", "User-Agent": "pgwhy"}, method="POST"
    )
    try:
        with urllib.request.build_opener(_Straight).open(request, timeout=LIMIT_S) as reply:
            reply.read(1)
    except urllib.error.HTTPError as problem:
        with problem:
            raise NotPosted(
                f"it answers {problem.code}", final=problem.code < 500 and problem.code not in _AGAIN
            ) from None
    except (OSError, HTTPException, ValueError) as problem:
        reason = getattr(problem, "reason", None)
        said = getattr(reason, "strerror", None) or getattr(problem, "strerror", None) or type(problem).__name__
        raise NotPosted(f"it cannot be reached: {said}", final=False) from None


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None  # the redirection is an error then
