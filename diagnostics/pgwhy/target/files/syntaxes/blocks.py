"""Blocks in braces with `name = value` lines, as HCL (Terraform) and Prisma's schema have them.

`provider "postgresql" { host = "h" }` is `("provider", "postgresql", "host")`. A value that is no literal
(`var.password`, `env("DATABASE_URL")`) is the text of its expression. (HCL Native Syntax Specification; Prisma, "Prisma
schema".)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pgwhy.target.files.entry import Entry, Expression, Variable, line_at
from pgwhy.target.files.syntaxes.literals import joined
from pgwhy.target.forms.javascript import unquoted


def read(text: str) -> list[list[Entry]]:
    """What is neither a block nor a setting is passed over."""
    defaults = {found["name"]: unquoted(found["default"]) for found in _VARIABLE.finditer(text)}
    entries: list[Entry] = []
    path: list[tuple[str, ...]] = []
    for found in _PIECE.finditer(text):
        if found["head"] is not None:
            names = [word.strip('"') for word in _WORD.findall(found["head"])]
            path.append(tuple(names))
        elif found["close"]:
            if path:
                path.pop()
        elif found["name"]:
            whole = tuple(part for parts in path for part in parts)
            raw = found["value"].strip()
            value = unquoted(raw) if _STRING.fullmatch(raw) else raw
            span = (found.start("value"), found.start("value") + len(raw))
            line, computed = line_at(text, found.start("name")), _computed(raw, defaults)
            entries.append(Entry((*whole, found["name"]), value, line, span, computed))
    return [entries]


def _computed(raw: str, defaults: Mapping[str, str]) -> Expression | None:
    """What an expression takes its value from; `None` for a literal. Terraform finds `var.x` in `TF_VAR_x`, or takes
    its default."""
    if found := _ENVIRONMENT.fullmatch(raw):
        return Expression((Variable((found[1] or f"TF_VAR_{found[2]}",), defaults.get(found[2])),))
    if _STRING.fullmatch(raw):
        pieces = _IN_TEXT.split(raw[1:-1])
        if len(pieces) == 1:
            return None
        inner = [_computed(piece, defaults) for piece in pieces[1::2]]
        if any(each is None or each.parts is None for each in inner):
            return Expression(None)
        told = [each.parts for each in inner if each and each.parts]
        texts = [(unquoted(f'"{piece}"'),) for piece in pieces[::2]]
        return Expression(joined(part for pair in zip(texts, [*told, ()], strict=True) for part in pair))
    return None if _PLAIN.fullmatch(raw) else Expression(None)


_ENVIRONMENT = re.compile(r"env\(\s*\"(\w+)\"\s*\)|var\.(\w+)")
_VARIABLE = re.compile(
    r"^[ \t]*variable[ \t]+\"(?P<name>\w+)\"[ \t]*\{(?:[^{}\"]|\"(?:[^\"\\\n]|\\.)*\")*?"
    r"(?<=[{\s])default[ \t]*=[ \t]*(?P<default>\"(?:[^\"\\\n]|\\.)*\"|\d+)",
    re.MULTILINE,
)
_IN_TEXT = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?|true|false|")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_WORD = re.compile(r'"[^"\n]*"|[\w.-]+')
_PIECE = re.compile(
    r"""(?P<comment>(?:\#|//)[^\n]*|/\*.*?\*/)
    |^[ \t]*(?P<head>[A-Za-z_][\w-]*(?:[ \t]+(?:"[^"\n]*"|[\w.-]+))*)[ \t]*=?[ \t]*\{
    |(?P<close>\})
    |^[ \t]*(?P<name>[A-Za-z_][\w-]*)[ \t]*=[ \t]*(?P<value>(?:"(?:[^"\\\n]|\\.)*"|/(?!/)|[^\n{#"/}])*)
    |"(?:[^"\\\n]|\\.)*" """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
