"""Addresses that a page may link to. A rule, or a report, of somebody else's can name any."""

from __future__ import annotations

import re

WEB_ADDRESS = r"^https?://[A-Za-z0-9][^\s<>\"'`\\^{|}]{0,2000}$"
"""http or https, a host, and nothing that ends a link or an attribute: what RFC 3986 wants percent-encoded."""


def is_web_address(text: str) -> bool:
    """A page may make a link of it."""
    return bool(re.fullmatch(WEB_ADDRESS, text)) and text.isprintable()
