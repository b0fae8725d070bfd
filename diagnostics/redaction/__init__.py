"""The single exit through which text leaves: every secret of a run, in every encoding, becomes PASSWORD_HERE.

Three lines of defence. Known secrets first: a run knows its own passwords, so they are found wherever a driver, a
server or a shell put them, encoded or not. Patterns second, for passwords that nobody told us (a pasted error text,
another string's URL). Last, `check` looks once more at what is about to be written, and refuses.

Values are cleaned before they are laid out, so that no line break or column can hide a secret from the search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from diagnostics.error_text import without_escapes
from diagnostics.redaction import encodings, environment
from diagnostics.redaction.patterns import HIDDEN, hide_by_pattern, is_placeholder
from diagnostics.redaction.texts import with_texts

if TYPE_CHECKING:
    from diagnostics.machine import Machine
    from diagnostics.target.model import Secret, Target  # an error text alone has no target, and does without

T = TypeVar("T")


class SecretFound(Exception):
    """A secret stood in a text that was about to leave. Neither the message nor the exception holds it."""

    def __init__(self) -> None:
        super().__init__("a secret was found in the text, so the text was not written")


class Redactor:
    """Hides the secrets of one run.

    A secret that is an ordinary word (`postgres`), shorter than four characters, or one of the `public` values that
    every page shows (the role is its own password) is hidden only where passwords stand: a hole in each `postgres` of a
    page would destroy the text and give the password away.
    """

    def __init__(self, secrets: Iterable[Secret | str] = (), public: Iterable[str] = ()) -> None:
        known = {s if isinstance(s, str) else s.reveal() for s in secrets}
        for secret in tuple(known):
            known |= _inner(secret)
        known = {s for s in known if s.strip() and not is_placeholder(s)}
        self._weak = frozenset(s for s in known if _is_weak(s, frozenset(public)))
        self._strong = tuple(sorted(known - self._weak, key=len, reverse=True))

    def __repr__(self) -> str:
        return f"Redactor({len(self._strong) + len(self._weak)} secrets)"

    def prepare(self) -> None:
        """Compute every form of the secrets now, which is otherwise done with the first text."""
        _ = self._forms

    def clean(self, text: str) -> str:
        """The text without secrets and without terminal escapes."""
        if not text.isprintable():
            text = without_escapes(text)
        return hide_by_pattern(self._hide_known(text))

    def clean_value(self, value: T) -> T:
        """A record or a report of the same shape with every text in it cleaned."""
        return with_texts(value, self.clean)

    def check(self, text: str) -> None:
        """Look once more at a finished text. Raises `SecretFound`.

        A secret that is a plain word, or that pgwhy's own texts have, is looked for in places of passwords only: the
        format's own words are in the text.
        """
        rest = text.replace(HIDDEN, "\n")
        found = [s for s in self._strong if not _is_word(s) and _find(s, rest, self._forms)]
        if found:
            from diagnostics.redaction.own_words import is_ours  # a page that is refused can wait for it

            if not all(map(is_ours, found)):
                raise SecretFound
        for secret in (*self._weak, *found, *(s for s in self._strong if _is_word(s))):
            if re.search(_in_password_place(secret), rest):
                raise SecretFound

    @cached_property
    def _forms(self) -> dict[str, tuple[tuple[str, ...], re.Pattern[str]]]:
        return {secret: (encodings.literals(secret), encodings.pattern(secret)) for secret in self._strong}

    def _hide_known(self, text: str) -> str:
        for secret in self._strong:
            forms, mixture = self._forms[secret]
            if mixture.search(text):
                text = HIDDEN.join(mixture.sub(HIDDEN, part) for part in text.split(HIDDEN))
            for form in forms:
                if form in text:
                    text = HIDDEN.join(part.replace(form, HIDDEN) for part in text.split(HIDDEN))
        for secret in self._weak:
            if secret in text:
                text = re.sub(_in_password_place(secret), lambda m: m.group(1) + HIDDEN, text)
        return text


def for_target(target: Target) -> Redactor:
    """A redactor that knows every secret that was met while the target was read, and those of its environment."""
    secrets: list[Secret | str] = [*target.secrets, *([target.password] if target.password else [])]
    if target.problems:
        from diagnostics.target.detect import pieces  # a text without problems is read as it was meant

        secrets += pieces(target.secrets)
    if target.machine is not None:
        secrets += environment.secrets(target.machine.environment)
    public = (target.value(name) for name in ("user", "dbname", "host", "port"))
    return Redactor(secrets, [value for value in public if value])


def for_machine(machine: Machine) -> Redactor:
    """A redactor for what is about no target: it knows the secrets of the environment."""
    return Redactor(environment.secrets(machine.environment))


# Words of the field, of our own pages, and the passwords of every tutorial.
_ORDINARY = re.compile(
    r"postgres|postgresql|pgsql|psql|password|passwd|secret|admin|administrator|root|user|username|test|testing|guest"
    r"|public|example|changeme|localhost|local|default|neon|neondb|neondb_owner|main|master|database|docker|true|false"
    r"|null|none|undefined|require|prefer|disable|allow|verify-ca|verify-full",
    re.IGNORECASE,
)


_SCHEME = "jdbc:postgresql://"
"""Every page about a URL says it."""


def _is_weak(secret: str, public: frozenset[str]) -> bool:
    short = len(secret) < 4 or (secret.isdigit() and len(secret) < 6) or len(set(secret)) == 1
    return short or secret in public or secret.lower() in _SCHEME or _ORDINARY.fullmatch(secret) is not None


def _is_word(secret: str) -> bool:
    """It may stand in a document by itself, being a name of the format's own or a number."""
    return re.fullmatch(r"[A-Za-z]?[a-z]+(?:[-_ ][a-z]+)*|[A-Z_]+|\d{1,8}", secret) is not None


def _inner(secret: str) -> set[str]:
    """What a secret may be as its reader means it: without its quotes, decoded, and the password inside the endpoint
    form: `endpoint=ep-cool-darkness-123456;password`."""
    meant = {secret, unquote(secret)}
    if len(secret) > 2 and secret[0] == secret[-1] and secret[0] in "\"'":
        meant.add(secret[1:-1])
    found = (re.fullmatch(r"(?:endpoint|project)=[^;$]*[;$](.+)", text, re.DOTALL) for text in tuple(meant))
    return meant | {match[1] for match in found if match}


def _find(secret: str, text: str, forms: dict[str, tuple[tuple[str, ...], re.Pattern[str]]]) -> bool:
    literals, mixture = forms[secret]
    return any(form in text for form in literals) or mixture.search(text) is not None


def _in_password_place(secret: str) -> str:
    word = re.escape(secret)
    return rf"((?i:passw(?:or)?d|pwd|secret)[\"']?[ ]?(?:=>|[=:]|is|was)?\s*[\"'(]?|://[^\s:/@]*:){word}(?=$|[\s\"'&;,)@]|\.(?:\s|$))"
