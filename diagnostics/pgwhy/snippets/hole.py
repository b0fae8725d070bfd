"""The place of the password in what a form writes, and what is there instead: a variable of the environment."""

from __future__ import annotations

from collections.abc import Callable

from pgwhy.snippets.choices import Choice
from pgwhy.target.forms import FORMS, write

VARIABLE = "PGPASSWORD"
"""libpq's own name for it, which most drivers read by themselves."""
HOLE = "PGPASSWORDgoesHERE"
"""Letters only, so that no syntax escapes or quotes it in a way of its own."""


def values_of(choice: Choice) -> dict[str, str]:
    """The values with the place for the password, where the target has one."""
    return {**choice.values, **({"password": HOLE} if choice.has_password else {})}


def literal(text: str, reference: str) -> str:
    """A text in double quotes that is the password and nothing else becomes an expression."""
    return text.replace(f'"{HOLE}"', reference)


def in_form(form: str, choice: Choice, reference: str | Callable[[str], str]) -> str:
    """What a form writes, with the reference in the place of the password."""
    text = write(FORMS[form], values_of(choice))
    return reference(text) if callable(reference) else text.replace(HOLE, reference)
