"""A provider's postgresql:// URL in a file of a client that has a syntax of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgwhy.target import CannotChange, Change, Target, edit, read
from pgwhy.target.editing.in_file import file_with
from pgwhy.target.problem import ProblemCode
from tests.target.machines import MARKER, machine

URL = f"postgresql://alex:p%26{MARKER}@db.acme.internal:5433/shop?sslmode=require"
OWN = Change(repair="client-syntax")


def target(folder: Path, name: str, text: str) -> Target:
    (folder / name).write_text(text)
    return read(f"@{name}", machine({}, folder=folder))


def test_it_is_written_in_npgsqls_own(tmp_path: Path) -> None:
    found = target(tmp_path, "appsettings.json", json.dumps({"ConnectionStrings": {"Shop": URL}}))
    assert [problem.code for problem in found.problems] == [ProblemCode.URL_NOT_READ]
    assert found.problems[0].refused
    written = json.loads(file_with(found, OWN).text)["ConnectionStrings"]["Shop"]
    assert written.startswith("Username=alex;Password=p&")
    assert MARKER not in edit(found, OWN).text
    again = target(tmp_path, "appsettings.json", json.dumps({"ConnectionStrings": {"Shop": written}}))
    assert again.problems == ()
    names = ("host", "port", "user", "dbname", "sslmode")
    assert [again.value(name) for name in names] == [found.value(name) for name in names]
    assert again.password == found.password


def test_it_is_written_as_a_jdbc_url(tmp_path: Path) -> None:
    found = target(tmp_path, "application.properties", f"spring.datasource.url={URL}\n")
    assert [problem.code for problem in found.problems] == [ProblemCode.URL_NOT_READ]
    text = file_with(found, OWN).text
    assert text.startswith("spring.datasource.url=jdbc:postgresql://db.acme.internal:5433/shop?")
    assert target(tmp_path, "application.properties", text).problems == ()


def test_what_has_no_name_there_is_not_left_out(tmp_path: Path) -> None:
    found = target(tmp_path, "appsettings.json", json.dumps({"ConnectionStrings": {"Shop": f"{URL}&schema=app"}}))
    with pytest.raises(CannotChange, match="schema cannot be carried over"):
        file_with(found, OWN)


def test_other_programs_read_a_url_from_such_a_file(tmp_path: Path) -> None:
    found = target(tmp_path, "application.properties", f"quarkus.datasource.reactive.url={URL}\n")
    assert found.problems == ()
