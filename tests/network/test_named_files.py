"""Files that libpq and OpenSSL would read: looked at first, so that none of them blocks or has no end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pgwhy.network import named_files
from pgwhy.network.trust_store import TrustStore, Unreadable, one_file


@pytest.mark.parametrize("name", ["sslrootcert", "sslcert", "sslkey", "sslcrl"])
def test_a_device_or_a_fifo_is_refused(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, kind in (("/dev/zero", "a device"), (str(tmp_path / "fifo"), "a FIFO")):
        assert (
            named_files.refusal({name: path})
            == f'could not read {name} file "{path}": it is {kind}, not a regular file'
        )
        assert named_files.refusal({name: path, "sslmode": "disable"}) == ""


def test_the_files_that_libpq_takes_by_itself_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert named_files.refusal({}) == ""
    (tmp_path / ".postgresql").mkdir()
    os.mkfifo(tmp_path / ".postgresql" / "root.crt")
    assert "root.crt" in named_files.refusal({})


def test_what_is_no_file_is_left_to_libpq(tmp_path: Path) -> None:
    assert named_files.refusal({"sslrootcert": "system", "sslkey": "pkcs11:token=x", "sslcert": "/no/such"}) == ""
    assert named_files.refusal({"sslrootcert": str(tmp_path)}) == ""


def test_a_trust_store_that_is_a_device_or_a_fifo_is_unreadable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (Path("/dev/zero"), tmp_path / "fifo"):
        with pytest.raises(Unreadable, match="not a regular file"):
            one_file(path).load()
        assert TrustStore("", files=(path,)).certificates() == []
