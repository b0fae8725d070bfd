"""Where nothing of the developer's is read or written."""

import pytest

WRONG = "npg_Wr0ngPassword"


@pytest.fixture(autouse=True)
def _a_place_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
