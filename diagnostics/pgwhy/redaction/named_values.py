"""The value beside a name that says it is a secret: `password=...`, `"client_secret": "..."`, `x-api-key: ...`.

One finder for ini, properties, JSON at any depth of escaping, YAML, TOML, PHP, Rust, command lines and query strings:
they all write a name, a sign that separates, and a value that is bare or in quotes. Only where the value ends differs,
and that follows from how it begins. Each search goes through the text once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwhy.secret import is_placeholder
from pgwhy.shipped.regex import lazy

SIGNS = (
    "pass", "pwd", "secret", "key", "token", "jwt", "credential", "sig", "psw", "pw", "auth", "senha", "contra",
    "парол", "密码", "cookie", "kennwort",
)  # fmt: skip
"""In small letters; a text without any of them has no such name."""
_SEPARATORS = (":", "=", "%3d")
LONGEST = 4000
"""Characters of one value. What goes on behind them is hidden to the end of its line as well."""


def values(text: str) -> Iterator[tuple[int, int]]:
    """Where the values of secret names stand."""
    position = 0
    for start, end in _lines_with_a_name(text):
        position = max(position, start)
        while found := _NAME.search(text, position, end):
            position = found.end()
            span = _value(text, found)
            if span and span[0] < span[1]:
                yield span
                position = max(position, span[1])


def _lines_with_a_name(text: str) -> list[tuple[int, int]]:
    """The lines in which a sign is, and behind it what separates a name from its value: the search costs 20 times as
    much as these look-ups. A name, unlike its value, is in one line."""
    if not text.isascii():  # a letter may have another one as its small letter, or two
        return [(0, len(text))]
    lower, found = text.lower(), set()
    for sign in SIGNS:
        at = lower.find(sign)
        while at >= 0:
            end = lower.find("\n", at)
            end = len(text) if end < 0 else end
            if any(
                lower[lower.find(each, at, end) : end].strip("= \r") for each in _SEPARATORS if each in lower[at:end]
            ):
                found.add((lower.rfind("\n", 0, at) + 1, end))
            at = lower.find(sign, end)
    return sorted(found)


def looks_random(value: str) -> bool:
    """More likely a secret than a word of a sentence: letters and digits together, or special characters in a word."""
    if len(value) < 6 or _CODE.fullmatch(value):
        return False
    letters, digits = any(c.isalpha() for c in value), any(c.isdigit() for c in value)
    return (letters and digits) or (len(value) >= 8 and bool(_SPECIAL.search(value)) and letters)


def quoted_end(text: str, start: int, escapes: int, mark: str) -> int:
    """Where a quoted text that begins at `start` ends; `mark` is its quotation mark with `escapes` backslashes before
    it: three inside of JSON in JSON. Without an end it is the end of the line.

    A mark with more backslashes belongs to the value, unless they are escaped backslashes themselves; a doubled mark
    (SQL, ini) belongs to it too.
    """
    limit = min(len(text), start + LONGEST)
    step = 2 * (escapes + 1)
    position = start
    while (position := text.find(mark, position, limit)) >= 0:
        before = position
        while before > start and text[before - 1] == "\\":
            before -= 1
        run = position - before
        behind = position + len(mark)
        if run >= escapes and (run - escapes) % step == 0:
            doubled = not escapes and text[behind : behind + len(mark)] == mark
            if not doubled and not text[behind : behind + 1].isalnum():
                return position - escapes
            position = behind + len(mark) if doubled else behind
        else:
            position = behind
    line = text.find("\n", start)
    return len(text) if line < 0 else line


def _value(text: str, name: re.Match[str]) -> tuple[int, int] | None:
    start = name.end()
    if opening := _OPENING.match(text, start):
        escapes = len(opening["escapes"])
        mark = opening["mark"]
        return opening.end(), quoted_end(text, opening.end(), 0 if mark[0] == "&" else escapes, mark)
    if numbers := _NUMBERS.match(text, start):
        return numbers.span()
    if name["loose"] is not None:
        return _after_colon(text, name)
    if bracketed := _TEMPLATE.match(text, start):
        return bracketed.span()
    return _bare(text, start)


def _after_colon(text: str, name: re.Match[str]) -> tuple[int, int] | None:
    """`name: value`. In a sentence a colon says nothing, so the line is the pair alone, or the value is no word."""
    value = _WORD.match(text, name.end())
    if value is None:
        return None
    start, end = value.span()
    if is_placeholder(value[0]) or _LOOKED_UP.match(value[0]):
        return None
    end = len(text[start:end].rstrip(".,;)]}")) + start if end - start > 1 else end
    line = text.rfind("\n", 0, name.start()) + 1
    rest = text[value.end() : value.end() + LONGEST].partition("\n")[0]
    alone = _LINE_START.fullmatch(text, line, name.start()) and (not rest.strip() or rest.lstrip()[:1] == "#")
    if alone or looks_random(text[start:end]) or name["header"]:
        return start, end
    return None


def _bare(text: str, start: int) -> tuple[int, int] | None:
    """A value without quotes, as far as no other setting can begin: a raw `&` or `;` belongs to the password."""
    whole = _BARE.match(text, start)
    if whole is None:
        return None
    end = whole.end()
    for cut in _CUT.finditer(text, start, end + 60):  # the names of Npgsql have spaces
        if cut.start() < end and _known(cut["name"]):
            end = cut.start()
            break
    value = text[start:end]
    if _LOOKED_UP.match(value):
        return None
    if (comma := _LIST.search(value)) is not None:
        value = value[: comma.start()]
    while value and value[-1] in ")]}>,;.&":
        opener = {")": "(", "]": "[", "}": "{", ">": "<"}.get(value[-1])
        if opener and value.count(opener) >= value.count(value[-1]):
            break
        value = value[:-1]
    return (start, start + len(value)) if value else None


def _known(name: str) -> bool:
    from pgwhy.target import parameters  # only for a value with a separator in it

    return parameters.is_known(name.strip())


_WORDS = (
    r"(?:passw(?:or)?d|passwort|kennwort|passphrase|contrase(?:ñ|n|\\{1,8}u00f1)a|mot[_-]de[_-]passe|senha|парол[ьяю]|密码|pwd"
    r"|secret(?:[_-]?(?:access)?[_-]?key)?|token|credentials?|jwt|(?:api|access|private|signing|encryption|master|account"
    r"|storage|shared|service[_-]?role|anon|license)[_-]?key|signature|cookie|authorization)"
)
# Short words count only as a whole: not the end of `bypass`, nor of `compsw`.
_SHORT = r"(?:(?<![A-Za-z])(?i:pass|pw|psw|sig|auth)(?![A-Za-z])|(?<=[a-z])(?:Pass|Pw|Pwd)(?![a-z]))"
_NAME = lazy(
    rf"""(?x)
    (?: (?P<header> (?i: x-api-key | x-auth-token | (?:set-)?cookie | apikey ) ) | (?i:{_WORDS}) | {_SHORT} )
    (?i: [_-]?(?: value|hash|data|base64|b64|text|plain|string|prod|dev|test|old|new|prev|next|[0-9]{{1,3}} ) )?
    (?: (?: \ for\ (?:user|role)\ [^\s:]{{1,80}} ) (?=:[ \t]) )?
    (?:
        \\{{0,15}}(?:["'\]] | &quot; | &\#3[49]; ){{0,2}}
        (?: \ {{0,40}}(?: => | := | = )[ \t]{{0,40}}   # ini, PHP, Go, query strings
          | \ {{0,4}}:(?=[^\s:/])                      # a Go struct, a JSON without spaces
          | (?P<loose> \ {{0,4}}:[ \t]{{1,40}} )       # YAML, a prompt, a header
        )
      | %3[Dd]
    )"""
)
_OPENING = lazy(
    r"""(?:(?:Some|Optional|b|u|r|f|E|N)?\(?(?:Some)?\(?)(?P<escapes>\\{0,15})(?P<mark>["'`]|&quot;|&\#3[49];)""",
    re.VERBOSE,
)
_NUMBERS = lazy(r"(?:Some\()?\[(?:\s{0,3}\d{1,3},){2,200}\s{0,3}\d{1,3}\s{0,3}\]|<Buffer(?: [0-9a-f]{2}){1,80}")
_TEMPLATE = lazy(r"<[\w .-]{1,60}>|\[[\w .-]{1,60}\]|\$\{[^}\s]{1,80}\}|\{\{[^}]{1,60}\}\}")
_WORD = lazy(r"[^\s\"'`]{1,4000}")
_LINE_START = lazy(r"[\w\s.|>\[\]-]{0,120}")
_BARE = lazy(r"[^\s\"'`]{1,4000}")
_CUT = lazy(r"(?:&amp;|&|;)(?P<name>[A-Za-z][\w. -]{0,40}?)\s?(?:=|%3D)")
_LIST = lazy(r",(?=$|[A-Za-z_][\w.-]{0,40}[=:])|[)}\]]{1,3},")
_LOOKED_UP = lazy(r"(?:process\.env|os\.(?:environ|getenv)|(?:get)?env|ENV|import\.meta|System\.getenv|secrets?)[.\[(]")
"""Code that reads the value from elsewhere."""
_SPECIAL = lazy(r"[^\w.,:;()\[\]/'\"-]")
_CODE = lazy(r"0x[0-9A-Fa-f]+|[0-9A-Z]{5}|[A-Z][A-Z_]+|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|[\w./-]+:\d+(?::\d+)?")
