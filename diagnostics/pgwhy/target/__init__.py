"""What the user wrote → `Target`, with where each value came from, and back again.

`read` makes a target, `facts_of` says what rules may know of it, `apply` and `edit` change it and say so in the user's
own syntax, `libpq_parameters` and `masked` hand it on.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pgwhy.secret import PLACEHOLDER, Secret

if TYPE_CHECKING:
    from pgwhy.client import Client
    from pgwhy.target.editing.steps import Edit
    from pgwhy.target.facts import TargetFacts, facts_of
    from pgwhy.target.model import CannotChange, Change, Target
    from pgwhy.target.problem import Problem, ProblemCode
    from pgwhy.target.reading.argument import read

__all__ = [
    "read",
    "facts_of",
    "choice",
    "is_nothing",
    "is_unusable",
    "apply",
    "as_read_by",
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


_LATER = {
    **dict.fromkeys(("CannotChange", "Change", "Problem", "ProblemCode", "Target"), "pgwhy.target.model"),
    "Edit": "pgwhy.target.editing.steps",
    "TargetFacts": "pgwhy.target.facts",
    "facts_of": "pgwhy.target.facts",
    "read": "pgwhy.target.reading.argument",
}
"""What an error text alone does without: a quarter of all that it would import."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_LATER[name]), name)
    return value


def apply(target: Target, change: Change) -> Target:
    """The target with a change made. Raises `CannotChange`."""
    from pgwhy.target.editing.edits import apply_change  # a healthy run changes nothing

    return apply_change(target, change)


def as_read_by(target: Target, client: Client) -> Target:
    """The target with the client's own way of reading it; libpq's is how it was read already."""
    if client.is_libpq_here:
        return target
    from pgwhy.target.reading import by_client  # a run for libpq needs none of it

    return by_client.as_read_by(target, client)


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
    from pgwhy.target.problem import ProblemCode

    return next((p.detail for p in target.problems if p.code is ProblemCode.SEVERAL_TARGETS), "")


def is_unusable(target: Target) -> bool:
    """Something was given as the target, and there is no server in it: a missing file, a variable that is not set."""
    from pgwhy.target.problem import NO_SERVER

    codes = {problem.code for problem in target.problems}
    return "host" not in target.settings and bool(codes & NO_SERVER)


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
