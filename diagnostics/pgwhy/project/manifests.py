"""The packages that a project's manifests and lock files name, one reader for each kind of file. Text in, packages out.

A file that cannot be read as what its name says raises `Unreadable`; what a reader does not understand in it is passed
over, as a build tool's language can say more than a table of versions. Nothing of the project is ever run.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from typing import Any

from pgwhy.values import dataclass


class Unreadable(ValueError):
    """The file is not what its name says; the message is a sentence without the file's name."""


@dataclass(frozen=True)
class Package:
    """One package that a file names."""

    registry: str
    """`pypi`, `npm`, `go`, `crates`, `maven`, `gems`, `composer`, `nuget` or `hex`."""
    name: str
    """In the spelling in which the registry compares names."""
    version: str = ""
    """Empty where the file does not say."""
    exact: bool = False
    """This very version; false: the lowest one that the file allows."""


def reader_of(name: str) -> Callable[[str], Iterator[Package]] | None:
    """What reads a file of this name; `None`: it is no manifest."""
    return next((reader for pattern, reader in _READERS if fnmatch(name, pattern)), None)


def _json(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is no JSON: {error}") from None
    return told if isinstance(told, dict) else {}


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(f"is no TOML: {error}") from None


def _table(value: Any, *keys: str) -> dict[str, Any]:
    """A table inside a table; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _ranged(registry: str, name: str, wanted: object) -> Package:
    """A version as a manifest asks for it: `^8.11.3`, `>=3.1,<4`, `~> 1.5`, `==2.9.9`, `42.7.3`."""
    found = _VERSION.search(wanted) if isinstance(wanted, str) else None
    if not found:
        return Package(registry, name)
    asks, version = found[1], found[2]
    if asks.startswith(("<", "!")):  # only an upper bound
        return Package(registry, name)
    return Package(registry, name, version, exact=asks.startswith("=") or (asks == "" and registry in _PINS))


def _package_json(text: str) -> Iterator[Package]:
    told = _json(text)
    for section in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
        for name, wanted in _table(told, section).items():
            yield _ranged("npm", name, wanted)


def _package_lock(text: str) -> Iterator[Package]:
    told = _json(text)
    for path, about in _table(told, "packages").items():  # lockfileVersion 2 and 3
        if path.startswith("node_modules/") and path.count("node_modules/") == 1:
            yield _locked("npm", path.removeprefix("node_modules/"), _table({"a": about}, "a").get("version"))
    if "packages" not in told:
        for name, about in _table(told, "dependencies").items():
            yield _locked("npm", name, _table({"a": about}, "a").get("version"))


def _yarn_lock(text: str) -> Iterator[Package]:
    for found in _YARN.finditer(text):
        yield _locked("npm", found[1], found[2])


def _pnpm_lock(text: str) -> Iterator[Package]:
    for found in _PNPM.finditer(text):
        yield _locked("npm", found[1], found[2])


def _requirements(text: str) -> Iterator[Package]:
    for line in text.splitlines():
        yield from _requirement(line)


def _requirement(line: object) -> Iterator[Package]:
    """PEP 508: `psycopg[binary]>=3.2 ; python_version > "3.8"`. An extra of psycopg is a package of its own."""
    found = _REQUIREMENT.match(line) if isinstance(line, str) else None
    if not found:
        return
    name, extras, wanted = _python_name(found[1]), found[2] or "", found[3]
    yield _ranged("pypi", name, wanted)
    if "binary" in extras:
        yield _ranged("pypi", f"{name}-binary", wanted)


def _pyproject(text: str) -> Iterator[Package]:
    told = _toml(text)
    project, poetry = _table(told, "project"), _table(told, "tool", "poetry")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    for requirements in (*lists, *_table(told, "dependency-groups").values()):
        for requirement in _items(requirements):
            yield from _requirement(requirement)
    groups = [poetry, *_table(poetry, "group").values()]
    for group in groups:
        yield from _versions("pypi", _table(group, "dependencies"), _python_name)


def _python_lock(text: str) -> Iterator[Package]:
    """poetry.lock, uv.lock, pdm.lock and pylock.toml."""
    told = _toml(text)
    for about in (*_items(told.get("package")), *_items(told.get("packages"))):
        if isinstance(about, dict) and isinstance(about.get("name"), str):
            yield _locked("pypi", _python_name(about["name"]), about.get("version"))


def _pipfile(text: str) -> Iterator[Package]:
    told = _toml(text)
    for section in ("packages", "dev-packages"):
        yield from _versions("pypi", _table(told, section), _python_name)


def _pipfile_lock(text: str) -> Iterator[Package]:
    told = _json(text)
    for section in ("default", "develop"):
        for name, about in _table(told, section).items():
            version = _table({"a": about}, "a").get("version")
            yield _locked("pypi", _python_name(name), version.lstrip("=") if isinstance(version, str) else None)


def _go_mod(text: str) -> Iterator[Package]:
    for found in _GO.finditer(text):
        if "// indirect" not in found[3]:
            yield Package("go", found[1], found[2], exact=True)


def _cargo_toml(text: str) -> Iterator[Package]:
    told = _toml(text)
    targets = [told, _table(told, "workspace"), *_table(told, "target").values()]
    for target in targets:
        for section in ("dependencies", "dev-dependencies"):
            yield from _versions("crates", _table(target, section))


def _cargo_lock(text: str) -> Iterator[Package]:
    for about in _items(_toml(text).get("package")):
        if isinstance(about, dict) and isinstance(about.get("name"), str):
            yield _locked("crates", about["name"], about.get("version"))


def _versions(registry: str, table: dict[str, Any], spelled: Callable[[str], str] = str) -> Iterator[Package]:
    """`name = "1.2"` and `name = { version = "1.2", extras = ["binary"] }`."""
    for name, wanted in table.items():
        about = wanted if isinstance(wanted, dict) else {"version": wanted}
        yield _ranged(registry, spelled(about.get("package", name)), about.get("version"))
        if "binary" in _items(about.get("extras")):
            yield _ranged(registry, f"{spelled(name)}-binary", about.get("version"))


def _pom(text: str) -> Iterator[Package]:
    """By pattern: an XML reader would resolve entities, and Maven's own properties it would not resolve."""
    text = _XML_COMMENT.sub("", text)
    properties = dict(_PROPERTY.findall(text))
    for block in _DEPENDENCY.findall(text):
        parts = dict(_PROPERTY.findall(block))
        version = parts.get("version", "").strip()
        if version.startswith("${"):
            version = properties.get(version[2:-1], "").strip()
        yield _ranged("maven", f"{parts.get('groupId', '').strip()}:{parts.get('artifactId', '').strip()}", version)


def _gradle(text: str) -> Iterator[Package]:
    for found in _GRADLE.finditer(text):
        yield _ranged("maven", f"{found[1]}:{found[2]}", found[3] or "")


def _gemfile(text: str) -> Iterator[Package]:
    for found in _GEM.finditer(text):
        yield _ranged("gems", found[1], found[2] or "")


def _gemfile_lock(text: str) -> Iterator[Package]:
    for found in _GEM_LOCKED.finditer(text):
        yield _locked("gems", found[1], found[2])


def _composer(text: str) -> Iterator[Package]:
    told = _json(text)
    for section in ("require", "require-dev"):
        for name, wanted in _table(told, section).items():
            yield _ranged("composer", name.lower(), wanted)


def _dotnet(text: str) -> Iterator[Package]:
    for found in _DOTNET.finditer(_XML_COMMENT.sub("", text)):
        version = _DOTNET_VERSION.search(found[0])
        yield _ranged("nuget", found[1].lower(), version[1] if version else "")


def _mix(text: str) -> Iterator[Package]:
    for found in _MIX.finditer(text):
        yield _ranged("hex", found[1], found[2] or "")


def _mix_lock(text: str) -> Iterator[Package]:
    for found in _MIX_LOCKED.finditer(text):
        yield _locked("hex", found[1], found[2])


def _locked(registry: str, name: str, version: object) -> Package:
    return Package(registry, name, version if isinstance(version, str) else "", exact=isinstance(version, str))


def _python_name(name: str) -> str:
    """As PyPI compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


_VERSION = re.compile(r"([=<>~^!]{0,3})\s*v?(\d[\w.+-]*)")
_PINS = frozenset(("maven", "nuget"))
"""Where a bare version in a manifest is that version. NuGet's is a minimum that restores exactly while it exists."""
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*\(?([^;#]*)")
_YARN = re.compile(r'^"?(@?[^@\s"]+)@[^\n]*:\n(?:  [^\n]*\n)*?  version:? "?([^"\s]+)"?', re.MULTILINE)
_PNPM = re.compile(r"^  ['\"/]{0,2}(@?[^@\s'\"(]+)@(\d[^:('\"\s]*)(?:\([^\n]*\))?['\"]?:", re.MULTILINE)
_GO = re.compile(r"^\s*(?:require\s+)?([\w.-]+\.[\w./-]+)\s+v(\d[\w.+-]*)([^\n]*)", re.MULTILINE)
_XML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PROPERTY = re.compile(r"<([\w.-]+)>([^<>]*)</")
_DEPENDENCY = re.compile(r"<dependency>(.*?)</dependency>", re.DOTALL)
_GRADLE = re.compile(r"""["']([\w.-]+):([\w.-]+)(?::([\w.-]+))?["'@:]""")
_GEM = re.compile(r"""^\s*gem\s*\(?\s*["']([\w-]+)["'](?:\s*,\s*["']([^"']+)["'])?""", re.MULTILINE)
_GEM_LOCKED = re.compile(r"^    ([\w-]+) \((\d[\w.]*)(?:-[\w-]+)?\)", re.MULTILINE)
_DOTNET = re.compile(r"<Package(?:Reference|Version)\s+[^>]*?Include=\"([\w.-]+)\"(?:[^>]*/>|.*?</Package)", re.DOTALL)
_MIX = re.compile(r"\{\s*:(\w+)\s*,\s*(?:\"([^\"]+)\")?")
_MIX_LOCKED = re.compile(r"^\s*\"(\w+)\": \{:hex, :\w+, \"([^\"]+)\"", re.MULTILINE)
_DOTNET_VERSION = re.compile(r"Version(?:=\"|>)([^\"<]+)")

_READERS: tuple[tuple[str, Callable[[str], Iterator[Package]]], ...] = (
    ("package.json", _package_json),
    ("package-lock.json", _package_lock),
    ("npm-shrinkwrap.json", _package_lock),
    ("yarn.lock", _yarn_lock),
    ("pnpm-lock.yaml", _pnpm_lock),
    ("*requirements*.txt", _requirements),
    ("*requirements*.in", _requirements),
    ("pyproject.toml", _pyproject),
    ("poetry.lock", _python_lock),
    ("uv.lock", _python_lock),
    ("pdm.lock", _python_lock),
    ("pylock*.toml", _python_lock),
    ("Pipfile", _pipfile),
    ("Pipfile.lock", _pipfile_lock),
    ("go.mod", _go_mod),
    ("Cargo.toml", _cargo_toml),
    ("Cargo.lock", _cargo_lock),
    ("pom.xml", _pom),
    ("build.gradle", _gradle),
    ("build.gradle.kts", _gradle),
    ("*.versions.toml", _gradle),
    ("Gemfile", _gemfile),
    ("Gemfile.lock", _gemfile_lock),
    ("composer.json", _composer),
    ("*.csproj", _dotnet),
    ("Directory.Packages.props", _dotnet),
    ("mix.exs", _mix),
    ("mix.lock", _mix_lock),
)
