"""Settings files that a generator writes out of the healthy ones: all are read right, and a planted mistake is found.

`PGWHY_GENERATED_FILES` says how many: half of it healthy ones, half of it with one mistake. `make thorough` has 10,000.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from pgwhy.target import CannotChange, Change, Target, choice, edit, files, read
from pgwhy.target.editing.in_file import file_with
from pgwhy.target.files.kinds import called
from pgwhy.target.problem import ProblemCode as P
from pgwhy.values import dataclass
from tests.target.files import values
from tests.target.files.healthy import HEALTHY
from tests.target.files.mistakes import MISTAKES, PLACEHOLDER
from tests.target.files.test_healthy import WITHOUT_PASSWORD, WITHOUT_ROLE
from tests.target.machines import MARKER, machine

EACH = -(-int(os.environ.get("PGWHY_GENERATED_FILES", "2000")) // 2 // len(HEALTHY))
"""Files of each kind, healthy and then again broken."""
_HOSTS = ("db.acme.internal", "10.1.2.3", "shop-db", "ep-cool-darkness-123456.us-east-2.aws.neon.tech", "localhost")
_ROLES = ("shop_app", "app", "alex.k", "svc-shop", "Owner")
_SAFE = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_COMMENTS = {
    "yaml": "# {}\n",
    "ini": "; {}\n",
    "toml": "# {}\n",
    "properties": "# {}\n",
    "dotenv": "# {}\n",
    "javascript": "// {}\n",
    "python": "# {}\n",
    "blocks": "# {}\n",
    "elixir": "# {}\n",
    "source": "// {}\n",
}
_WORDS = (
    "the shop's database",
    "do not edit",
    "TODO: rotate",
    "see https://wiki.acme.internal/db",
    "host = old",
    "x: y",
)


@dataclass(frozen=True, repr=False)
class Written:
    """One generated file."""

    file: str
    text: str
    expected: dict[str, str]
    password: str
    variables: dict[str, str]


PLANTED = {
    **MISTAKES,
    "a placeholder": (PLACEHOLDER, (P.NO_CONNECTION_IN_FILE, P.VALUE_COMPUTED, P.LITERAL_PLACEHOLDER)),
}


def templates(kind: str) -> list[tuple[str, str]]:
    """The healthy files of the kind: name and text."""
    return [(file, text) for file, texts in HEALTHY[kind].items() for text in texts]


def _fits(mistake: str, text: str) -> bool:
    return PLANTED[mistake][0](text) != text


def written(kind: str, chance: random.Random, mistake: str = "") -> Written:
    """A file like one of the healthy ones, with other values. With the mistake, where one is named."""
    file, text = chance.choice([each for each in templates(kind) if not mistake or _fits(mistake, each[1])])
    if mistake:
        text = PLANTED[mistake][0](text)
    hosts = [host for host in _HOSTS if "." in host or not called(kind).has_services]  # the others are mistakes there
    host, role, port = chance.choice(hosts), chance.choice(_ROLES), str(chance.randint(1025, 65535))
    password = "".join(chance.choices(_SAFE, k=12)) + MARKER
    in_url = password
    alone = text.replace(values.URL, "")
    if "postgresql" in text and values.PASSWORD not in alone and "SHOP_DB_PASSWORD" not in alone:
        password = password[:6] + "".join(chance.choices("@/#?%:& +=", k=2)) + password[6:]
        in_url = quote(password, safe="")
    # Where a whole file is one format string, a % of it is doubled; configparser does the same.
    written_so = in_url.replace("%", "%%") if called(kind).style == "configparser" else in_url
    whole = {"host": host, "port": port, "user": role, "dbname": values.DATABASE}
    text = _with(text, host, role, port, written_so)
    variables = {name: _with(value, host, role, port, in_url) for name, value in values.VARIABLES.items()}
    variables["SHOP_DB_PASSWORD"] = password
    if chance.random() < 0.6 and (comment := _COMMENTS.get(called(kind).syntax)):
        text = comment.format(chance.choice(_WORDS)) + text
    if chance.random() < 0.2:
        text = text.rstrip("\n") + "\n" * chance.randint(0, 3)
    if chance.random() < 0.2 and called(kind).syntax != "dotenv":
        text = text.replace("\n", "\r\n")
    if kind in WITHOUT_ROLE:
        del whole["user"]
    return Written(file, text, whole, password, variables)


def _with(text: str, host: str, role: str, port: str, password: str) -> str:
    text = text.replace(values.PASSWORD, password).replace(values.HOST, host).replace(values.ROLE, role)
    return re.sub(rf"\b{values.PORT}\b(?!:5432)", port, text)


def target(made: Written, folder: Path) -> Target:
    path = folder / made.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.text.encode())
    return read(f"@{made.file}", machine(made.variables, folder=folder))


@pytest.mark.parametrize("kind", HEALTHY)
def test_a_healthy_file_is_read_right(kind: str, tmp_path: Path) -> None:
    for number in range(EACH):
        made = written(kind, random.Random(f"{kind} {number}"))
        found = target(made, tmp_path)
        assert (choice(found), found.problems) == ("", ()), made.text
        assert {name: found.value(name) for name in made.expected} == made.expected, made.text
        if kind not in WITHOUT_PASSWORD:
            assert found.password is not None and found.password.reveal() == made.password, made.text


@pytest.mark.parametrize("kind", HEALTHY)
def test_a_planted_mistake_is_found_and_its_edit_touches_nothing_else(kind: str, tmp_path: Path) -> None:
    for number in range(EACH):
        chance = random.Random(f"{kind} {number}")
        mistake = chance.choice([name for name in PLANTED if any(_fits(name, text) for _, text in templates(kind))])
        made = written(kind, chance, mistake)
        found = target(made, tmp_path)
        codes = {problem.code for problem in found.problems}
        assert codes & set(PLANTED[mistake][1]), (mistake, codes, made.text)
        for problem in found.problems:
            if problem.repair:
                _only_the_value_changes(found, Change(repair=problem.repair), made.text)


def _only_the_value_changes(found: Target, change: Change, text: str) -> None:
    try:
        told, edited = edit(found, change), file_with(found, change)
    except CannotChange as why:
        assert MARKER not in str(why)
        return
    assert MARKER not in told.text
    before, after = text.splitlines(), edited.text.splitlines()
    assert len(before) == len(after)
    changed = [number for number, (a, b) in enumerate(zip(before, after, strict=True), 1) if a != b]
    assert changed == [replacement.line for replacement in edited.replacements]


def test_there_are_enough_kinds() -> None:
    assert len(HEALTHY) > 40
    assert all(files.recognise(file, text) for by in HEALTHY.values() for file, texts in by.items() for text in texts)
