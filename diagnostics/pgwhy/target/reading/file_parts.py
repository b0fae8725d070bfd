"""What a file says of a connection, as a target: a string in it, fields one by one, or the variable that holds it.

Shared by the readers of settings files and of programs' sources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pgwhy.machine import Machine
from pgwhy.secret import Secret
from pgwhy.target.dialects import Dialect, keywords, recognised
from pgwhy.target.dialects.detection import Reading
from pgwhy.target.dialects.of_clients import other_syntax, reads_jdbc
from pgwhy.target.forms import dotenv
from pgwhy.target.model import Source, SourceKind, Target, Written
from pgwhy.target.parameters import SECRET
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.target.reading.completion import complete, from_text, read_text
from pgwhy.values import replace


def of_string(text: str, source: Source, machine: Machine, title: str, driver: str | None, of_program: bool) -> Target:
    """A connection string, read as it would be alone. `title` is what the file is called in a sentence, `driver` the
    client that reads it, `None` if that is not known, and `of_program` whether the file is a program, which is none in
    Java."""
    target = from_text(text, source, machine)
    misplaced = text.startswith("jdbc:") and (of_program or not reads_jdbc(driver))
    problems = target.problems
    if misplaced:
        what = f"a jdbc: URL, which only Java reads, is in {title}"
        problems = (Problem(ProblemCode.JDBC_PREFIX_FOR_LIBPQ, what, "strip-jdbc-prefix"), *problems)
    elif recognised(text) is Dialect.URI and other_syntax(driver):
        what = f"{title} is read by a client that accepts no postgresql:// URL"
        problems = (*problems, Problem(ProblemCode.URL_NOT_READ, what, "client-syntax", refused=True))
    return replace(
        target,
        driver=driver if misplaced else target.driver or driver,
        problems=problems,
        again=lambda repaired: of_string(repaired, source, machine, title, driver, of_program),
    )


def of_fields(
    fields: Mapping[str, str],
    foreign: Mapping[str, str],
    unset: Sequence[Problem],
    source: Source,
    machine: Machine,
) -> Target:
    """Fields of a framework's own. `fields` are libpq's names → values, secrets included; `unset` are the
    problems of fields whose value is not known here."""
    values = {name: value for name, value in fields.items() if name not in SECRET}
    private = {name: Secret(value) for name, value in fields.items() if name in SECRET}
    problems = (
        *keywords.host_problems(values),
        *keywords.option_problems(values),
        *unset,
    )
    hidden = tuple(private.values())
    if "://" in values.get("host", ""):
        from pgwhy.target.dialects import wrappers  # only for what should not be there

        values["host"], more = wrappers.hide(values["host"])
        hidden += more
    reading = Reading(Dialect.FIELDS, "", values, foreign, private, {}, problems, readable=True, hidden=hidden)
    return complete(reading, Written(Dialect.FIELDS, Secret(""), source), machine, {})


def variable(name: str, machine: Machine) -> tuple[str, Source] | None:
    """The value of a variable and where it is set: the environment, or `.env`; `None` where neither sets it."""
    if name in machine.environment:
        return machine.environment[name], Source(SourceKind.ENVIRONMENT, name)
    there = beside(machine).get(name)
    return (there.value, Source(SourceKind.DOTENV, ".env", there.line, name)) if there else None


def variables(machine: Machine) -> dict[str, str]:
    """Every variable that a program finds which loads `.env`; the environment overrides it."""
    return {**{name: each.value for name, each in beside(machine).items()}, **machine.environment}


def beside(machine: Machine) -> dict[str, dotenv.Variable]:
    """What the `.env` in the working folder sets, which frameworks load; nothing where there is no such file."""
    try:
        return dotenv.parse(read_text(machine.folder / ".env"), machine.environment)
    except OSError:
        return {}
