"""The rule files on disk, and their compiled form, which can never be stale.

Parsing TOML is what loading would cost, so a build (hatch_build.py) writes what the files say as one JSON beside the
package, with the SHA-256 of each file's bytes. Whoever loads hashes the files as they are now: where the hash is
another, or there is none, the file itself is read. Nothing is written at run time. Only the standard library is
imported here, so that the build can use this module before anything is installed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

PACKAGE = Path(__file__).parent
COMPILED = PACKAGE / "rules-compiled.json"
COVERAGE = "coverage"
"""No rule has this id: `coverage.toml` says which documented failure is found by which rule."""


class RuleFile(NamedTuple):
    """One rule file as it is now."""

    id: str
    """Its path in the folder, with `/`, without `.toml`."""
    path: Path
    content: bytes
    sha256: str


class RuleProblem(NamedTuple):
    """One thing that is wrong with a rule file."""

    path: Path
    key: str
    """Where in the file: `when[1].tls.trust`, `fix.option-in-uri.change`; empty for the file as a whole."""
    says: str

    def __str__(self) -> str:
        return f"{self.path}: {self.key}: {self.says}" if self.key else f"{self.path}: {self.says}"


class RuleError(Exception):
    """Rule files that cannot be used."""

    def __init__(self, problems: Iterable[RuleProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def built_in() -> Path:
    """The folder of the built-in rules: in the package when it is installed, beside it in a checkout."""
    installed = PACKAGE / "rules"
    return installed if installed.is_dir() else PACKAGE.parent / "rules"


def files(folder: Path) -> list[RuleFile]:
    """Every `*.toml` below a folder but `coverage.toml`, in the order of their ids.

    `OSError` if the folder or a file cannot be read.
    """
    found = []
    for path in _toml_below(str(folder)):
        id = path[len(str(folder)) + 1 : -len(".toml")].replace(os.sep, "/")
        if id == COVERAGE:
            continue
        with open(path, "rb") as file:  # noqa: PTH123  a Path for each of 150 files costs as much as reading them
            content = file.read()
        found.append(RuleFile(id, Path(path), content, sha256(content).hexdigest()))
    return sorted(found)


def compiled(file: Path = COMPILED) -> dict[str, Any]:
    """SHA-256 → what the rule file with these bytes says, as TOML gives it. Empty where nothing was compiled.

    What the patterns need (`patterns.needles`) is then known as well: to find it out costs 40 ms.
    """
    try:
        known = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    needed = known.pop(_needles_key(), {})
    if isinstance(needed, dict):
        from diagnostics.patterns import remember  # a build has this module alone

        remember(needed)
    return {sha256: data for sha256, data in known.items() if not sha256.startswith(_NEEDLES)}


def write(said: Iterable[tuple[RuleFile, Any]], file: Path = COMPILED) -> None:
    """Keep what rule files say. The same files give the same bytes, wherever and whenever it is built."""
    # Sorted by the files alone: within a file the order of the fixes is the order in which they are offered.
    known = {rule.sha256: data for rule, data in said}
    patterns = _beside("patterns")
    whole = {pattern for data in known.values() for pattern in _patterns(data)}
    parts = {branch for pattern in whole for branch in patterns.branches(pattern)}
    needed = {pattern: patterns.needles(pattern) for pattern in sorted(whole | parts)}
    compiled = {sha256: known[sha256] for sha256 in sorted(known)} | ({_needles_key(): needed} if needed else {})
    file.write_text(json.dumps(compiled, ensure_ascii=False), encoding="utf-8")


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
    return _NEEDLES + sha256(Path(__file__).with_name("patterns.py").read_bytes()).hexdigest()


def _beside(name: str) -> Any:
    """A module of the standard library's means only, by its path: for a build, where there is no package."""
    import importlib.util

    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _toml_below(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _toml_below(entry.path)
        elif entry.name.endswith(".toml"):
            yield entry.path
