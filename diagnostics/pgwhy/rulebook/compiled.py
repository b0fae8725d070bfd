"""The rule files on disk, and their compiled form, which can never be stale.

Parsing TOML is what loading would cost, so a build (hatch_build.py) writes what the files say into one file beside the
package, with a hash of each file's bytes. The loader hashes the files as they are now: where the hash is another,
or there is none, the file itself is read. Nothing is written at run time. Only the standard library and the
package itself are imported here, so that the build can use this module before anything is installed.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from pgwhy.foreign import files as reader
from pgwhy.shipped import MESSAGES, PACKAGE, content, is_built_in, plain
from pgwhy.shipped.digest import blake2b, sha256

COMPILED = PACKAGE / "rules-compiled.bin"
MAX_BYTES = 32_768
"""Of a rule file. The longest of ours has 11 kB."""
MAX_FILES = 1_000
"""Of a folder, with all folders in it."""
MAX_TOTAL = 2 * 1024 * 1024
"""Bytes of all rule files of a folder."""
MAX_ENTRIES = 10_000
"""Names of files and folders that are looked at in a folder of rules: `--rules /` is a mistake."""
COVERAGE = "coverage"
"""No rule has this id: `coverage.toml` says which documented failure is found by which rule."""


class RuleFile(NamedTuple):
    """One rule file as it is now."""

    id: str
    """Its path in the folder, with `/`, without `.toml`."""
    place: str
    """Its path in the file system."""
    content: bytes
    hash: str
    """BLAKE2b of its bytes, hex: by it the compiled form is known."""

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes, hex."""
        return str(sha256(self.content).hexdigest())

    @property
    def path(self) -> Path:
        """Its path in the file system."""
        return Path(self.place)


class RuleProblem(NamedTuple):
    """One thing that is wrong with a rule file."""

    path: Path
    key: str
    """Where in the file: `when[1].tls.trust`, `fix.option-in-uri.change`; empty for the file as a whole."""
    says: str
    line: int = 0
    """The line of the file, from 1; 0: not known."""

    def __str__(self) -> str:
        """`team/auth/x.toml: line 12: fix.a.change: ...`, without what a hostile file could do to a terminal."""
        from pgwhy.error_text import without_escapes  # only for somebody who made a mistake

        parts = (str(self.path), f"line {self.line}" if self.line else "", self.key, self.says)
        return without_escapes(": ".join(filter(None, parts))).translate({9: " ", 10: " "})


class RuleError(Exception):
    """Rule files that cannot be used."""

    SHOWN = 20
    """The number of problems reported; a person fixes these first."""

    def __init__(self, problems: Iterable[RuleProblem]) -> None:
        self.problems = tuple(problems)
        told = [str(problem) for problem in self.problems[: self.SHOWN]]
        rest = len(self.problems) - len(told)
        super().__init__("\n".join([*told, *([f"and {rest} more"] if rest else [])]))

    @property
    def is_ours(self) -> bool:
        """A built-in rule is wrong, which no user can help."""
        return any(is_built_in(problem.path) for problem in self.problems)


def files(folder: Path) -> list[RuleFile]:
    """Every `*.toml` below a folder but `coverage.toml`, in the order of their ids.

    Names that begin with a full stop are left out, and links to folders are not followed. `RuleError` names everything
    that cannot be read, or that is more than a folder of rules has.
    """
    problems: list[RuleProblem] = []
    found = []
    size = 0
    read = _read_ours if is_built_in(folder) else read_file
    for path in _toml_below(str(folder), problems):
        id = path[len(str(folder)) + 1 : -len(".toml")].replace(os.sep, "/")
        if id == COVERAGE:
            continue
        try:
            found.append(file := read(path, id))
        except OSError as problem:
            if problem.errno in (errno.EMFILE, errno.ENFILE):
                raise  # it says nothing of the rules
            problems.append(RuleProblem(Path(path), "", f"cannot be read: {problem.strerror}"))
            continue
        size += len(file.content)
        if len(found) > MAX_FILES or size > MAX_TOTAL:
            says = f"has more than {MAX_FILES} rules, or than {MAX_TOTAL // 1024} kB of them"
            problems.append(RuleProblem(folder, "", says))
            break
    if problems:
        raise RuleError(problems)
    return sorted(found)


def of_folders(folders: Iterable[Path]) -> tuple[list[RuleFile], list[RuleProblem]]:
    """The files of several folders, and what is wrong with reading them."""
    found: list[RuleFile] = []
    problems: list[RuleProblem] = []
    for folder in folders:
        try:
            found.extend(files(folder))
        except RuleError as error:
            problems.extend(error.problems)
    return found, problems


def state(folder: Path) -> tuple[tuple[str, int, int, int, int] | str, ...]:
    """Of each file that `files` reads what changes when the file does, without reading it."""
    found: list[tuple[str, int, int, int, int] | str] = []
    for path in _toml_below(str(folder), []):
        try:
            it = os.stat(path)  # noqa: PTH116  a str is as good, and sooner
        except OSError:
            found.append(path)  # who reads it says what is wrong
        else:
            found.append((path, it.st_ino, it.st_size, it.st_mtime_ns, it.st_ctime_ns))
    return tuple(found)


def read_file(path: Path | str, id: str) -> RuleFile:
    """One rule file. Raises `OSError`: it is not there, is no regular file, or has more than `MAX_BYTES`."""
    raw = bytes(reader.content(path, MAX_BYTES))
    return RuleFile(id, str(path), raw, blake2b(raw).hexdigest())


def _read_ours(path: str, id: str) -> RuleFile:
    raw = content(path)
    return RuleFile(id, path, raw, blake2b(raw).hexdigest())


class Said(Mapping[str, Any]):
    """What a rule file says, as TOML gives it. What every run asks of every rule is there (`HEAD`); the rest, which is
    ten times as much, is unpacked when it is asked for."""

    HEAD = ("when", "supersedes")

    def __init__(self, sha256: str, head: Mapping[str, Any], packed: bytes) -> None:
        self.sha256 = sha256
        """That of the file, hex."""
        self._head = head
        self._packed = packed

    def __getitem__(self, key: str) -> Any:
        return self._head[key] if key in self.HEAD else self._whole[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)

    @cached_property
    def _whole(self) -> dict[str, Any]:
        whole: dict[str, Any] = plain.unpacked(self._packed)
        return whole


def compiled(file: Path = COMPILED) -> dict[str, Said]:
    """`RuleFile.hash` → what the file with these bytes says. Empty where nothing was compiled.

    What the patterns need (`patterns.needles`) is then known as well: to find it out costs 40 ms.
    """
    known = plain.read(file)
    if not isinstance(known, dict):
        return {}
    needed = known.pop(_needles_key(), {})
    if isinstance(needed, dict):
        from pgwhy.rulebook.patterns import remember

        remember(needed)
    return {hash: Said(*kept) for hash, kept in known.items() if isinstance(kept, tuple)}


def write(said: Iterable[tuple[RuleFile, Any]], file: Path = COMPILED) -> None:
    """Keep what rule files say. The same files give the same bytes, wherever and whenever it is built."""
    # Sorted by the files alone: within a file the order of the fixes is the order in which they are offered.
    known = {rule.hash: (rule.sha256, data) for rule, data in said}
    from pgwhy.rulebook import patterns  # the run time has what it found

    whole = {pattern for _, data in known.values() for pattern in _patterns(data)}
    parts = {branch for pattern in whole for branch in patterns.branches(pattern)}
    needed = {pattern: patterns.needles(pattern) for pattern in sorted(whole | parts)}
    kept = ((hash, *known[hash]) for hash in sorted(known))
    compiled = {hash: (sha256, _head(data), plain.packed(data)) for hash, sha256, data in kept}
    plain.write(compiled | ({_needles_key(): needed} if needed else {}), file)


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: data[key] for key in Said.HEAD if key in data}


def compile_folder(folder: Path, file: Path = COMPILED) -> None:
    """Compile every file of a folder as it is, unchecked: for a build, whose rules the tests have checked."""
    import tomllib  # the run time has the compiled form and does without

    write(((rule, tomllib.loads(rule.content.decode())) for rule in files(folder)), file)


def _patterns(said: Any) -> Iterator[str]:
    """Every regular expression of a rule."""
    for key, value in said.items() if isinstance(said, dict) else ((None, item) for item in said):
        if key == "matches" and isinstance(value, str):
            yield value
        elif isinstance(value, (dict, list)):
            yield from _patterns(value)


_NEEDLES = "needles "


def _needles_key() -> str:
    """With the SHA-256 of the module that finds them out, so that what another version of it found is not believed."""
    return f"{_NEEDLES}{sha256(Path(__file__).with_name('patterns.py').read_bytes()).hexdigest()}"


def _toml_below(folder: str, problems: list[RuleProblem]) -> Iterator[str]:
    """In the order of their names, so that the same folder is always read in the same way."""
    waiting, seen = [folder], 0
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as there:
                entries = sorted(islice(there, MAX_ENTRIES + 1), key=lambda entry: entry.name)
        except OSError as problem:
            if problem.errno in (errno.EMFILE, errno.ENFILE):
                raise  # it says nothing of the rules
            problems.append(RuleProblem(Path(here), "", f"cannot be read: {problem.strerror}"))
            continue
        seen += len(entries)
        if seen > MAX_ENTRIES:
            says = f"has more than {MAX_ENTRIES} files and folders: name the folder of the rules itself"
            problems.append(RuleProblem(Path(folder), "", says))
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name == MESSAGES and is_built_in(Path(entry.path)):
                    continue  # they are read elsewhere
                waiting.append(entry.path)
            elif entry.name.endswith(".toml"):
                yield entry.path
