"""The forms that one secret takes on its way: percent, base64, quoted for a shell or for SQL, escaped for JSON ...

A tool may apply two of them (a URL inside JSON), so quotings are composed twice. Percent-encoding is the one that every
library does in its own measure, so each character may come with it or without.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
import string
import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property
from urllib.parse import quote, quote_plus, unquote

FRAGMENT = 6
"""Characters of base64 that are long enough not to be a word by accident."""
SHORT_WORD = 8
"""Below this length letters and digits count only between word boundaries: `pass` is in `password`."""
LONG = 512
"""Longer than any password: an access token."""
LONGEST_QUOTED_AGAIN = 8192
"""A longer form is not quoted once more: an access token of which every character is escaped, which takes a second."""


def literals(secret: str) -> tuple[str, ...]:
    """Every form that is one fixed text, longest first, so that no form leaves the tail of a longer one behind."""
    spellings = {
        secret,
        unquote(secret),
        *_misread(secret),
        *(unicodedata.normalize(form, secret) for form in ("NFC", "NFD", "NFKC")),
    }
    if len(secret) >= SHORT_WORD:
        spellings.add(secret.lower())  # what a URL parser makes of a password that it reads as a host name
    forms: set[str] = set()
    for spelling in spellings:
        once = {quoting(spelling) for quoting in _QUOTINGS}
        again = [form for form in once if form != spelling and len(form) <= LONGEST_QUOTED_AGAIN]
        forms |= once | {quoting(form) for form in again for quoting in _QUOTINGS}
        forms |= set(_as_bytes(spelling))
    if _is_short_word(secret):
        forms.discard(secret)  # `Mixed` finds it, with its boundaries
    return tuple(sorted((f for f in forms if len(f) >= 4), key=lambda form: (-len(form), form)))


class Mixed:
    """The secret with any of its characters percent-encoded, once or twice, in either case of the digits.

    Of an access token without its letters and digits, which no library encodes: a second for a pattern with them.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def found(self, text: str) -> list[str]:
        """As it is in a text, each time."""
        return [found[0] for found in self._pattern.finditer(text)] if self._may_be_in(text) else []

    def replaced(self, text: str, by: Callable[[str], str]) -> str:
        """The text with something else in each of these places."""
        return self._pattern.sub(lambda found: by(found[0]), text)

    def _may_be_in(self, text: str) -> bool:
        """Without a percent sign it is the secret as it is, but for a space, which may be a plus sign. Most texts have
        neither, and nothing need be compiled for them."""
        return "%" in text or self._secret in text or " " in self._secret

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        secret = self._secret
        kept = _LETTERS_AND_DIGITS if len(secret) > LONG else frozenset()
        body = "".join(each if each in kept else _maybe_encoded(each) for each in secret)
        if _is_short_word(secret):
            # Not inside a longer word; the end of `%3A` or of `\\n` is no word.
            body = rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{{2}})|(?<=\\[nrt]))(?:{body})(?![A-Za-z0-9])"
        return re.compile(body)


_LETTERS_AND_DIGITS = frozenset(string.ascii_letters + string.digits)


def _is_short_word(secret: str) -> bool:
    return len(secret) < SHORT_WORD and secret.isalnum()


def _maybe_encoded(character: str) -> str:
    encoded = "".join(
        "%(?:25)*" + "".join(f"[{d}{d.lower()}]" if d.isalpha() else d for d in f"{byte:02X}")
        for byte in bytes_of(character)
    )
    also = r"|\+|\s" if character == " " else ""
    return f"(?:{encoded}|{re.escape(character)}{also})"


def bytes_of(text: str) -> bytes:
    """The bytes behind a text: those that were no UTF-8 and came in as lone surrogates (PEP 383) included."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")  # surrogates that stand for no byte: half an emoji, in JSON


def _misread(secret: str) -> tuple[str, ...]:
    """How others read a secret that is no UTF-8: with replacement characters, or as Latin-1."""
    data = bytes_of(secret)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace"), data.decode("latin-1"), data.decode("utf-8", "backslashreplace")
    return ()


def _in_html(text: str, *, quote: bool = True) -> str:
    """As `html.escape`, whose module makes a table of 2,000 names first: that takes longer than all the rest here."""
    return text.translate(_HTML if quote else _HTML_TEXT)


_HTML_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_HTML = _HTML_TEXT | str.maketrans({'"': "&quot;", "'": "&#x27;"})


def _backslashed(text: str, what: str) -> str:
    return "".join("\\" + c if c in what else c for c in text)


_QUOTINGS: tuple[Callable[[str], str], ...] = (
    lambda s: s,
    lambda s: json.dumps(s)[1:-1],
    lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    lambda s: json.dumps(s, ensure_ascii=False)[1:-1].replace("/", "\\/"),  # PHP's json_encode
    lambda s: _in_html(s, quote=False),
    lambda s: _in_html(s),
    lambda s: _in_html(s).replace("&#x27;", "&#39;"),
    lambda s: _in_html(s).replace("&#x27;", "&apos;"),
    lambda s: quote(bytes_of(s), safe=""),
    lambda s: quote_plus(bytes_of(s)),
    lambda s: re.sub(r"%[0-9A-F]{2}", lambda m: m.group().lower(), quote(bytes_of(s), safe="")),
    lambda s: re.sub(r"%[0-9A-F]{2}", lambda m: m.group().lower(), quote_plus(bytes_of(s))),
    lambda s: repr(s)[1:-1],
    lambda s: ascii(s)[1:-1],
    lambda s: repr(bytes_of(s))[2:-1],
    lambda s: s.encode("unicode_escape").decode("ascii"),
    lambda s: s.replace("'", "'\\''"),  # a POSIX shell, single quotes
    lambda s: s.replace("'", "'\"'\"'"),
    lambda s: _backslashed(s, '"\\$`'),  # a POSIX shell, double quotes
    lambda s: re.sub(r"([^\w@%+=:,./-])", r"\\\1", s),  # no quotes at all
    lambda s: s.replace("'", "''"),  # SQL, PowerShell, .NET
    lambda s: s.replace('"', '""'),
    lambda s: _backslashed(s, ":\\"),  # .pgpass (libpq, "The Password File")
    lambda s: _backslashed(s, "'\\"),  # libpq keyword strings, SQL E''
    lambda s: s.replace("%", "%%"),
    lambda s: s.replace("$", "$$"),  # Makefile, docker compose
    lambda s: "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in s),
    lambda s: "".join(f"&#{ord(c)};" for c in s),
    lambda s: "".join(f"&#x{ord(c):x};" for c in s),
    lambda s: bytes_of(s).decode("latin-1"),  # UTF-8 read as Latin-1
    lambda s: s if s.isascii() else bytes_of(s).decode("cp1252", "replace"),  # its table costs a cold start 1 ms
)


def _as_bytes(secret: str) -> Iterator[str]:
    """base64 at its three alignments, hexadecimal, and UTF-16."""
    utf8 = bytes_of(secret)
    # By the functions themselves: to look for an encoding of this name imports a module for each of them.
    little, big = (encode(secret, "surrogatepass")[0] for encode in (codecs.utf_16_le_encode, codecs.utf_16_be_encode))
    for data in (utf8, little):
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            yield alphabet(data).decode("ascii").rstrip("=") if len(data) >= 4 else ""
            for offset in range(3):
                # The characters that depend on this secret alone: the text before it shifts it by `offset` bytes.
                whole = alphabet(b"\0" * offset + data).decode("ascii").rstrip("=")
                fragment = whole[(0, 2, 3)[offset] : (offset + len(data)) * 8 // 6]
                yield fragment if len(fragment) >= FRAGMENT else ""
    for data in (utf8, little, big):
        if len(data) >= 4:
            digits = data.hex()
            for separator in ("", " ", ":", "\\x", "%", ", 0x"):
                joined = separator.join(digits[i : i + 2] for i in range(0, len(digits), 2))
                yield joined
                yield joined.upper().replace("\\X", "\\x").replace("0X", "0x")
    for nul in ("\0", "\\x00", "\\u0000", "\\0", "%00"):
        yield nul.join(secret)
