"""The single exit through which text leaves: every secret of a run, in every encoding, becomes PASSWORD_HERE.

Three lines of defence. Known secrets first: a run knows its own passwords, so they are found wherever a driver, a
server or a shell put them, encoded or not. Detectors second, for passwords that nobody told us (a pasted error text,
another string's URL). Last, `check` looks once more at what is about to be written, and refuses.

Values are cleaned before they are laid out, so that no line break or column can hide a secret from the search. A pasted
text is cleaned before anything unwraps it (`pasted`): behind a quotation mark that is no longer escaped, nobody can
tell where the password ends.

A password may be a word that pgwhy itself uses (`server`, `utf-8`). A hole wherever our sentences have it would destroy
them, and tell the password to a reader who knows the sentence. So what our own texts contain is hidden in the places of
passwords only (see `redaction.own_words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from pgwhy.error_text import MAX_CHARACTERS, without_escapes
from pgwhy.redaction import detectors, environment, own_words
from pgwhy.redaction.texts import with_texts
from pgwhy.secret import PLACEHOLDER as HIDDEN
from pgwhy.secret import is_placeholder, without_brackets

if TYPE_CHECKING:
    from pgwhy.machine import Machine
    from pgwhy.redaction.encodings import Mixed
    from pgwhy.secret import Secret
    from pgwhy.target.model import Target  # an error text alone has no target, and does without

T = TypeVar("T")


class SecretFound(Exception):
    """A secret was in a text that was about to leave. Neither the message nor the exception holds it."""

    def __init__(self) -> None:
        super().__init__("a secret was found in the text, so the text was not written")


class Redactor:
    """Hides the secrets of one run.

    A secret is hidden only where passwords stand if it is shorter than four characters, one of the `public` values that
    every page shows (the role is its own password) or a part of one, or a word of our own texts.
    """

    def __init__(self, secrets: Iterable[Secret | str] = (), public: Iterable[str] = ()) -> None:
        known = {s if isinstance(s, str) else s.reveal() for s in secrets}
        for secret in tuple(known):
            known |= _inner(secret)
        known = {s for s in known if s.strip() and not is_placeholder(s)}
        self._public = tuple(public)
        self._weak = frozenset(s for s in known if _is_short(s))
        self._strong = tuple(sorted(known - self._weak, key=len, reverse=True))

    def __repr__(self) -> str:
        return f"Redactor({len(self._strong) + len(self._weak)} secrets)"

    def prepare(self) -> None:
        """Compute every form of the secrets now, which is otherwise done with the first text."""
        _ = self._forms

    def clean(self, text: str) -> str:
        """The text without secrets and without terminal escapes."""
        if not text.isprintable():
            # Bytes that were no UTF-8 go with the escapes, and with them what a password is known by.
            text = without_escapes(self._hide_known(text))
        return detectors.hide(self._hide_known(text))

    def clean_value(self, value: T) -> T:
        """A record or a report of the same shape with every text in it cleaned."""
        return with_texts(value, cache(self.clean))  # of a report's texts most are there twice

    def pasted(self, text: str) -> str:
        """A text from outside, cleaned as it was given: before anything unwraps or cuts it.

        Of one longer than `MAX_CHARACTERS` the middle is left out, and nothing of a secret is left at the edges.
        """
        if len(text) <= MAX_CHARACTERS + 2 * _MARGIN:
            return self.clean(text)
        half = MAX_CHARACTERS // 2
        beginning, end = text[: half + _MARGIN], text[-half - _MARGIN :]
        return self.clean(beginning)[:half] + "\n...\n" + self.clean(end)[-half:]

    def check(self, text: str) -> None:
        """Look once more at a finished text. Raises `SecretFound`.

        What our own texts contain is looked for in places of passwords only.
        """
        rest = text.replace(HIDDEN, "\n")
        if any(self._found(secret, rest) for secret in self._strong):
            raise SecretFound
        for secret in (*self._weak, *self._strong):
            if secret in rest and any(not _is_ours(m) for m in re.finditer(_in_password_place(secret), rest)):
                raise SecretFound

    @cached_property
    def _forms(self) -> dict[str, tuple[tuple[str, ...], Mixed]]:
        return {secret: _forms_of(secret) for secret in self._strong}

    def _may_stay(self, form: str) -> bool:
        """It says nothing: every page has it, or a name that the page is about."""
        return own_words.contain(form) or any(form in value for value in self._public)

    def _hide_known(self, text: str) -> str:
        for secret in self._strong:
            forms, mixed = self._forms[secret]
            if mixed.found(text):
                text = HIDDEN.join(mixed.replaced(part, self._hidden) for part in text.split(HIDDEN))
            for form in forms:
                if form in text and not self._may_stay(form):
                    text = HIDDEN.join(part.replace(form, HIDDEN) for part in text.split(HIDDEN))
        for secret in (*self._weak, *self._strong):
            if secret in text:
                text = re.sub(_in_password_place(secret), _hidden_behind_its_name, text)
        return text

    def _hidden(self, form: str) -> str:
        return form if self._may_stay(form) else HIDDEN

    def _found(self, secret: str, text: str) -> bool:
        literals, mixed = self._forms[secret]
        forms = (*(form for form in literals if form in text), *mixed.found(text))
        return any(not self._may_stay(form) for form in forms)


@lru_cache(maxsize=64)
def _forms_of(secret: str) -> tuple[tuple[str, ...], Mixed]:
    """Kept: of many targets each run knows the same secrets of the environment, and to compute these takes a
    millisecond."""
    from pgwhy.redaction import encodings  # only for those who have a secret to hide

    return encodings.literals(secret), encodings.Mixed(secret)


_MARGIN = 8192
"""Characters beyond the edge of what is kept: more than any secret has, a private key included."""


def for_target(target: Target) -> Redactor:
    """A redactor that knows every secret that was met while the target was read, and those of its environment."""
    secrets: list[Secret | str] = [*target.secrets, *([target.password] if target.password else [])]
    if target.problems:
        from pgwhy.target.dialects.detection import pieces  # a text without problems is read as it was meant

        secrets += pieces(target.secrets)
    if target.machine is not None:
        secrets += environment.secrets(target.machine.environment)
    public = (target.value(name) for name in ("user", "dbname", "host", "port"))
    return Redactor(secrets, [value for value in public if value])


def for_machine(machine: Machine) -> Redactor:
    """A redactor for what is about no target: it knows the secrets of the environment."""
    return Redactor(environment.secrets(machine.environment))


def _is_short(secret: str) -> bool:
    return len(secret) < 4 or (secret.isdigit() and len(secret) < 6) or len(set(secret)) == 1


def _inner(secret: str) -> set[str]:
    """What a secret may be as its reader means it: without its quotes or brackets, decoded, without white space in a
    token that was wrapped, and the password inside the endpoint form: `endpoint=ep-cool-darkness-123456;password`."""
    meant = {secret, unquote(secret), "".join(secret.split())}
    if len(secret) > 2 and secret[0] == secret[-1] and secret[0] in "\"'":
        meant.add(secret[1:-1])
    if inside := without_brackets(secret):
        meant.add(inside)
    found = (re.fullmatch(r"(?:endpoint|project)=[^;$]*[;$](.+)", text, re.DOTALL) for text in tuple(meant))
    return meant | {match[1] for match in found if match}


def _hidden_behind_its_name(found: re.Match[str]) -> str:
    return found[0] if _is_ours(found) else (found[1] or found[2] or found[3]) + HIDDEN


def _is_ours(found: re.Match[str]) -> bool:
    """It is in a sentence of our own: `If the host is the same, the password is wrong`.

    The words in front must be ours as well. What another program says of a password is not: it may tell the password.
    """
    before = found.string[max(0, found.start() - _CONTEXT) : found.start()]
    is_prose = found[2] is not None and ":" not in found[2] and len(before) == _CONTEXT
    return is_prose and own_words.have_sentence(before + found[0])


_CONTEXT = 20
"""Characters in front of `password is wrong` by which a sentence of ours is known."""


def _in_password_place(secret: str) -> str:
    """Where a word can only be a password. In `the password is not` and `the password: it may` a sentence goes on."""
    word, end = re.escape(secret), r"\.(?:\s|$)"
    name = r"(?i:passw(?:or)?d|pwd|secret)[\"']?"
    return (
        rf"({name}(?:\s?=>?\s*[\"'(]?|:[\"'(]?|:\s+[\"'(]|\s?[\"'])){word}(?=$|[\s\"'&;,)@]|{end})"
        rf"|({name}(?::[ \t]+|\s(?:is|was)\s+)){word}(?=[ \t]*$|[ \t]*\n|[\"',;)]|{end})"
        rf"|(://[^\s:/@]*:){word}(?=@)"
    )
