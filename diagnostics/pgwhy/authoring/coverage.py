"""`rules/coverage.toml`: every documented failure, the rules that find it, and what proves that. Read strictly.

It is written by hand, row by row; docs/coverage.md is made of it. What it names has to exist: rules, their examples,
the lab's faults and, in a checkout, tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pgwhy import shipped
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.compiled import COVERAGE, RuleError, RuleProblem
from pgwhy.terminal.spelling import did_you_mean
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Part:
    """A chapter of what is documented."""

    id: str
    title: str
    about: str


@dataclass(frozen=True)
class Row:
    """One documented failure or fact."""

    id: str
    """`PART/NAME`."""
    says: str
    rules: tuple[str, ...]
    faults: tuple[str, ...]
    """Slugs of fixtures/faults."""
    examples: tuple[tuple[str, str], ...]
    """Rule and name of the example."""
    tests: tuple[str, ...]
    """`tests/test_x.py::test_name`."""
    page: str
    """Where it is documented; empty where it was measured, or read in public source."""

    @property
    def part(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class Coverage:
    """All of it, in the order of the file."""

    parts: tuple[Part, ...]
    rows: tuple[Row, ...]


def read(folder: Path, rulebook: Rulebook, faults: Collection[str], tests: Path | None = None) -> Coverage:
    """What the folder's `coverage.toml` says. `RuleError` with everything that is wrong with it.

    `faults` are the slugs that there are; `tests` is the checkout that holds the tests, `None` where there is none.
    """
    import tomllib  # the run time does without

    path = folder / f"{COVERAGE}.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError([RuleProblem(path, "", f"not TOML: {error}")]) from None
    problems = [RuleProblem(path, key, says) for key, says in _problems(data, rulebook, faults, tests)]
    if problems:
        raise RuleError(problems)
    parts = tuple(Part(id, part["title"], part["about"]) for id, part in data["part"].items())
    return Coverage(parts, tuple(map(_row, data["row"])))


def fault_slugs() -> frozenset[str]:
    """The lab's faults."""
    return frozenset(path.stem for path in shipped.faults().glob("*.toml"))


Problems = Iterator[tuple[str, str]]
"""Key and sentence."""

_PART = {"title": str, "about": str}
_ROW = {"id": str, "says": str, "rules": list, "faults": list, "examples": list, "tests": list, "page": str}


def _problems(data: Mapping[str, Any], rulebook: Rulebook, faults: Collection[str], tests: Path | None) -> Problems:
    yield from _shape("", data, {"part": dict, "row": list}, ("part", "row"))
    parts = data.get("part", {})
    for id, part in parts.items():
        yield from _shape(f"part.{id}", part, _PART, _PART)
    seen: set[str] = set()
    for number, row in enumerate(data.get("row", ()), 1):
        key = f'row "{row["id"]}"' if isinstance(row.get("id"), str) else f"row[{number}]"
        shape = list(_shape(key, row, _ROW, ("id", "says", "rules")))
        yield from shape
        if not shape:
            yield from _one(key, row, parts, rulebook, faults, tests)
            if row["id"] in seen:
                yield key, "is there twice"
            seen.add(row["id"])
    for id in parts:
        if not any(row.startswith(f"{id}/") for row in seen):
            yield f"part.{id}", "has no row"


def _one(
    key: str,
    row: Mapping[str, Any],
    parts: Collection[str],
    rulebook: Rulebook,
    faults: Collection[str],
    tests: Path | None,
) -> Problems:
    part = row["id"].partition("/")[0]
    if part not in parts:
        yield f"{key}.id", f'no part "{part}"{did_you_mean(part, parts)}'
    if not row["says"].strip():
        yield f"{key}.says", "says nothing"
    if not row["rules"]:
        yield f"{key}.rules", "names no rule: who finds it?"
    if not (row.get("faults") or row.get("examples") or row.get("tests")):
        yield key, "has no proof: a fault of the lab, a rule's example or a test"
    ids = [rule.id for rule in rulebook]
    for id in row["rules"]:
        if id not in rulebook:
            yield f"{key}.rules", f'no rule "{id}"{did_you_mean(id, ids)}'
    for slug in row.get("faults", ()):
        if slug not in faults:
            yield f"{key}.faults", f'no fault "{slug}"{did_you_mean(slug, faults)}'
    for written in row.get("examples", ()):
        yield from _example(f"{key}.examples", *_split(written), rulebook)
    for written in row.get("tests", ()):
        if tests is not None and not _is_test(tests, written):
            yield f"{key}.tests", f"no test {written}"
    if "page" in row and not row["page"].startswith("https://"):
        yield f"{key}.page", f"{row['page']} is no https address"


def _example(key: str, id: str, name: str, rulebook: Rulebook) -> Problems:
    if id not in rulebook:
        yield key, f'no rule "{id}"{did_you_mean(id, [rule.id for rule in rulebook])}'
        return
    names = [example.name for example in rulebook[id].examples]
    if name not in names:
        yield key, f'{id} has no example "{name}"{did_you_mean(name, names)}'


def _shape(key: str, data: Any, known: Mapping[str, type], needed: Iterable[str]) -> Problems:
    if not isinstance(data, dict):
        yield key, "is a table"
        return
    for name, value in data.items():
        where = f"{key}.{name}".lstrip(".")
        if name not in known:
            yield where, f"unknown key{did_you_mean(name, known)}"
        elif not isinstance(value, known[name]):
            yield where, "is of another kind: a text, a list or a table is wanted there"
        elif isinstance(value, list) and name in _ROW and not all(isinstance(each, str) for each in value):
            yield where, "is a list of texts"
    for name in needed:
        if name not in data:
            yield f"{key}.{name}".lstrip("."), "missing"


def _is_test(checkout: Path, written: str) -> bool:
    file, _, name = written.partition("::")
    path = checkout / file
    return path.is_file() and f"def {name}(" in path.read_text("utf-8")


def _split(written: str) -> tuple[str, str]:
    id, _, name = written.partition(": ")
    return id, name


def _row(data: Mapping[str, Any]) -> Row:
    return Row(
        id=data["id"],
        says=data["says"],
        rules=tuple(data["rules"]),
        faults=tuple(data.get("faults", ())),
        examples=tuple(map(_split, data.get("examples", ()))),
        tests=tuple(data.get("tests", ())),
        page=data.get("page", ""),
    )
