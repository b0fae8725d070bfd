"""What stands in the place of a password: in everything that leaves pgwhy, and in a template that nobody filled in."""

from __future__ import annotations

import re

PLACEHOLDER = "PASSWORD_HERE"


def is_placeholder(text: str) -> bool:
    """The text is what a template has in the place of a password, perhaps with the endpoint before it.

    Brackets alone do not make one: `[YOUR-PASSWORD]` is a template's, in `[hunter2]` somebody left the brackets
    around a real password.
    """
    if _PLAIN.fullmatch(text):
        return True
    inside = _BRACKETED.fullmatch(text)
    if inside is None:
        return False
    said = (inside[1] or inside[2] or inside[3]).lower()
    return all(word in _WORDS for word in _WORD.findall(said))


_PLAIN = re.compile(
    rf"(?i:(?:(?:endpoint|project)(?:=|%3d)[\w-]{{1,80}}(?:[;$]|%3b|%24))?{PLACEHOLDER}"
    r"|[*.•·●]+|x{3,}|null|none|nil|undefined|nan|true|false|\(null\)|\(none\)|\[object object\]|array|_"
    r"|object\(SensitiveParameterValue\)|\[?(?:filtered|redacted|hidden|masked|secret|removed)\]?"
    r"|(?:your|my|the)[-_ ]?(?:db|database|postgres)?[-_ ]?(?:password|secret|token))"
    # A variable: in capitals, in braces, or named as what it holds.
    r"|\$\{[\w.:?-]{1,80}\}|\$\([\w.]{1,80}\)|\$[A-Z][A-Z0-9_]{2,80}|%[A-Z][A-Z0-9_]{2,80}%"
    r"|\$[a-z_]{0,40}(?:pass|pwd|secret|token|key)[a-z_]{0,40}"
    r"|(?:process\.env|os\.environ|ENV|env|import\.meta\.env|var|secrets|data|local)[.\[(][\w.\"'\[\]()]{1,80}"
)
_BRACKETED = re.compile(r"<([\w .-]{1,60})>|\[([\w .-]{1,60})\]|\{\{?([\w .-]{1,60})\}?\}")
_WORD = re.compile(r"[a-z]+|\d+")
_WORDS = frozenset(
    [
        "your",
        "my",
        "the",
        "a",
        "db",
        "database",
        "postgres",
        "postgresql",
        "pg",
        "neon",
        "supabase",
        "user",
        "username",
        "role",
        "owner",
        "name",
        "project",
        "ref",
        "password",
        "passwd",
        "pass",
        "pwd",
        "pw",
        "secret",
        "token",
        "key",
        "here",
        "insert",
        "enter",
        "change",
        "me",
        "placeholder",
        "redacted",
        "hidden",
        "masked",
        "removed",
        "filtered",
        "value",
        "real",
        "actual",
        "new",
        "old",
        "example",
        "string",
        "encoded",
        "url",
        "percent",
        "api",
        "database_password",
    ]
)
