"""What programs can print: the messages of `rules/messages/<program>.toml`, and their compiled form.

    program = "libpq"
    speaker = "driver"
    about   = "the C library of Postgres' clients"
    source  = "PostgreSQL 13 to 18"
    marks   = ["psycopg2."]              # what shows that the program speaks, without saying anything

    [[said]]
    says  = "name-not-found"
    phase = "connecting"
    from  = "src/interfaces/libpq/fe-connect.c"
    texts = ['could not translate host name "{host}" to address: {reason}']
    codes = []                            # SQLSTATE, errno, P1001, ...: as `codes` names them

A `[[said]]` may have a `program` and a `speaker` of its own. `generic = true`: programs that have nothing to do with
Postgres print these sentences too, so they count only where a text shows Postgres.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pgwhy.error_text.message import Message, problems
from pgwhy.error_text.says import Says
from pgwhy.error_text.squeezed import SIX, rarest, sixes, squeezed
from pgwhy.error_text.words import Phase, Speaker
from pgwhy.shipped import MESSAGES, PACKAGE, built_in, content, plain
from pgwhy.shipped.digest import blake2b
from pgwhy.shipped.once import once
from pgwhy.values import dataclass

COMPILED = PACKAGE / "messages-compiled.bin"
FIELD = "\x7f"
"""No message has this control character."""


class CatalogueError(Exception):
    """Files of messages that cannot be used: each problem with its file."""


class Code(NamedTuple):
    """What a code says."""

    code: str
    program: str
    speaker: str
    says: str
    phase: str


@dataclass(frozen=True)
class Catalogue:
    """Every known message and code."""

    rows: tuple[str, ...]
    """The fields of each message, with `FIELD` between them."""
    filed: Mapping[str, str]
    """Six characters → the numbers of the messages to look for where a text has them."""
    codes: Mapping[str, Code]
    programs: Mapping[str, str]
    """What shows a program, squeezed → the program."""

    def candidates(self, text: str) -> Iterator[Message]:
        """The messages that a squeezed text may have, in the order of the catalogue."""
        numbers = {int(number) for six in self.filed.keys() & sixes(text) for number in self.filed[six].split()}
        for number in sorted(numbers):
            yield self._message(number)

    def shown(self, text: str) -> set[str]:
        """The programs that a squeezed text shows by their marks."""
        filed, short = self._marks
        near = (mark for six in filed.keys() & sixes(text) for mark in filed[six])
        return {self.programs[mark] for mark in (*near, *short) if mark in text}

    def __iter__(self) -> Iterator[Message]:
        return (self._message(number) for number in range(len(self.rows)))

    def _message(self, number: int) -> Message:
        known = self._messages.get(number)
        if known is None:
            text, program, speaker, says, phase, generic = self.rows[number].split(FIELD)
            known = self._messages[number] = Message(text, program, speaker, says, phase, bool(generic))
        return known

    @cached_property
    def _marks(self) -> tuple[dict[str, list[str]], list[str]]:
        """The marks under their first six characters, and those that are shorter."""
        filed: dict[str, list[str]] = {}
        for mark in self.programs:
            if len(mark) >= SIX:
                filed.setdefault(mark[:SIX], []).append(mark)
        return filed, [mark for mark in self.programs if len(mark) < SIX]

    @cached_property
    def _messages(self) -> dict[int, Message]:
        return {}


@once
def catalogue() -> Catalogue:
    """The catalogue that pgwhy comes with: compiled if the files are still those that were compiled."""
    folder = built_in() / MESSAGES
    files = _files(folder)
    known = plain.read(COMPILED)
    if not isinstance(known, dict) or known.get("digest") != _digest(files):
        known = _compiled(files)  # nothing was compiled, or at another time
    return _of_plain(known)


def compile_folder(folder: Path, file: Path = COMPILED) -> None:
    """Write the compiled form. The same files give the same bytes. Raises `CatalogueError`."""
    plain.write(_compiled(_files(folder)), file)


def _of_plain(known: Mapping[str, Any]) -> Catalogue:
    return Catalogue(
        known["rows"],
        known["filed"],
        {code: Code(code, *said) for code, said in known["codes"].items()},
        known["programs"],
    )


def _files(folder: Path) -> list[tuple[str, bytes]]:
    names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))  # noqa: PTH208  str is as good
    return [(name, content(f"{folder}/{name}")) for name in names]


def _digest(files: Iterable[tuple[str, bytes]]) -> str:
    digest: str = blake2b(b"".join(f"{name} {len(said)}\n".encode() + said for name, said in files)).hexdigest()
    return digest


def _compiled(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    import tomllib  # the compiled form does without

    rows: dict[tuple[str, ...], None] = {}
    codes: dict[str, tuple[str, str, str, str]] = {}
    programs: dict[str, str] = {}
    wrong: list[str] = []
    meant: dict[tuple[str, str], tuple[str, str]] = {}
    for name, raw in files:
        try:
            said = tomllib.loads(raw.decode())
        except ValueError as problem:
            wrong.append(f"{name}: {problem}")
            continue
        programs |= {squeezed(mark): said["program"] for mark in said.get("marks", ())}
        for number, group in enumerate(said.get("said", ()), 1):
            whose = (group.get("program", said.get("program", "")), group.get("speaker", said.get("speaker", "")))
            what = (str(group.get("says", "")), str(group.get("phase", "")))
            wrong += [f"{name}: said {number}: {problem}" for problem in _wrong(group, *whose, *what)]
            generic = "generic" if group.get("generic") else ""
            for text in group.get("texts", ()):
                if meant.setdefault((squeezed(text), whose[0]), what) != what:
                    wrong.append(f"{name}: said {number}: {text!r} says something else further up")
                rows[(text, *whose, *what, generic)] = None
            codes |= dict.fromkeys(group.get("codes", ()), (*whose, *what))
    if wrong:
        raise CatalogueError("\n".join(wrong))
    ordered = sorted(rows)
    return {
        "digest": _digest(files),
        # Each row and each list of numbers is one text, and taken apart only if it is asked for.
        "rows": tuple(map(FIELD.join, ordered)),
        "filed": _filed([row[0] for row in ordered]),
        "codes": dict(sorted(codes.items())),
        "programs": dict(sorted(programs.items())),
    }


def _wrong(group: Mapping[str, Any], program: str, speaker: str, says: str, phase: str) -> Iterator[str]:
    for key in group.keys() - {"program", "speaker", "says", "phase", "from", "texts", "codes", "generic"}:
        yield f'"{key}" is not known here'
    for value, kind, named in ((speaker, Speaker, "speaker"), (says, Says, "says"), (phase, Phase, "phase")):
        if value not in list(kind):
            yield f'{named}: "{value}" is none of the known words'
    if not program:
        yield "has no program"
    if not group.get("texts") and not group.get("codes"):
        yield "has neither texts nor codes"
    for text in group.get("texts", ()):
        if problem := problems(text):
            yield f"{text!r}: {problem}"


def _filed(texts: Iterable[str]) -> dict[str, str]:
    """Six characters → the numbers of the messages that are filed under them."""
    under: dict[str, list[str]] = {}
    for number, six in enumerate(rarest([Message(text, "", "", "", "", False).pieces for text in texts])):
        under.setdefault(six, []).append(str(number))
    return {six: " ".join(numbers) for six, numbers in sorted(under.items())}
