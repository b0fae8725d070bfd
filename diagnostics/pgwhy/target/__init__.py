"""What the user wrote → `Target`, with where each value came from, and back again.

`read` makes a target, `facts_of` says what rules may know of it, `apply` and `edit` change it and say so in the user's
own syntax, `libpq_parameters` and `masked` hand it on.
"""

from __future__ import annotations

from typing import Any

from pgwhy.secret import Secret
from pgwhy.target.editing.steps import Edit
from pgwhy.target.facts import TargetFacts, facts_of
from pgwhy.target.model import PLACEHOLDER, CannotChange, Change, Problem, ProblemCode, Target
from pgwhy.target.reading.argument import read

__all__ = [
    "read",
    "facts_of",
    "choice",
    "is_nothing",
    "is_unusable",
    "apply",
    "as_taken",
    "edit",
    "libpq_parameters",
    "masked",
    "CannotChange",
    "Change",
    "Edit",
    "Problem",
    "ProblemCode",
    "Secret",
    "Target",
    "TargetFacts",
]


def apply(target: Target, change: Change) -> Target:
    """The target with a change made. Raises `CannotChange`."""
    from pgwhy.target.editing.edits import apply_change  # a healthy run changes nothing

    return apply_change(target, change)


def as_taken(target: Target, raw: tuple[str, ...]) -> Target:
    """The target as a client reads it that takes these characters unencoded in the password of a URL."""
    if not raw or not target.problems:
        return target
    from pgwhy.target.editing.repair import taken_raw  # for a broken text only

    return taken_raw(target, raw)


def edit(target: Target, change: Change) -> Edit:
    """What the user has to do to his own text for the same change. Raises `CannotChange`."""
    from pgwhy.target.editing.edits import edit_for

    return edit_for(target, change)


def libpq_parameters(target: Target) -> dict[str, str]:
    """What goes to libpq for the login: no password, no foreign parameters, and nothing that would look further."""
    looked_up = ("service", "passfile")
    given = {name: setting.value for name, setting in target.settings.items() if name not in looked_up}
    # libpq's own rule, said aloud so that nobody puts another default in its place.
    return {"sslmode": "verify-full", **given} if given.get("sslrootcert") == "system" else given


def is_nothing(target: Target) -> bool:
    """Nobody named a connection, no argument, environment or `.env`: all of it is libpq's defaults."""
    return target.written is None and "host" not in target.settings


def choice(target: Target) -> str:
    """The sentence that lists the connections of a file that names several; empty for a target that is one."""
    return next((p.detail for p in target.problems if p.code is ProblemCode.SEVERAL_TARGETS), "")


def is_unusable(target: Target) -> bool:
    """Something was given as the target, and there is no server in it: a missing file, a variable that is not set."""
    codes = {problem.code for problem in target.problems}
    return "host" not in target.settings and bool(codes & _NO_SERVER)


def masked(target: Target) -> dict[str, dict[str, Any]]:
    """The report's `target`: name → value, source and what it overrode; a password is `PASSWORD_HERE`."""
    shown: dict[str, dict[str, Any]] = {}
    for name, setting in {**target.settings, **target.foreign}.items():
        beaten = [{"value": other.value, "source": str(other.source)} for other in setting.overrode]
        shown[name] = {"value": setting.value, "source": str(setting.source), "overrode": beaten}
    if target.password is not None:
        shown["password"] = {"value": PLACEHOLDER, "source": str(target.password_source), "overrode": []}
    for name in target.private:
        shown[name] = {"value": PLACEHOLDER, "source": "", "overrode": []}
    return shown


_NO_SERVER = frozenset(
    (
        ProblemCode.EMPTY,
        ProblemCode.VARIABLE_UNSET,
        ProblemCode.FILE_UNREADABLE,
        ProblemCode.NO_CONNECTION_IN_FILE,
        ProblemCode.SEVERAL_TARGETS,
        ProblemCode.SERVICE_MISSING,
        ProblemCode.LITERAL_PLACEHOLDER,
        ProblemCode.UNREADABLE,
    )
)
