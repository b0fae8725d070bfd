"""A password or a token, and what is in its place in everything that leaves pgwhy."""

from __future__ import annotations

from pgwhy.shipped.regex import lazy


class Secret:
    """A password that does not show itself: not in `repr`, `str`, f-strings, comparison errors or pickles.

    `reveal()` is the only way to the text, so that every use can be found by its name.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self  # `dataclasses.asdict` copies what it does not know

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not written anywhere")


PLACEHOLDER = "PASSWORD_HERE"


def is_placeholder(text: str) -> bool:
    """The text is what a template has in the place of a password, perhaps with the endpoint before it.

    Brackets alone do not make one: `[YOUR-PASSWORD]` is a template's, in `[hunter2]` somebody left the brackets
    around a real password.
    """
    if text == PLACEHOLDER or _PLAIN.fullmatch(text):
        return True
    inside = _BRACKETED.fullmatch(text)
    if inside is None:
        return False
    said = (inside[1] or inside[2] or inside[3]).lower()
    return all(word in _WORDS for word in _WORD.findall(said))


def without_brackets(text: str) -> str | None:
    """A password without the brackets that a template had around its words; `None` where there are none, or where the
    template's words are still inside."""
    inside = _IN_BRACKETS.fullmatch(text)
    return None if inside is None or is_placeholder(text) else inside[1] or inside[2] or inside[3]


_PLAIN = lazy(
    rf"(?i:(?:(?:endpoint|project)(?:=|%3d)[\w-]{{1,80}}(?:[;$]|%3b|%24))?{PLACEHOLDER}"
    r"|[*.•·●]+|x{3,}|null|none|nil|undefined|nan|true|false|\(null\)|\(none\)|\[object object\]|array|_"
    r"|object\(SensitiveParameterValue\)|\[?(?:filtered|redacted|hidden|masked|secret|removed)\]?"
    r"|(?:your|my|the)[-_ ]?(?:db|database|postgres)?[-_ ]?(?:password|secret|token))"
    # A variable: in capitals, in braces, or named as what it holds.
    r"|\$\{[\w.:?-]{1,80}\}|\$\([\w.]{1,80}\)|\$[A-Z][A-Z0-9_]{2,80}|%[A-Z][A-Z0-9_]{2,80}%"
    r"|\$[a-z_]{0,40}(?:pass|pwd|secret|token|key)[a-z_]{0,40}"
    r"|(?:process\.env|os\.environ|ENV|env|import\.meta\.env|var|secrets|data|local)[.\[(][\w.\"'\[\]()]{1,80}"
)
_IN_BRACKETS = lazy(r"\[([^\[\]]+)\]|<([^<>]+)>|\{([^{}]+)\}")
_BRACKETED = lazy(r"<([\w .-]{1,60})>|\[([\w .-]{1,60})\]|\{\{?([\w .-]{1,60})\}?\}")
_WORD = lazy(r"[a-z]+|\d+")
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
