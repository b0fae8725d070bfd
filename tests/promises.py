"""docs/promises.md: which tests show each promise of SECURITY.md, and how many inputs they try it with.

It is made from the markers in the tests' source, without running them; `tests/pages.py` has it among the others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pgwhy.authoring.pages.generated import mark
from pgwhy.values import dataclass

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
SECURITY = ROOT / "SECURITY.md"
GENERATED = mark("the markers of the tests")


class Wrong(ValueError):
    """A marker that cannot be read, or that names a promise which SECURITY.md does not have. The message says where."""


@dataclass(frozen=True)
class Promise:
    """A row of the table in SECURITY.md."""

    slug: str
    against: str
    """Whom it holds against; empty: it holds for everybody."""
    says: str


@dataclass(frozen=True)
class Shown:
    """A test that shows a promise."""

    slug: str
    file: str
    """From the repository's root."""
    test: str
    quick: int
    thorough: int
    for_each: tuple[str, ...]
    """What pytest's parametrize varies beside it: for each of them so many inputs are tried."""
    asks: bool
    """It asks for `inputs`, so that it tries as many as the marker says."""


def promises(security: str) -> list[Promise]:
    """The promises in the text of SECURITY.md, in its order."""
    return [Promise(*found) for found in _ROW.findall(security)]


def shown(folder: Path = TESTS) -> list[Shown]:
    """Every marked test below a folder, by file and in its order. Raises `Wrong`."""
    return [each for path in sorted(folder.rglob("test_*.py")) for each in _in_file(path)]


def page(security: str, tests: list[Shown]) -> str:
    """The page as Markdown. Raises `Wrong` where a marker names no promise."""
    named = promises(security)
    known = {promise.slug for promise in named}
    for each in tests:
        if each.slug not in known:
            raise Wrong(f"{each.file}: {each.test}: SECURITY.md has no promise `{each.slug}`")
    return "\n".join(_lines(named, tests)) + "\n"


_ROW = re.compile(r"^\| `([a-z0-9-]+)` \|(?: (.*?))? \| (.+?) \|$", re.MULTILINE)


def _lines(named: list[Promise], tests: list[Shown]) -> Iterator[str]:
    yield GENERATED
    yield "# How each promise is tested"
    yield ""
    yield "[SECURITY.md](../SECURITY.md) says what is promised. These tests show it. *Every run* is how many inputs a"
    yield "test tries in `make test`, *thorough* how many in `make thorough`. *For each* names what else is varied: the"
    yield "test tries that many inputs for each of its values."
    for promise in named:
        yield ""
        yield f"## {promise.slug}"
        yield ""
        yield promise.says
        yield ""
        yield "| test | every run | thorough | for each |"
        yield "|---|---|---|---|"
        for each in tests:
            if each.slug == promise.slug:
                words = each.test.removeprefix("test_").replace("_", " ")
                varied = ", ".join(f"`{name}`" for name in each.for_each)
                yield f"| [{words}](../{each.file}) | {each.quick:,} | {each.thorough:,} | {varied} |"


def _in_file(path: Path) -> Iterator[Shown]:
    file = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    text = path.read_text(encoding="utf-8")
    if ".promise" in text:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from _of_test(node, file)


def _of_test(test: ast.FunctionDef | ast.AsyncFunctionDef, file: str) -> Iterator[Shown]:
    calls = [(_name(call.func), call) for call in test.decorator_list if isinstance(call, ast.Call)]
    varied = [call.args[0] for name, call in calls if name == "pytest.mark.parametrize" and call.args]
    for name, call in calls:
        if name != "pytest.mark.promise":
            continue
        try:
            slug, quick, thorough = (ast.literal_eval(argument) for argument in call.args)
        except ValueError:
            raise Wrong(
                f"{file}: {test.name}: promise(slug, quick, thorough) is written as a text and two numbers"
            ) from None
        asks = "inputs" in (argument.arg for argument in test.args.args)
        yield Shown(slug, file, test.name, quick, thorough, tuple(_varied(varied)), asks)


def _varied(arguments: list[ast.expr]) -> Iterator[str]:
    for argument in reversed(arguments):  # as they are read: the one next to the function is its first argument
        names = ast.literal_eval(argument)
        yield from re.split(r"\s*,\s*", names) if isinstance(names, str) else names


def _name(expression: ast.expr) -> str:
    return ast.unparse(expression)
