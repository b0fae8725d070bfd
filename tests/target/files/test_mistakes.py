"""A mistake in a settings file is found on its own line, in every kind of file, and the edit touches nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from pgwhy.target import CannotChange, Change, Target, edit, read
from pgwhy.target.problem import ProblemCode as P
from tests.target.files.healthy import HEALTHY
from tests.target.files.values import HOST, JDBC, PASSWORD, PORT, URL, VARIABLES
from tests.target.machines import MARKER, machine

Mistake = Callable[[str], str]


def _slash(text: str) -> str:
    """Where SQLAlchemy reads the URL, a raw / is no mistake: its password ends at the @."""
    return text if "postgresql+" in text else text.replace(f":{PASSWORD}@", f":pa/{PASSWORD}@")


def _in_url(before: str, after: str) -> Mistake:
    def make(text: str) -> str:
        return text.replace(before, after)

    return make


def _in_field(after: str) -> Mistake:
    """Where the host stands alone: neither in a URL nor with a port behind it."""

    def make(text: str) -> str:
        # Npgsql takes `Host=name:port`.
        if "Host=" in text and ":" in after.removeprefix("postgresql://"):
            return text
        if f"{HOST}:{PORT}" in text or "pgsql:" in text:  # the string decides
            return text
        return re.sub(rf"(?<![/@\w.]){re.escape(HOST)}(?![\w:.])", after, text)

    return make


def _port(text: str) -> str:
    """Where it stands alone, as a text: what is no number is no value of JSON or of a program."""
    if f"{HOST}:{PORT}" in text:
        return text
    quoted = rf"""(?<=["']: ){PORT}\b""" if "provider " not in text else rf"(?<== ){PORT}\b"
    text = re.sub(quoted, '"54x33"', text)
    return re.sub(
        rf"""(?<=[=:] ){PORT}\n|(?<==){PORT}\n|(?<=["']){PORT}(?=["'])""", lambda m: m[0].replace(PORT, "54x33"), text
    )


def _behind_a_host(text: str) -> str:
    return text if URL in text else text.replace(f"{HOST}:{PORT}", f"{HOST}:54x33")


MISTAKES: dict[str, tuple[Mistake, tuple[P, ...]]] = {
    "a raw @ in the password": (_in_url(f":{PASSWORD}@", f":pa@{PASSWORD}@"), (P.PASSWORD_AT_SIGN,)),
    "a raw / in the password": (_slash, (P.PASSWORD_SLASH, P.PORT_INVALID)),
    "a scheme misspelt": (_in_url("postgresql://", "postgress://"), (P.WRONG_SCHEME,)),
    "a port that is no number": (_in_url(f"{HOST}:{PORT}", f"{HOST}:54x33"), (P.PORT_INVALID,)),
    "a second question mark": (
        _in_url(URL, f"{URL}?sslmode=require?connect_timeout=10"),
        (P.DOUBLE_QUESTION_MARK,),
    ),
    "the port in the host's own field": (_in_field(f"{HOST}:{PORT}"), (P.HOST_WITH_PORT,)),
    "a URL in the host's own field": (_in_field(f"postgresql://{HOST}"), (P.HOST_IS_URL,)),
    "a port of its own that is no number": (_port, (P.PORT_INVALID,)),
    "a port that is no number, behind a host": (_behind_a_host, (P.PORT_INVALID,)),
}
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
