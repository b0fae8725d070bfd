"""Files that somebody else names: regular ones, up to a limit, and a sentence for all others."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest

from pgwhy.foreign import files


def refused(path: Path | str) -> str:
    with pytest.raises(files.Refused) as caught:
        files.content(path)
    return caught.value.strerror or ""


def test_a_regular_file_and_a_link_to_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"words")
    (tmp_path / "b").symlink_to("a")
    assert files.content(tmp_path / "a") == files.content(tmp_path / "b") == b"words"


def test_a_fifo_that_nobody_writes_to_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("fifo")
    assert refused(tmp_path / "fifo") == refused(tmp_path / "link") == "it is a FIFO, not a regular file"


def test_a_fifo_that_takes_the_place_of_a_file_does_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "file").write_bytes(b"")
    before = (tmp_path / "file").stat()
    monkeypatch.setattr(os, "stat", lambda path: before)
    assert refused(tmp_path / "fifo") == "it is a FIFO, not a regular file"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    assert refused(device) == "it is a device, not a regular file"


def test_a_socket_and_a_folder_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert refused(tmp_path / "s") == "it is a socket, not a regular file"
    with pytest.raises(IsADirectoryError):
        files.content(tmp_path)


def test_a_larger_file_is_refused_and_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "large"
    with file.open("wb") as out:
        out.truncate(50 * 10**9)  # a hole, and no bytes on the disk
    assert refused(file) == "it is larger than 20 MB"
    assert len(files.beginning(file, 100)) == 100


def test_the_limit_itself_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert files.content(tmp_path / "a", 5) == b"12345"
    with pytest.raises(files.Refused):
        files.content(tmp_path / "a", 4)


def test_of_a_large_log_both_ends_are_read(tmp_path: Path) -> None:
    file = tmp_path / "log"
    with file.open("wb") as out:
        out.write(b"first")
        out.seek(3 * 10**9)
        out.write(b"last")
    raw, size = files.ends(file)
    assert raw.startswith(b"first") and raw.endswith(b"last") and len(raw) < 2_100_000
    assert size == 3 * 10**9 + 4
    (tmp_path / "small").write_bytes(b"all of it")
    assert files.ends(tmp_path / "small") == (b"all of it", None)


def test_a_descriptor_of_the_shell_is_read_where_the_user_names_it() -> None:
    out, into = os.pipe()
    os.write(into, b"words")
    os.close(into)
    assert files.given(f"/dev/fd/{out}") == b"words"
    os.close(out)


def test_a_variable_cannot_name_such_a_descriptor() -> None:
    out, into = os.pipe()
    assert "FIFO" in refused(f"/dev/fd/{out}")
    os.close(out)
    os.close(into)


def test_a_stream_without_an_end_is_refused() -> None:
    with Path("/dev/zero").open("rb") as endless, pytest.raises(files.Refused, match="larger than 1 MB"):
        files.stream(endless, 1_000_000)
    assert files.stream(io.BytesIO(b"all")) == b"all"


@pytest.mark.parametrize(
    "raw",
    [
        "é".encode(),
        "é".encode("utf-8-sig"),
        b"\xff\xfe" + "é".encode("utf-16-le"),
        b"\xfe\xff" + "é".encode("utf-16-be"),
    ],
)
def test_unicode_is_read_with_and_without_its_mark(raw: bytes) -> None:
    assert files.decoded(raw) == "é"


def test_a_byte_that_is_not_utf8_is_replaced_or_kept() -> None:
    assert files.decoded(b"\xe9") == "\ufffd"
    assert files.decoded(b"\xe9", "surrogateescape").encode("utf-8", "surrogateescape") == b"\xe9"


def test_sizes_are_said_as_a_person_says_them() -> None:
    assert [files.size(n) for n in (12, 4000, 20_000_000, 1_520_000_000)] == ["12 bytes", "4 kB", "20 MB", "1.5 GB"]
