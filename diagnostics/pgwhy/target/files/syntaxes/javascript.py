"""JavaScript and TypeScript: what object literals, constants and calls say, read without running anything.

`new Pool({ host: "h" })` is `("Pool", "host")`, `const config = { development: { host } }` is
`("config", "development", "host")`. A connection string in the code is one wherever it is. (ECMA-262, 13.2.5, of which
configuration files use a small part.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwhy.target.files.entry import SPREAD, Entry, Expression, Variable, line_at
from pgwhy.target.files.roles import are_of_something_else
from pgwhy.target.files.syntaxes import literals
from pgwhy.target.forms.javascript import unquoted
from pgwhy.values import dataclass

DEEPEST, LONGEST = 40, 2000
"""Levels of nesting of an object, and characters of an expression, that are looked into."""


def read(text: str) -> list[list[Entry]]:
    """Never raises: what is not understood is passed over."""
    reader = _Reader(text)
    reader.statements(0, len(reader.tokens))
    return [reader.entries]


@dataclass(frozen=True, repr=False)
class _Token:
    kind: str
    start: int
    end: int
    text: str


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            _Token(str(found.lastgroup), found.start(), found.end(), found[0])
            for found in _TOKEN.finditer(text)
            if found.lastgroup not in ("space", "comment")
        ]
        self.words = [token.text for token in self.tokens]
        self.entries: list[Entry] = []
        self.constants = dict(self._constants())

    def statements(self, begin: int, end: int) -> None:
        """Everything between two tokens that is an object, a connection string, or a variable handed to a call."""
        at = begin
        calls: list[str] = []
        while at < end:
            token, before = self.tokens[at], self.tokens[at - 1].text if at else ""
            if token.text == "{" and before in _BEFORE_AN_OBJECT:
                name = calls[-1] if calls and calls[-1] and before in ("(", ",") else self._name_of(at)
                kept = len(self.entries)
                if after := self.object(at, (name,), 0):
                    if after < end and self.tokens[after].text == "=":
                        del self.entries[kept:]  # names that are given to the members of another object
                    at = after
                    continue
            if token.kind in ("string", "template") and literals.is_connection(token.text):
                self._keep(("the URL",), self._start_of(at), at + 1)
            elif token.text == "(":
                calls.append(self._call(at) if re.fullmatch(r"[A-Za-z_$][\w$]*", before) else "")
                self._arguments(at, calls[-1])
            elif token.text == ")" and calls:
                calls.pop()
            at += 1

    def _start_of(self, at: int) -> int:
        """The token with which a text begins, or the variable that counts before it: `process.env.URL || "..."`."""
        every = range(max(at - 8, 0), at - 1) if self.words[at - 1] in ("||", "??") else ()
        return next((b for b in every if _ENVIRONMENT.fullmatch(_bare(self._source(b, at - 1)))), at)

    def object(self, at: int, path: tuple[str, ...], depth: int) -> int | None:
        """The token behind the object that begins here; `None` if it is none."""
        kept = len(self.entries)
        end = self._members(at + 1, path, depth)
        if end is None:
            del self.entries[kept:]
        return end

    def _members(self, at: int, path: tuple[str, ...], depth: int) -> int | None:
        tokens = self.tokens
        while at < len(tokens):
            token = tokens[at]
            if token.text == "}":
                return at + 1
            end = literals.end_of(self.words, at)
            following = tokens[at + 1].text if at + 1 < len(tokens) else ""
            if token.kind not in ("word", "string", "number", "spread") and token.text != "[":
                return None
            if token.kind == "spread":
                line = line_at(self.text, token.start)
                self.entries.append(Entry((*path, SPREAD), token.text, line, None, Expression(None)))
            elif token.kind in ("word", "string", "number") and following == ":":
                name = unquoted(token.text) if token.kind == "string" else token.text
                self.value(at + 2, end, (*path, name), depth + 1)
            elif token.kind == "word" and following in (",", "}"):
                self._keep((*path, token.text), at, at + 1)
            elif token.kind == "word" and (at + 1 >= end or not self._is_method(at, end)):
                return None
            if end >= len(tokens):
                return None
            if tokens[end].text == ",":
                end += 1
            elif tokens[end].text != "}":
                return None
            at = end
        return None

    def _is_method(self, at: int, end: int) -> bool:
        """`name(arguments) { ... }`, also with `async` or `get` in front."""
        return self.tokens[end - 1].text == "}" and any(token.text == "(" for token in self.tokens[at : at + 3])

    def value(self, begin: int, end: int, path: tuple[str, ...], depth: int) -> None:
        """What is between two tokens, as the value of this path."""
        if begin >= end or depth > DEEPEST:
            return
        first = self.tokens[begin].text
        if first == "{" and self.object(begin, path, depth):
            return
        if first == "[":
            at, number = begin + 1, 0
            while at < end - 1:
                stop = min(literals.end_of(self.words, at), end - 1)
                self.value(at, stop, (*path, str(number)), depth + 1)
                at, number = stop + 1, number + 1
            return
        self._keep(path, begin, end)
        for at in range(begin, end):
            if self.tokens[at].text == "{" and self.object(at, path, depth):
                return

    def _arguments(self, at: int, call: str) -> None:
        """The variable that is a call's first argument, and what some calls take one behind the other."""
        end = literals.end_of(self.words, at + 1)
        text = self._source(at + 1, end)
        if call in _IN_ORDER and self.tokens[at + 1].text != "{" and not literals.is_connection(text):
            if [token.text for token in self.tokens[end : end + 2]] in ([",", "{"], [")", ";"]):
                self._keep((call, "url"), at + 1, end)
                return
            for name in _IN_ORDER[call]:
                if end >= len(self.tokens) or self.tokens[end].text != ",":
                    return
                self._keep((call, name), at + 1, end)
                at, end = end, literals.end_of(self.words, end + 1)
        elif call and call not in _CONVERSIONS and (found := _ENVIRONMENT.fullmatch(_unwrapped(text))):
            self._keep((next(filter(None, found.groups())),), at + 1, end)

    def _keep(self, path: tuple[str, ...], begin: int, end: int) -> None:
        start = self.tokens[begin].start
        name = self.tokens[begin - 2].start if begin > 1 and self.tokens[begin - 1].text == ":" else start
        text = self._source(begin, end)
        if (literal := self._literal(text)) is not None:
            self.entries.append(Entry(path, literal, line_at(self.text, name), (start, start + len(_bare(text)))))
        elif (constant := self.constants.get(_bare(text))) and (value := self._literal(constant[1])) is not None:
            span = (constant[0], constant[0] + len(constant[1]))
            self.entries.append(Entry(path, value, line_at(self.text, constant[0]), span))
        else:
            text = constant[1] if constant else text
            expression = Expression(self._parts(text, 0))
            self.entries.append(Entry(path, text, line_at(self.text, name), None, expression))

    def _literal(self, text: str) -> str | None:
        """The value of a literal as text; `None` if it is none."""
        text = _bare(text)
        if _STRING.fullmatch(text) and not (text[0] == "`" and "${" in text):
            return unquoted(text)
        if _NUMBER.fullmatch(text):
            return text.replace("_", "")
        return text if text in ("true", "false") else None

    def _parts(self, text: str, depth: int) -> tuple[str | Variable, ...] | None:
        text = _unwrapped(text)
        if depth > 5 or len(text) > LONGEST:
            return None
        if (literal := self._literal(text)) is not None:
            return (literal,)
        if _STRING.fullmatch(text) and text[0] == "`":
            pieces = _PLACEHOLDER.split(text[1:-1])
            told = [(unquoted(f"`{p}`"),) if at % 2 == 0 else self._parts(p, depth + 1) for at, p in enumerate(pieces)]
            return literals.joined(told)
        if text in ("undefined", "null"):
            return (Variable(()),)
        if found := _READ.fullmatch(text):
            taken: literals.Parts = (Variable((found["name"],)),)
            return literals.either(taken, self._parts(found["default"], depth + 1)) if found["default"] else taken
        if found := _ENVIRONMENT.fullmatch(text):
            return (Variable((next(filter(None, found.groups())),)),)
        if constant := self.constants.get(text):
            return self._parts(constant[1], depth + 1)
        if found := _IF_SET.fullmatch(text):
            return literals.either(self._parts(found["then"], depth + 1), self._parts(found["else"], depth + 1))
        if alternatives := _OR.split(text, maxsplit=1)[1:]:
            first = self._parts(_OR.split(text, maxsplit=1)[0], depth + 1)
            return literals.either(first, self._parts(alternatives[0], depth + 1))
        return None

    def _constants(self) -> Iterator[tuple[str, tuple[int, str]]]:
        """The names that `const` gives to literals and variables, with the place and the text of each."""
        for found in _CONSTANT.finditer(self.text):
            yield found["name"], (found.start("value"), found["value"])
        for found in _TAKEN_APART.finditer(self.text):
            for each in found["names"].split(","):
                name, _, default = each.partition("=")
                variable, _, own = name.partition(":")
                text = f"process.env.{variable.strip()}" + (f" || {default.strip()}" if default else "")
                yield (own or variable).strip(), (found.start(), text)

    def _name_of(self, at: int) -> str:
        """What the object that begins at this token is called: the name it is given, or what is done with it."""
        before = [token.text for token in self.tokens[max(at - 2, 0) : at]]
        if before[-1:] == ["="] and re.match(r"[A-Za-z_$]", before[0]):
            return before[0]
        if not before:
            return "the object"
        if before[-1] == "=":  # behind a type: `const config: Record<string, Config> = {`
            words = [token.text for token in self.tokens[max(at - 25, 0) : at]]
            given = max((words.index(word) for word in ("const", "let", "var") if word in words), default=-1)
            return words[given + 1] if given >= 0 else "an object"
        return before[-1] if before[-1] in ("default", "return") else "an object"

    def _call(self, at: int) -> str:
        """The name of a call, with the library in front that it is of, where that is another database's."""
        before = [token.text for token in self.tokens[max(at - 3, 0) : at]]
        library = before[0] if len(before) == 3 and before[1] == "." else ""
        return f"{library}.{before[-1]}" if are_of_something_else((library,)) else before[-1]

    def _source(self, begin: int, end: int) -> str:
        if begin >= end:
            return ""
        whole = self.text[self.tokens[begin].start : self.tokens[end - 1].end]
        return "".join(found[0] for found in _TOKEN.finditer(whole) if found.lastgroup != "comment").strip()


def _bare(text: str) -> str:
    """Without what TypeScript says of its type."""
    return _TYPED.sub("", text).strip()


def _unwrapped(text: str) -> str:
    """Without brackets and conversions around it: `Number(process.env.PORT)`, `parseInt(x, 10)`, `x!`."""
    while True:
        inner = _bare(text).removesuffix("!")
        if found := _CONVERTED.fullmatch(inner):
            inner = next(each for each in found.groups() if each is not None).strip()
        if inner == text:
            return text
        text = inner


_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
_STRING = re.compile(_QUOTED, re.DOTALL)
_NUMBER = re.compile(r"-?\d[\d_]{0,20}(?:\.\d+)?")
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<template>`(?:[^`\\]|\\.)*`)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<spread>\.\.\.)|(?P<number>\d[\w.]*)|(?P<word>[A-Za-z_$][\w$]*)|(?P<other>=>|\?\?|\|\||.)",
    re.DOTALL,
)
_ENV = r"(?:process\.env|import\.meta\.env|Bun\.env)"
_ENVIRONMENT = re.compile(
    rf"{_ENV}(?:\??\.(?!\[)(\w+)|(?:\?\.)?\[\s*[\"'](\w+)[\"']\s*\])"
    r"|(?:\w+\.)?env\.([A-Z][A-Z0-9]*_[A-Z0-9_]*)"  # what a program has checked of its environment, as t3-env does
    r"|env\(\s*[\"'](\w+)[\"']\s*\)|Deno\.env\.get\(\s*[\"'](\w+)[\"']\s*\)"
)
_BEFORE_AN_OBJECT = ("", "=", "(", ",", ":", "[", "?", "=>", "||", "??", ";", "}", "return", "default")
"""Behind anything else, a brace begins a block: a class, a function, a branch."""
_IN_ORDER = {"Sequelize": ("database", "username", "password")}
"""Calls that take these before an object."""
_READ = re.compile(
    r"(?:env(?:\.\w+)?|[\w.]*[cC]onfig(?:Service)?\.get(?:OrThrow)?)(?:<[\w| ]+>)?"
    rf"\(\s*[\"'](?P<name>[A-Z][A-Z0-9_]*)[\"']\s*(?:,\s*(?:(?P<default>{_QUOTED}|\w+)|\{{\s*infer:\s*true,?\s*\}})\s*)?\)",
    re.DOTALL,
)
"""Strapi's `env.int("X", 1)`, NestJS' `configService.get<string>("X")`."""
_CONVERSIONS = ("Number", "parseInt", "parseFloat", "String", "Boolean", "if", "while")
_CONVERTED = re.compile(
    r"(?:Number|String|parseInt|parseFloat)\(((?:[^()]|\([^()]*\))*?)(?:,\s*10\s*)?\)|\(([^()]*)\)|\+(.+)",
    re.DOTALL,
)
_IF_SET = re.compile(
    r"(?P<name>process\.env\.\w+)\s*\?\s*(?P<then>[^?:]*(?P=name)[^?:]*?)\s*:\s*(?P<else>[^?:]+)", re.DOTALL
)
"""`process.env.DB_PORT ? parseInt(process.env.DB_PORT, 10) : 5432`."""
_OR = re.compile(r"\s*(?:\|\||\?\?)\s*")
_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_TYPED = re.compile(r"\s+(?:as|satisfies)\s+[\w.<>\[\]| ]+$")
_CONSTANT = re.compile(
    rf"^[ \t]*(?:export\s+)?(?:const|let|var)\s+(?P<name>[\w$]+)\s*(?::[^=\n]+)?=\s*"
    rf"(?P<value>{_QUOTED}|-?\d[\d_.]*|[^\n;{{\[(/]*+(?:\([^()\n]*+\))?[^\n;{{\[(/]*+)\s*;?[ \t\r]*(?://[^\n]*)?$",
    re.MULTILINE,
)
_TAKEN_APART = re.compile(rf"(?:const|let|var)\s*\{{(?P<names>[^{{}}]*)\}}\s*=\s*{_ENV}")
