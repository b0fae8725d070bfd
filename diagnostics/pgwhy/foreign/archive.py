"""One file out of a .zip that somebody else made. Nothing is unpacked to the disk.

What a .zip says of itself is not believed: how many entries it has is found before they are read into memory (an entry
of 46 bytes becomes an object of a kilobyte), and of a member no more is inflated than it may have.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from pgwhy.foreign import files

BEGINNING = b"PK\x03\x04"
"""What a .zip begins with (PKWARE APPNOTE 4.3.7)."""
LARGEST = 20_000_000
"""Bytes of all that is inflated, and of the archive itself."""
MOST_MEMBERS = 1000
_DIRECTORY = MOST_MEMBERS * 400
"""Bytes of the central directory."""


class Damaged(ValueError):
    """The archive cannot be read, or is not one that is read; the message is a sentence about `it`."""


def member(content: bytes, name: str, limit: int = LARGEST) -> bytes:
    """The bytes of one member. Raises `Damaged`; also where a member has a name that leaves the folder, or is a link,
    because no program of ours wrote such an archive."""
    _check_directory(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive.infolist())
            entry = archive.getinfo(name)
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Damaged(f"{name} in it is compressed in a way that pgwhy does not read")
            with archive.open(entry) as file:
                inflated = file.read(limit + 1)
    except Damaged:
        raise
    except KeyError:
        raise Damaged(f"no {name} is in it") from None
    except _BROKEN as problem:
        encrypted = isinstance(problem, RuntimeError) and "encrypted" in str(problem)
        raise Damaged(f"{name} in it is encrypted" if encrypted else "it is damaged") from None
    if len(inflated) > limit:
        raise Damaged(f"{name} in it is larger than {files.size(limit)}")
    return inflated


_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, IndexError)
"""What `zipfile` raises for bytes that are not as they should be; `struct.error` it makes a `BadZipFile` itself."""


def _check_directory(content: bytes) -> None:
    """The end of central directory record (APPNOTE 4.3.16) says how large the directory is."""
    if len(content) > LARGEST:
        raise Damaged(f"it is larger than {files.size(LARGEST)}")
    end = content.rfind(_END, -(_END_SIZE + 65_535))
    record = content[end : end + _END_SIZE]
    if end < 0 or len(record) < _END_SIZE:
        raise Damaged("it is damaged")
    if int.from_bytes(record[10:12], "little") > MOST_MEMBERS or int.from_bytes(record[12:16], "little") > _DIRECTORY:
        raise Damaged(f"it has more than {MOST_MEMBERS} files")


_END = b"PK\x05\x06"
_END_SIZE = 22


def _check_members(entries: list[zipfile.ZipInfo]) -> None:
    if len({entry.filename for entry in entries}) < len(entries):
        raise Damaged("two files in it have the same name")
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise Damaged(f"what is in it is larger than {files.size(LARGEST)}")
    for entry in entries:
        is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if is_link or _LEAVES.search(entry.filename) or not entry.filename.isprintable():
            raise Damaged("it holds a link, or a name that leaves its folder, so no pgwhy wrote it")


_LEAVES = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
