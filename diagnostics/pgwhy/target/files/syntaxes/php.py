"""PHP: arrays and calls of a configuration, read without running anything.

`'pgsql' => ['host' => env('DB_HOST', '127.0.0.1')]` is `("pgsql", "host")`; `new PDO($dsn, $user, $password)` has the
paths `("PDO", "dsn")`, `("PDO", "username")` and `("PDO", "password")`. (php.net, "Arrays",
"Strings", "PDO::__construct".)
"""

from __future__ import annotations

import re

from pgwhy.target.files.entry import Entry, Expression, Variable, line_at
from pgwhy.target.files.syntaxes import literals
from pgwhy.target.files.syntaxes.literals import Parts

DEEPEST = 40
LONGEST = 2000
"""Characters of an expression that is looked into."""


def read(text: str) -> list[list[Entry]]:
    """Never raises: what is not understood is passed over."""
    reader = _Reader(text)
    reader.inside(0, len(reader.tokens), (), 0)
    used = any(entry.path[0] == "PDO" for entry in reader.entries)
    return [[*reader.entries, *([] if used else reader.variables)]]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [found for found in _TOKEN.finditer(text) if found.lastgroup not in ("space", "comment")]
        self.words = [token[0] for token in self.tokens]
        self.entries: list[Entry] = []
        self.variables: list[Entry] = []
        """What plain variables are set to, which counts where no `PDO` takes it."""
        self.constants = {found["name"]: (found.start("value"), found["value"]) for found in _CONSTANT.finditer(text)}

    def inside(self, begin: int, end: int, path: tuple[str, ...], depth: int) -> None:
        """Everything between two tokens that is a pair, a connection string, or the arguments of `PDO`."""
        at = begin
        while at < end and depth < DEEPEST:
            token = self.tokens[at]
            following = self.tokens[at + 1][0] if at + 1 < end else ""
            if following == "=>" or (token.lastgroup == "name" and following == "="):
                stop = min(literals.end_of(self.words, at + 2), end)
                kept = len(self.entries)
                self._value(at + 2, stop, (*path, _named(token[0])), depth + 1)
                if token.lastgroup == "name" and [entry.path for entry in self.entries[kept:]] == [(token[0][1:],)]:
                    self.variables.append(self.entries.pop())
                at = stop
            elif token[0].lower() in _IN_ORDER and following == "(":
                at = self._arguments(at + 1, _IN_ORDER[token[0].lower()])
            elif token.lastgroup == "string" and literals.is_connection(token[0]):
                self._keep(("the string",), at, at + 1)
            at += 1

    def _value(self, begin: int, end: int, path: tuple[str, ...], depth: int) -> None:
        if begin >= end:
            return
        is_array = self.tokens[begin][0] == "[" or self.tokens[begin][0].lower() in ("array", "return", "new")
        if is_array or (end - begin > 1 and self._parts(self._source(begin, end), 0) is None):
            kept = len(self.entries)
            self.inside(begin, end, path, depth)
            if not is_array and len(self.entries) == kept:
                self._keep(path, begin, end)
        else:
            self._keep(path, begin, end)

    def _arguments(self, at: int, names: tuple[str, ...]) -> int:
        for name in names:
            end = literals.end_of(self.words, at + 1)
            self._keep(("PDO", name), at + 1, end)
            at = end
            if at >= len(self.tokens) or self.tokens[at][0] != ",":
                break
        return at

    def _keep(self, path: tuple[str, ...], begin: int, end: int) -> None:
        text = self._source(begin, end)
        start = self.tokens[begin].start() if begin < len(self.tokens) else 0
        if text in self.constants:
            start, text = self.constants[text]
        line = line_at(self.text, start)
        literal = _literal(text)
        if literal is not None:
            self.entries.append(Entry(path, literal, line, (start, start + len(text))))
        elif text:
            self.entries.append(Entry(path, text, line, None, Expression(self._parts(text, 0))))

    def _parts(self, text: str, depth: int) -> Parts:
        text = text.strip()
        if depth > 5 or len(text) > LONGEST:
            return None
        if (literal := _literal(text)) is not None:
            return (literal,)
        if text.lower() == "null":
            return (Variable(()),)
        if text in self.constants:
            return self._parts(self.constants[text][1], depth + 1)
        if found := _ENVIRONMENT.fullmatch(text):
            name: Parts = (Variable((found["call"] or found["key"],)),)
            return literals.either(name, self._parts(found["default"], depth + 1)) if found["default"] else name
        if len(alternatives := _OR.split(text, maxsplit=1)) == 2:
            return literals.either(*(self._parts(each, depth + 1) for each in alternatives))
        if _DOUBLE.fullmatch(text):
            told = [
                (each,) if number % 2 == 0 else self._parts(each, depth + 1)
                for number, each in enumerate(_IN_TEXT.split(text[1:-1]))
            ]
            return literals.joined(told)
        if len(pieces := _DOT.split(text)) > 1:
            return literals.joined(self._parts(each, depth + 1) for each in pieces)
        return None

    def _source(self, begin: int, end: int) -> str:
        return self.text[self.tokens[begin].start() : self.tokens[end - 1].end()] if begin < end else ""


def _named(token: str) -> str:
    literal = _literal(token)
    return token.lstrip("$") if literal is None else literal


def _literal(text: str) -> str | None:
    """The value of a literal as text; `None` if it is none."""
    if _SINGLE.fullmatch(text):
        return re.sub(r"\\(['\\])", r"\1", text[1:-1])
    if _DOUBLE.fullmatch(text) and not re.search(r"(?<!\\)\$", text):
        return re.sub(r"\\([\"\\$])", r"\1", text[1:-1])
    return text if re.fullmatch(r"\d{1,20}|true|false", text) else None


_IN_ORDER = {
    "pdo": ("dsn", "username", "password"),
    "pg_connect": ("dsn",),
    "pg_pconnect": ("dsn",),
}
"""Calls that take these one behind the other."""
_TEXT = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_SINGLE = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<comment>//[^\n]*|\#(?!\[)[^\n]*|/\*.*?\*/)|(?P<string>{_TEXT})"
    r"|(?P<name>\$\w+)|(?P<word>\w+)|(?P<other>=>|===?|\?\?|\?:|->|::|.)",
    re.DOTALL,
)
_VARIABLE = r"getenv\([^()]*\)|\$_(?:ENV|SERVER)\[[^\]]*\]"
_CONSTANT = re.compile(rf"(?P<name>\$\w+)\s*=\s*(?P<value>{_TEXT}|\d+|{_VARIABLE})\s*;")
_ENVIRONMENT = re.compile(
    r"(?:Env::get|env|getenv|\$_(?:ENV|SERVER))"
    rf"(?:\(\s*[\"'](?P<call>\w+)[\"']\s*(?:,\s*(?P<default>{_TEXT}|\w+)\s*)?\)|\[\s*[\"'](?P<key>\w+)[\"']\s*\])",
    re.DOTALL,
)
_OR = re.compile(r"\s*(?:\?\?|\?:)\s*")
_DOT = re.compile(rf"\s*\.\s*(?=(?:(?:{_TEXT})|[^'\"])*\Z)")
_IN_TEXT = re.compile(r"\{?((?<!\\)\$\w+(?:\[[^\[\]]*\])?)\}?")
