"""The drawing of a connection string: every part bracketed and explained, no secret, in every width."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pgwhy.anatomy.drawing import drawing
from pgwhy.anatomy.parts import parts
from pgwhy.target import read
from pgwhy.target.dialects import uri
from tests.target.machines import MARKER, machine

NEON = (
    f"postgresql://alex:{MARKER}@ep-cool-darkness-123456-pooler.c-2.us-east-2.aws.neon.tech/neondb"
    "?sslmode=require&channel_binding=require"
)
DRAWN = """\
  postgresql://alex:********@ep-cool-darkness-123456-pooler.c-2.us-east-2.aws.
  ------+-------+-- ---+---- -----------+--------------+--- -+- ----+---- -+-
        1       2      3                4              5     6      7      8

  neon.tech/neondb?sslmode=require&channel_binding=require
  ----+---- --+--- -------+------- -----------+-----------
      9       10          11                  12

   1  scheme           libpq's URI; postgres:// means the same
   2  role             who logs in
   3  password         hidden; in a URL all but A-Z a-z 0-9 -._~ becomes %XX
   4  endpoint         the compute, which Neon finds by this name in TLS (SNI)
   5  pooler           through PgBouncer, in transaction mode
   6  cell             the part of the region in which the endpoint runs
   7  region           where the compute runs; best near your program
   8  cloud            the cloud that the region belongs to
   9  domain           of Neon's proxy, which routes to the endpoint
  10  database         the database; it has to exist already
  11  sslmode          TLS; most drivers do not check the certificate
  12  channel_binding  ties the login to this TLS connection
"""


def drawn(text: str, width: int, unicode: bool = False) -> str:
    return "".join(f"{one.text}\n" for one in drawing(parts(read(text, machine())), width, unicode))


def test_the_drawing_of_a_string_of_neon() -> None:
    assert drawn(NEON, 80) == DRAWN


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_the_brackets_stand_under_their_parts(width: int, unicode: bool) -> None:
    rows = [row.split("\n") for row in drawn(NEON, width, unicode).split("\n\n")[:-1]]
    assert "".join(text.strip() for text, _, _ in rows) == "".join(part.text for part in parts(read(NEON, machine())))
    tee = "┬" if unicode else "+"
    for text, brackets, numbers in rows:
        assert max(len(text), len(brackets), len(numbers)) <= width
        assert brackets.count(tee) == len(numbers.split())
        below = [numbers[place] for place, mark in enumerate(brackets) if mark == tee]
        assert " " not in below
    assert unicode or drawn(NEON, width, unicode).isascii()


def test_a_terminal_too_narrow_for_a_drawing_gets_the_legend() -> None:
    told = drawn(NEON, 20)
    assert "----" not in told
    assert "12  channel_binding" in told


def test_the_parts_say_what_the_string_says() -> None:
    """Put together they are a URI that libpq reads the same, but for the password."""
    keywords = f"host=a,b port=1,2 user='x y' password={MARKER} dbname=d"
    for text in (NEON, keywords, f"Host=h;Username=u;Password={MARKER}"):
        target = read(text, machine())
        together = dict(uri.parse("".join(part.text for part in parts(target))).values)
        assert together.pop("password") == "********"
        assert together == {name: setting.value for name, setting in target.settings.items()}


def test_a_value_from_elsewhere_says_from_where() -> None:
    target = read("postgresql://h/d", machine({"PGSSLMODE": "require", "PGPASSWORD": MARKER}))
    told = {part.name: part.source for part in parts(target) if part.name}
    assert told["sslmode"] == "PGSSLMODE (environment)"
    assert told["password"] == "PGPASSWORD (environment)"
    assert told["host"] == ""


def test_a_broken_string_is_drawn_as_its_client_reads_it(tmp_path: Path) -> None:
    broken = NEON.replace(MARKER, f"p@{MARKER}")
    command = [sys.executable, "-m", "pgwhy", "anatomy", broken]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert run.returncode == 1
    assert "it has to be written %40" in run.stdout
    assert MARKER not in run.stdout + run.stderr
