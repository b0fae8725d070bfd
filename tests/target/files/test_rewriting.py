"""A change in a settings file: the value changes, and the file is the same in every other character and setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.target import CannotChange, Change, Target, read
from pgwhy.target.editing.in_file import file_with
from tests import sampling
from tests.target.files.healthy import HEALTHY
from tests.target.files.values import VARIABLES
from tests.target.machines import MARKER, machine

CASES = [
    (kind, file, number)
    for kind, by_file in HEALTHY.items()
    for file, texts in by_file.items()
    for number in range(len(texts))
]
REQUIRE = Change(set=(("sslmode", "require"),))


def target(file: str, text: str, folder: Path, **variables: str) -> Target:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return read(f"@{file}", machine({**VARIABLES, **variables}, folder=folder))


@pytest.mark.sampled(by=sampling.each("kind"))
@pytest.mark.parametrize(("kind", "file", "number"), CASES, ids=lambda value: str(value))
def test_what_is_written_is_read_with_the_change_and_nothing_else(
    kind: str, file: str, number: int, tmp_path: Path
) -> None:
    text = HEALTHY[kind][file][number]
    before = target(file, text, tmp_path)
    try:
        edited = file_with(before, REQUIRE)
    except CannotChange as why:
        assert MARKER not in str(why)
        return  # the value comes from elsewhere, has no place, or says so already
    after = target(file, edited.text, tmp_path)
    assert after.problems == ()
    assert after.value("sslmode") == "require"
    same = ("host", "port", "user", "dbname")
    assert [after.value(name) for name in same] == [before.value(name) for name in same]
    assert after.password == before.password
    for replacement in edited.replacements:
        assert text.count(replacement.before) >= 1
        text = text.replace(replacement.before, replacement.after, 1)
    assert text == edited.text


def test_the_edit_can_be_made_in_most_kinds(tmp_path: Path) -> None:
    made = set()
    for kind, file, number in CASES:
        try:
            file_with(target(file, HEALTHY[kind][file][number], tmp_path / f"{kind}{number}"), REQUIRE)
        except CannotChange:
            continue
        made.add(kind)
    assert len(made) > len(HEALTHY) * 2 // 3


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_list_item_keeps_its_name(quote: str, tmp_path: Path) -> None:
    text = (
        f"services:\n  app:\n    environment:\n      - {quote}DATABASE_URL=postgresql://a:b@h/d{quote}\n      - X=1\n"
    )
    edited = file_with(target("compose.yaml", text, tmp_path), REQUIRE)
    assert edited.text == text.replace("@h/d", "@h/d?sslmode=require")


def test_a_percent_sign_is_written_as_configparser_reads_it(tmp_path: Path) -> None:
    text = "[alembic]\nsqlalchemy.url = postgresql://a:p@w@h/d\n"
    edited = file_with(target("alembic.ini", text, tmp_path), Change(repair="percent-encode-password"))
    assert edited.text == text.replace("p@w@h", "p%%40w@h")


def test_a_scheme_that_only_its_program_accepts_is_left_alone(tmp_path: Path) -> None:
    text = "spring.r2dbc.url=r2dbc:postgresql://h/d\nspring.r2dbc.username=a\n"
    with pytest.raises(CannotChange):
        file_with(target("application.properties", text, tmp_path), REQUIRE)


@pytest.mark.parametrize("password", ["pa$word1", "$ecretpart", "x$ecret-y"])
@pytest.mark.parametrize(
    "holds", ["DATABASE_URL: postgres://u:{}@h/d", "APP_DB_PASSWORD: {}\n      APP_DB_HOST: h\n      APP_DB_USER: u"]
)
def test_what_follows_a_dollar_is_not_told_as_a_variable(holds: str, password: str, tmp_path: Path) -> None:
    """Compose reads `$word` as a variable; for the user it may be the rest of a password."""
    text = f"services:\n  app:\n    environment:\n      {holds.format(password)}\n"
    (problem,) = target("compose.yaml", text, tmp_path).problems
    assert "write $$" in problem.detail
    assert password.partition("$")[2] not in problem.detail and "ecret" not in problem.detail
