"""A framework that runs here goes with its settings file where pgwhy says that it goes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pgwhy.target import files, read
from tests import parts
from tests.target.files import frameworks
from tests.target.files.frameworks import FRAMEWORKS, VARIABLES, Missing
from tests.target.machines import machine

MEASURED = frameworks.recorded()


@pytest.mark.parametrize(("name", "file"), [(name, file) for name in FRAMEWORKS for file in frameworks.kinds(name)])
def test_pgwhy_reads_the_file_as_the_framework_did(name: str, file: str, tmp_path: Path) -> None:
    frameworks.put(name, tmp_path, 5433)
    text = (tmp_path / file).read_text(encoding="utf-8")
    target = read(f"@{file}", machine(VARIABLES, folder=tmp_path))
    recognised = files.recognise(file, text)
    assert recognised and recognised[0].name == frameworks.kinds(name)[file]
    went = MEASURED[name]
    assert target.problems == ()
    assert (target.value("host"), target.value("port")) == (went.host, "5433")
    assert (target.value("user"), target.value("dbname")) == (went.user, went.database)
    assert target.password is not None and target.password.reveal() == went.password


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address of Linux' loopback alone")
@pytest.mark.parametrize("name", frameworks.light())
def test_the_framework_still_goes_there(name: str) -> None:
    try:
        assert frameworks.measured(name) == MEASURED[name], f"python -m tests.target.files.frameworks {name}"
    except Missing as missing:
        parts.permitted(str(missing))
