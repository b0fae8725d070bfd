"""SQLSTATEs in an error text: with their keyword, in any bracket, or as a driver's name for the condition.

Five characters are easily mistaken for one (a process id, a word), so a code without its keyword counts only if
Postgres has that code, and a number only in the places where drivers print codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pgwhy.shipped.regex import lazy


@lru_cache(maxsize=2)  # the codes of a text and its first SQLSTATE are asked for one after the other
def places(text: str) -> tuple[tuple[int, str], ...]:
    """Where each SQLSTATE is and what it is, in no certain order."""
    return tuple(_places(text))


def _places(text: str) -> Iterator[tuple[int, str]]:
    for found in _FIVE.finditer(text):
        start, code = found.start(), found[0]
        if len(code) == 6:  # tokio-postgres: SqlState(E42P05)
            start, code = start + 1, code[1:]
        if not code.isalpha() and not text[found.start() - 1 : found.start()].isalnum():
            before, after = text[max(0, found.start() - 40) : found.start()], text[found.end() : found.end() + 12]
            if _is_meant(code, before, after):
                yield start, code
    for pattern, word in _CONDITIONS:
        if word in text:
            for found in pattern.finditer(text):
                if code := _conditions().get(found[1].replace("_", "").lower().removesuffix("error"), ""):
                    yield found.start(), code


def first(text: str) -> str:
    """The first one; one that says nothing (HY000) only if there is no other. Empty if there is none."""
    found = [code for _, code in sorted(places(text))]
    return next((code for code in found if code not in _SAYS_NOTHING), found[0] if found else "")


def _is_meant(code: str, before: str, after: str) -> bool:
    keyword = _KEYWORD.search(before)
    if keyword and "sql" in keyword[1].lower():
        return True
    if code not in _names():
        return False
    around = before[-1:] + after[:1]
    if keyword:
        return True
    if around in ("[]", "()"):  # [28P01], (3D000), [08001]; other numbers may be a process: [23505]
        return not code.isdigit() or code[0] == "0" or bool(around == "[]" and _PLACED.search(f"{before}|{after}"))
    if around in ('""', "''", "<>"):
        return not code.isdigit() or bool(_BESIDE_SEVERITY.search(before))
    return bool(_FOLLOWED.search(f"{before}|{after}"))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    import json  # a text without anything that is like a code does without

    table: dict[str, str] = json.loads(Path(__file__).with_name("sqlstates.json").read_text("ascii"))
    return table


@lru_cache(maxsize=1)
def _conditions() -> dict[str, str]:
    """`invalidpassword` → 28P01: drivers write it as invalid_password, InvalidPassword or InvalidPasswordError."""
    return {name.replace("_", "").removesuffix("error"): code for code, name in _names().items()}


_SAYS_NOTHING = frozenset(("HY000", "00000", "01000", "S1000"))
_FIVE = lazy(r"E?[0-9A-Z]{5}(?![0-9A-Za-z_])")
# SQLSTATE[08006], SQL state: 08001, SqlState(E42P05), "code": "28P01", code: SqlState("42703"), 'C': '28P01'
_KEYWORD = lazy(
    r"""((?i:\bSQL[ _-]?STATE|\b(?:pg_?)?code|\berror:)|['"]C['"])"""
    r"""['"\])]{0,2}[\s:=>(]{0,4}(?:<<|\[)?(?:SqlState\()?['"]?$"""
)
# `|` stands for the code. DataGrip: [53300] FATAL: sorry; ODBC: ERROR [28000] [unixODBC]
_PLACED = lazy(r"(?:^|\n)\s{0,9}\[\|\](?:\s?\[|\s(?:ERROR|FATAL|PANIC))|ERROR \[\|")
# Npgsql, psql with VERBOSITY=verbose, R's nanodbc: `: 28P01: `; Postgrex and Dart: `FATAL 28P01 (invalid_password)`
_FOLLOWED = lazy(r"(?:^|\n)[ \t]{0,20}\|: |[:)>]\s{1,2}\|: |(?:FATAL|ERROR|PANIC|Severity\.\w{1,9}) \|(?: \(|:)")
# pg8000 and Rust's drivers print the fields of the server's message: ('ERROR', '42846', ...), (67, "28000")
_BESIDE_SEVERITY = lazy(r"""(?:['"](?:ERROR|FATAL|PANIC)['"], |\(67, )['"]$""")
_CONDITIONS = (
    (lazy(r"psycopg2?\.errors\.([A-Z]\w{3,60})"), "errors."),
    (lazy(r"asyncpg\.exceptions(?:\._base)?\.([A-Z]\w{3,60})"), "exceptions."),
    (lazy(r"PG::([A-Z]\w{3,60})"), "PG::"),
    # asyncpg's, without their module
    (lazy(r"^(?!Syntax|System|IO|Internal|Substring)([A-Z][a-z]\w{3,60}Error): ", re.MULTILINE), "Error: "),
    # Postgrex: (invalid_password), :undefined_table
    (lazy(r"[(:]([a-z]{2,20}(?:_[a-z]{2,20}){1,5})\b"), "_"),
)
"""How drivers name the condition, and what is in every text with such a name."""
