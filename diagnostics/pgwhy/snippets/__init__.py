"""What to paste for a target: one file for each stack, right for its driver, with the password from the environment.

`snippet` makes one; `STACKS` names them all. The password is never in it: it is `PGPASSWORD` of the environment, in the
way in which each language, and each kind of file, asks for a variable.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from pgwhy.snippets.choices import Choice, bundle, choose
from pgwhy.snippets.stacks import STACKS, Stack
from pgwhy.target import apply
from pgwhy.target.model import CannotChange, Change, Target
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.values import dataclass

__all__ = ["STACKS", "Snippet", "snippet"]


@dataclass(frozen=True)
class Snippet:
    """One file to paste."""

    stack: str
    title: str
    file: str
    text: str
    host: str
    """`pooled` or `direct`; empty where there is no such choice."""
    why: str
    """Why this host; empty where there is no such choice."""
    notes: tuple[str, ...]
    """What is not as the target had it, and what to know, a sentence each."""


def snippet(target: Target, stack: str, host: str = "", roots: str | None = None) -> Snippet:
    """The file for one stack. `host` is `pooled`, `direct` or empty: then the stack decides.

    `roots` is a file of root certificates; `None`: this machine's own, if it has one. Raises `KeyError` for a stack
    that is none of `STACKS`, `CannotCarry` where the stack has no place for the target's host, role or database, and
    `CannotChange` where the target cannot be read.
    """
    found = STACKS[stack]
    target = readable(target)
    choice = choose(target, found, host, bundle() if roots is None else roots)
    text, more = _written(found, choice)
    return Snippet(stack, found.title, found.file, text, choice.host.kind, choice.host.why, (*choice.notes, *more))


def readable(target: Target) -> Target:
    """The target with every problem fixed for which there is a repair; a snippet repeats no mistake.

    Raises `CannotChange` where one is left that only the user can fix.
    """
    for _ in range(_REPAIRS_AT_MOST):
        problems = [problem for problem in target.problems if not _is_only_a_variable(problem, target)]
        if not problems:
            break
        name = next((problem.repair for problem in problems if problem.repair), None)
        if name is None:
            raise CannotChange(problems[0].detail)
        target = apply(target, Change(repair=name))
    return target


def _is_only_a_variable(problem: Problem, target: Target) -> bool:
    """A snippet takes the password from the environment, so it need not be in this one."""
    return problem.code in (ProblemCode.VARIABLE_UNSET, ProblemCode.VALUE_COMPUTED) and bool(target.value("host"))


_REPAIRS_AT_MOST = 8


def _written(stack: Stack, choice: Choice) -> tuple[str, tuple[str, ...]]:
    # Imported when it is needed: most commands write few of them.
    module = import_module(f"pgwhy.snippets.{_LANGUAGES.get(Path(stack.file).suffix, 'files')}")
    text, notes = module.write(stack, choice)
    return text, tuple(notes)


_LANGUAGES = {
    ".py": "python",
    ".mjs": "node",
    ".js": "node",
    ".ts": "node",
    ".rb": "scripts",
    ".php": "scripts",
    ".sh": "scripts",
    ".go": "compiled",
    ".rs": "compiled",
    ".java": "compiled",
    ".cs": "compiled",
}
