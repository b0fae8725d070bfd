"""An error text as its author meant it: out of JSON, logs, shells, web pages and terminals.

Nothing that says something is lost: quotes and line breaks are no longer escaped, a word that a terminal broke is whole
again, and what a logger puts before every line goes. What the user gave is kept beside it (`error.given`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from pgwhy.shipped.regex import lazy


def unwrap(text: str) -> str:
    """The text in plain lines. It has no control characters but line breaks and tabs, before and after."""
    for stands, step in _STEPS:
        if stands(text):
            text = step(text)
    return text.strip()


def _from_html(text: str) -> str:
    import html  # its table of 2,000 names is for the few texts that come from a web page

    text = html.unescape(_LINE_BREAK_TAG.sub("\n", text))
    return html.unescape(text) if "&" in text else text  # a page that quotes a page


def _from_wrong_encoding(text: str) -> str:
    """UTF-8 that somebody read as Windows-1252 or Latin-1: `Ã©` for é."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode()
        except UnicodeError:
            continue
    return text


def _from_string(text: str) -> str:
    """Escapes of JSON, Python, JavaScript and Go, however deep: `\\\\\\"` is a quotation mark."""
    text = _UTF16.sub(lambda found: _characters(found[0]), text)
    return _ESCAPED.sub(lambda found: found[1] or _MEANS.get(found[2], found[2] or ""), text)


def _characters(escapes: str) -> str:
    return bytes.fromhex("".join(_HEX4.findall(escapes))).decode("utf-16-be", "replace")


def _from_concatenation(text: str) -> str:
    """Node prints a long string as pieces: `'could not' +` and on the next line `' connect'`."""
    return _CONCATENATED.sub("", text)


def _from_lines(text: str) -> str:
    """Without what a logger, a container or a quotation puts before each line, and without the lines of a box."""
    lines = [_LEFT_EDGE.sub("", line.rstrip(_EDGES)) for line in text.split("\n")]
    lines = [_without_prefix(line) for line in lines]
    return "\n".join(_without_repeated(_joined(lines)))


def _without_prefix(line: str) -> str:
    """Several kinds may stand one behind another: the container, then the time, then the process."""
    for _ in range(4):
        if line[:1] in _NO_PREFIX and "| " not in line:
            break
        found = _PREFIX.match(line)
        if not found or not found[0]:
            break
        line = line[found.end() :]
    return line


def _joined(lines: list[str]) -> list[str]:
    """A word that the right edge of a terminal broke is joined: all lines but the last are then equally long."""
    width = max(map(len, lines))
    full = {line for line in lines if len(line) == width}
    if len(lines) < 2 or width < 40 or (len(full) < 2 and width not in _USUAL_WIDTHS):
        return lines
    joined = [lines[0]]
    for before, line in itertools.pairwise(lines):
        broken = len(before) == width and _WORD_ENDS.search(before) and _WORD_GOES_ON.match(line)
        if broken:
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def _without_repeated(lines: list[str]) -> list[str]:
    """`app[web]: ` before each line of one message would part its sentences; the first line keeps it."""
    kept = lines[:1]
    for before, line in itertools.pairwise(lines):
        same = _REPEATED.match(line)
        kept.append(line[same.end() :] if same and before.startswith(same[0]) else line)
    return kept


_LINE_BREAK_TAG = lazy(r"<br\s{0,3}/?>", re.IGNORECASE)
_HEX4 = lazy(r"u([0-9a-fA-F]{4})")
_UTF16 = lazy(r"(?:(?<!\\)\\{1,8}u[0-9a-fA-F]{4})+")
# The path of a Windows file keeps its backslashes.
_ESCAPED = lazy(r"""(\b[A-Za-z]:\\[^\s"'<>|]{1,300})|\\{1,300}(["'`/nrt]|(?=[\s]|$)|\\)""")
_MEANS = {"n": "\n", "r": "\n", "t": "\t"}
_CONCATENATED = lazy(r"""(?:'\s?\+\s?\n\s{0,80}'|"\s?\+\s?\n\s{0,80}"|`\s?\+\s?\n\s{0,80}`)""")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u200b": None, "\ufeff": None, "\u2060": None})
_COLOUR = lazy(r"(?:\^\[|\\(?:x1b|u001b|033|e)|#033)?\[\d{1,3}(?:;\d{1,3}){0,4}m", re.IGNORECASE)
"""A colour whose escape character was lost or is written out."""

_EDGES = " \t│┃║▌▐█"
_LEFT_EDGE = lazy(r"^[ \t]{0,20}[│┃║▌▐█][ \t]?")
_USUAL_WIDTHS = frozenset((72, 80, 100, 120, 132))
_WORD_ENDS = lazy(r"[a-z0-9_.\-]$")
_WORD_GOES_ON = lazy(r"(?!connection to |could not |timestamp)[a-z0-9_.\-]")
_REPEATED = lazy(r"[^\s\"'(][^\"'(]{2,40}?(?::|\]|\||>) {1,2}(?=\S)|[^\s\"'(][^\"'(]{2,40}?:[ \t]+(?=\S)")
_TIME = r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?:\s?[AP]M)?"
_DATE = r"(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{4}|\d\d/[A-Z][a-z]{2}/\d{4})"
_PREFIX = lazy(
    rf"\[?{_DATE}(?:[T :,]\s?{_TIME})?(?:\s?(?:Z|[+-]\d\d:?\d\d|[A-Z]{{3,4}}))?\]?:?\s{{1,4}}(?:[|-] )?"  # most loggers
    rf"|\[?{_TIME}\]?\s{{1,4}}"
    rf"|[A-Z][a-z]{{2}} {{1,2}}\d{{1,2}} {_TIME} [\w.-]{{1,64}} [\w./-]{{1,64}}(?:\[\d{{1,8}}\])?: "  # syslog
    rf"|\[[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ \d]?\d {_TIME} \d{{4}}\]\s"  # Apache
    rf"|[IWEF]\d{{4}} {_TIME}\s+\d{{1,8}} "  # Kubernetes
    r"|std(?:out|err) [FP] "  # a container's log as the kubelet keeps it (CRI)
    r"|(?:app|heroku)\[[\w.-]{1,40}\]: "  # Heroku
    r"|\d{1,4}\|[\w.-]{1,64}\s{1,40}\| "  # pm2
    r"|\d\d[EO][ +](?=.)"  # GitLab's runner, behind a time
    r"|(?!FATAL|ERROR|PANIC|DETAIL|HINT|LINE)[\w./-]{2,64}\s{1,40}\| "  # docker compose
    r"|\[pod/[^\]\s]{1,120}\] "
    r"|#\d{1,4} \d{1,6}\.\d{1,4} "  # docker build
    r"|\[\d{1,8}(?:-\d{1,4})?\]:? (?:[\w.-]{1,63}@[\w.-]{1,63} )?"  # a process; in Postgres' log also role and database
    r"|(?:pid|PID)[ =:]\d{1,8}:?\s"
    r"|E {3,}(?=\S)"  # pytest
    r"|(?:> ?)+(?=\s?\S)"  # a quotation
    r"|npm (?:ERR!|error) |remote: |\[ERR(?:OR)?\] |##\[error\]"
)

_NO_PREFIX = frozenset("bcdefgijklmoqtuvwxyz\"'({")
"""With these begins nothing that `_PREFIX` finds, but for docker compose's names, which `| ` ends."""

_STEPS: tuple[tuple[Callable[[str], object], Callable[[str], str]], ...] = (
    (lambda text: not text.isascii(), lambda text: text.translate(_QUOTES)),
    (lambda text: "Ã" in text or "Â" in text or "Ð" in text, _from_wrong_encoding),
    (lambda text: ("&" in text and ";" in text) or "<br" in text, _from_html),
    (lambda text: "m" in text and "[" in text, lambda text: _COLOUR.sub("", text)),
    (lambda text: " +\n" in text or "'+\n" in text, _from_concatenation),
    (lambda text: "\\" in text, _from_string),
    (lambda text: True, _from_lines),
)
