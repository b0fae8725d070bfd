"""A mistake in a settings file is found on its own line, in every kind of file, and the edit touches nothing else."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from pgwhy.target import CannotChange, Change, Target, edit, read
from pgwhy.target.problem import ProblemCode as P
from tests import sampling
from tests.target.files.healthy import HEALTHY
from tests.target.files.mistakes import MISTAKES
from tests.target.files.values import JDBC, VARIABLES
from tests.target.machines import MARKER, machine

CASES = [
    (kind, file, number, mistake)
    for kind, by_file in HEALTHY.items()
    for file, texts in by_file.items()
    for number, text in enumerate(texts)
    for mistake, (make, _) in MISTAKES.items()
    if make(text) != text
]


def test_forty_kinds_have_three_mistakes() -> None:
    shown = {(kind, mistake) for kind, _, _, mistake in CASES}
    assert sum(sum(kind == each for each, _ in shown) >= 3 for kind in HEALTHY) >= 40


@pytest.mark.sampled(by=sampling.each("kind", "mistake"))
@pytest.mark.parametrize(("kind", "file", "number", "mistake"), CASES, ids=lambda value: str(value))
def test_it_is_found_on_its_line(kind: str, file: str, number: int, mistake: str, tmp_path: Path) -> None:
    make, codes = MISTAKES[mistake]
    healthy = HEALTHY[kind][file][number]
    text = make(healthy)
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    target = read(f"@{file}", machine(VARIABLES, folder=tmp_path))
    found = {problem.code: problem for problem in target.problems}
    assert found.keys() & set(codes), target.problems
    touched = {
        line for line, (a, b) in enumerate(zip(healthy.splitlines(), text.splitlines(), strict=True), 1) if a != b
    }
    assert _line(target, found) in touched | {n + 1 for n in touched} | {n - 1 for n in touched}
    for problem in found.values():
        if problem.repair:
            try:
                told = edit(target, Change(repair=problem.repair))
            except CannotChange:
                continue
            assert MARKER not in told.text + told.connection_string
            assert "remove" not in told.text


def _line(target: Target, found: Collection[P]) -> int | None:
    """Where the value is that the mistake is in: the string's line, else the port's or the host's."""
    if target.written and target.written.text.reveal():
        return target.written.source.line
    return target.settings["port" if P.PORT_INVALID in found else "host"].source.line


@pytest.mark.parametrize("kind", [kind for kind, files in HEALTHY.items() if "${" in str(files) or "env" in str(files)])
def test_a_variable_that_is_not_set_is_named(kind: str, tmp_path: Path) -> None:
    for file, texts in HEALTHY[kind].items():
        for text in texts:
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            with_them = read(f"@{file}", machine(VARIABLES, folder=tmp_path))
            without = read(f"@{file}", machine({}, folder=tmp_path))
            has_default = not without.problems or " or '" in text
            if with_them == without or has_default:
                continue
            unset = [problem for problem in without.problems if problem.code is P.VARIABLE_UNSET]
            assert unset
            assert any(name in unset[0].detail for name in VARIABLES)


def test_a_jdbc_url_of_another_database_is_none_of_ours(tmp_path: Path) -> None:
    text = HEALTHY["spring-properties"]["application.properties"][0].replace(JDBC, "jdbc:mysql://h/d")
    (tmp_path / "application.properties").write_text(text)
    target = read("@application.properties", machine(folder=tmp_path))
    assert [problem.code for problem in target.problems] == [P.NO_CONNECTION_IN_FILE]
