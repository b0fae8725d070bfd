"""The programs whose source is read, one file each: `programs/<program>.toml`.

    registry = "pypi"                     # pypi, npm, maven, go, crates, debian, rubygems, hex, nuget, git
    package  = "asyncpg"                  # for Maven group:artifact, for git owner/name; "{version}" may be a part
    versions = ["0.27.0", "0.31.0"]       # for Debian the beginning of an upstream version, for git a branch or tag
    files    = ["asyncpg/connect_utils.py", "asyncpg/exceptions/*.py"]      # with ** for any number of folders
    idiom    = "python"                   # benchmarks/messages/idioms/<idiom>.py
    labels   = { "REL_18_1" = "18" }        # what a version is called in the report, if not by its own name

    [[also]]                              # the same program from elsewhere: what is not said is as above
    registry = "git"

    [[left_out]]                          # text = a string, or texts = several; * is any run of characters
    text    = "cursor {} is closed"
    because = "about a query, after the connection"

    [[left_out_files]]
    files   = ["asyncpg/cursor.py"]
    because = "queries"

Strings with fewer than 8 letters outside their values are codes or nothing that can be found; nobody lists them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.messages.fetch import NotToBeHad, fetched
from pgwhy.error_text.message import LETTERS
from pgwhy.error_text.statements import read

FOLDER = Path(__file__).parent
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.toml"))


@dataclass
class Release:
    """One version of a program, searched."""

    version: str
    read: dict[str, str] = field(default_factory=dict)
    """String → the file that has it."""
    unread: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """String → why."""

    @property
    def counted(self) -> int:
        """How many of its strings are to be read."""
        return len(self.read) + len(self.unread)


def measured(program: str, kept: Path) -> Iterator[Release | NotToBeHad]:
    """Every version of a program."""
    said = tomllib.loads((FOLDER / f"{program}.toml").read_text("utf-8"))
    also = said.pop("also", [])
    for source in (said, *({**said, **each} for each in also)):
        for version in source["versions"]:
            try:
                folder = fetched(source["registry"], source["package"].replace("{version}", version), version, kept)
            except NotToBeHad as problem:
                problem.version = source.get("labels", {}).get(version, version)
                yield problem
            else:
                yield searched(source, version, folder)


def searched(source: Mapping[str, Any], version: str, folder: Path) -> Release:
    """Every string of the files that are meant, by what becomes of it."""
    release = Release(source.get("labels", {}).get(version, version))
    strings = import_module(f"benchmarks.messages.idioms.{source['idiom']}").strings
    left_out = [
        (re.compile(translate(_literal(text)), re.DOTALL), each["because"])
        for each in source.get("left_out", ())
        for text in each.get("texts", [each.get("text")])
    ]
    seen: set[str] = set()
    paths = chosen(folder, source["files"])
    if not paths:
        raise SystemExit(f"{source['package']} {version}: no file is one of {source['files']} in {folder}")
    without = {
        path: each["because"] for each in source.get("left_out_files", ()) for path in chosen(folder, each["files"])
    }
    for path in paths:
        relative = path.relative_to(folder).as_posix()
        for text in strings(path.read_text("utf-8", errors="replace"), relative):
            text = " ".join(text.split())
            if text in seen or len("".join(text.replace("{}", "").split())) < LETTERS:
                continue
            seen.add(text)
            because = without.get(path) or next((why for pattern, why in left_out if pattern.match(text)), "")
            if is_read(text):
                release.read[text] = relative
            elif because:
                release.left_out[text] = because
            else:
                release.unread[text] = relative
    return release


def chosen(folder: Path, globs: list[str]) -> list[Path]:
    """The files that one of the patterns means, below the one folder that most archives have."""
    return sorted({path for each in globs for path in folder.glob(each) if path.is_file()})


@cache
def is_read(text: str) -> bool:
    """The catalogue finds a statement in it, with a neutral word for each value."""
    return bool(read(text.replace("{}", "example")).statements)


def _literal(text: str) -> str:
    """A pattern in which `*` alone means something."""
    return text.replace("[", "[[]").replace("?", "[?]")
