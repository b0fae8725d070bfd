"""The messages that JavaScript and TypeScript source can throw; bundles without line breaks as well.

A message is a string that is given to an error's constructor or to a function whose name speaks of an error, that is
thrown or rejected with, or that stands in a property or constant named for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Tokens = list[str]


def strings(source: str, path: str) -> Iterator[str]:
    """The format strings of one file; each value is `{}`."""
    tokens = _tokens(source)
    yield from _of_tokens(tokens)
    yield from _returned(tokens)
    if _TABLE.search(path):
        for at, token in enumerate(tokens):
            if token == ":":
                yield from _texts(_expression(tokens, at + 1))


def _returned(tokens: Tokens) -> Iterator[str]:
    """What a function that is named for a message returns."""
    for at, token in enumerate(tokens):
        if token == "function" and at + 1 < len(tokens) and tokens[at + 1].endswith("Message"):
            depth = 0
            for inner in range(tokens.index("{", at), len(tokens)):
                depth += {"{": 1, "}": -1}.get(tokens[inner], 0)
                if not depth:
                    break
                if tokens[inner] == "return":
                    yield from _texts(_expression(tokens, inner + 1))


def _of_tokens(tokens: Tokens) -> Iterator[str]:
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else ""
        if token == "(" and (_ERROR.search(before) or (at > 1 and tokens[at - 2] in _MAKES)):
            yield from _given(tokens, at)
        elif _is_message(token, before) or (token == "throw" and tokens[at + 1 : at + 2] != ["new"]):
            yield from _texts(_expression(tokens, at + 1))
        if token.startswith("`"):
            for inner in _holes(token):
                yield from _of_tokens(_tokens(inner))


def _is_message(token: str, before: str) -> bool:
    """Whether what comes next is given to a property or variable that is named for a message."""
    return token in (":", "=") and bool(_MESSAGE.search(before))


def _given(tokens: Tokens, start: int) -> Iterator[str]:
    """The texts of a call's arguments."""
    at = start + 1
    while at < len(tokens) and tokens[at] != ")":
        expression = _expression(tokens, at)
        yield from _texts(expression)
        at += len(expression)
        if at >= len(tokens) or tokens[at] != ",":
            return
        at += 1


def _expression(tokens: Tokens, start: int) -> Tokens:
    """The tokens up to the comma, semicolon or closing bracket that ends an expression."""
    depth = 0
    for at in range(start, len(tokens)):
        token = tokens[at]
        if token in ("(", "[", "{"):
            depth += 1
        elif token in (")", "]", "}"):
            if not depth:
                return tokens[start:at]
            depth -= 1
        elif not depth and (token in (",", ";") or (token == "\n" and _ends(tokens, start, at))):
            return tokens[start:at]
        if at - start > 400:
            break
    return tokens[start : start + 400]


def _ends(tokens: Tokens, start: int, at: int) -> bool:
    """A statement without a semicolon ends with this line."""
    behind = next((token for token in tokens[at:] if token != "\n"), "")
    return at > start and tokens[at - 1] not in _GOES_ON and behind not in _GOES_ON and tokens[at - 1] != "\n"


def _texts(expression: Tokens) -> Iterator[str]:
    """The texts that an expression can be: of a conditional both."""
    parts: list[str] = []
    depth = 0
    for token in (*expression, "?"):
        if token in ("(", "[", "{"):
            depth += 1
        elif token in (")", "]", "}"):
            depth -= 1
        elif depth or token == "\n":
            continue
        elif token in ("?", ":", "||", "??", "&&"):
            text = "".join(parts)
            if re.search(r"[A-Za-z]{2}", text.replace("{}", "")):
                yield text
            parts = []
        elif token[0] in "\"'`":
            parts.append(_value(token))
        elif token != "+" and parts[-1:] != ["{}"]:
            parts.append("{}")


def _value(token: str) -> str:
    text = token[1:-1]
    if token[0] == "`":
        pieces, at = [], 0
        for start, end in _hole_places(text):
            pieces += [_plain(text[at:start]), "{}"]
            at = end
        return "".join((*pieces, _plain(text[at:])))
    return _plain(text)


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)


def _holes(token: str) -> Iterator[str]:
    text = token[1:-1]
    return (text[start + 2 : end - 1] for start, end in _hole_places(text))


def _hole_places(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while (start := text.find("${", at)) >= 0:
        depth = 0
        for at in range(start + 1, len(text)):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            if not depth:
                break
        at += 1
        yield start, at


def _tokens(source: str) -> Tokens:
    """Words, strings, signs and the ends of lines; comments and regular expressions are left out."""
    found: Tokens = []
    at = 0
    while at < len(source):
        character = source[at]
        if character == "`":
            end = _end_of_template(source, at)
            found.append(source[at:end])
            at = end
            continue
        if character == "/" and source[at + 1 : at + 2] not in ("/", "*") and (not found or found[-1] in _BEFORE_REGEX):
            regex = _REGEX.match(source, at)
            if regex:
                found.append("0")
                at = regex.end()
                continue
        token = _TOKEN.match(source, at)
        if token is None:
            at += 1
            continue
        if token[0].isspace():
            if "\n" in token[0]:
                found.append("\n")
        elif not token[0].startswith(("//", "/*")):
            found.append(token[0])
        at = token.end()
    return found


def _end_of_template(source: str, start: int) -> int:
    at, depth = start + 1, 0
    while at < len(source):
        character = source[at]
        if character == "\\":
            at += 1
        elif depth == 0 and character == "`":
            return at + 1
        elif source.startswith("${", at) and depth == 0:
            depth = 1
            at += 1
        elif depth and character == "{":
            depth += 1
        elif depth and character == "}":
            depth -= 1
        elif depth and character == "`":
            at = _end_of_template(source, at) - 1
        at += 1
    return at


_TABLE = re.compile(r"(?:^|/)text\.js$")
"""A file that has nothing but texts, each by a name."""
_TOKEN = re.compile(
    r"\s+|//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[\w$]+|\?\?|\?\.|\|\||&&|=>|===?|!==?|[^\s\w]",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*")
_BEFORE_REGEX = frozenset(("(", ",", "=", ":", "[", "!", "&&", "||", "?", "{", "}", ";", "return", "=>", "\n"))
_GOES_ON = frozenset(("+", "?", ":", "||", "&&", "??", ".", "?.", "=", "(", "[", "{", ",", "=>"))
_ERROR = re.compile(
    r"(?:Error|Exception|Err|Closed|Warning)$|^(?:reject|errored|error|warn|deprecate|nodeDeprecate|generic|emitWarning|onError|super|\$ERR_\w+)$"
)
_MAKES = frozenset(("new", "throw"))
_MESSAGE = re.compile(r"(?:^|\b|_)(?:message|msg|errorMessage|errMsg|error)$|Message$|Error$")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|\n|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
