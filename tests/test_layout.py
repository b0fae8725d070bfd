"""How the package is laid out: what no import shows at run time, and no contract of import-linter asks for."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import pgwhy

pytestmark = pytest.mark.xdist_group("layout")
"""All look at the same trees, which one worker makes once."""
FOLDER = Path(pgwhy.__file__).parent
MOST_LOOSE_MODULES = 10
Graph = Mapping[str, Iterable[str]]


def named(folder: Path, package: str) -> dict[str, Path]:
    """The file of every module of a package, by the module's dotted name."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        found[".".join((package, *parts)).removesuffix(".__init__")] = path
    return found


def modules(folder: Path = FOLDER, package: str = "pgwhy") -> dict[str, ast.Module]:
    """Every module of a package, by its dotted name."""
    return {name: ast.parse(path.read_text("utf-8")) for name, path in named(folder, package).items()}


def imported(node: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    """Module and name (empty for a plain `import`) of every import, those in functions too. Imports for a type checker
    alone never run. `package` is what a relative import starts from."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for other in child.orelse:
                yield from imported(other, package)
        elif isinstance(child, ast.Import):
            yield from ((alias.name, "") for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            origin = resolve_name("." * child.level + (child.module or ""), package)
            yield from ((origin, alias.name) for alias in child.names)
        else:
            yield from imported(child, package)


def graph(trees: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """Which modules of ours each module imports."""
    arrows: dict[str, set[str]] = {}
    for module, tree in trees.items():
        is_package = any(name.startswith(f"{module}.") for name in trees)
        found = imported(tree, module if is_package else module.rpartition(".")[0])
        named = ((f"{origin}.{name}" if f"{origin}.{name}" in trees else origin) for origin, name in found)
        arrows[module] = {name for name in named if name in trees} - {module}
    return arrows


def circle(arrows: Graph) -> list[str]:
    """One circle of a graph; empty if there is none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def between_siblings(arrows: Mapping[str, set[str]], package: str) -> dict[str, set[str]]:
    """The same arrows between what is directly in a package: its modules and its packages as wholes."""

    def sibling(module: str) -> str:
        depth = package.count(".") + 2
        return ".".join(module.split(".")[:depth]) if module.startswith(f"{package}.") else ""

    merged: dict[str, set[str]] = {}
    for module, targets in arrows.items():
        if here := sibling(module):
            merged.setdefault(here, set()).update(set(map(sibling, targets)) - {here, ""})
    return merged


def bound(tree: ast.Module, package: str) -> set[str]:
    """The names that a package's `__init__` binds, imports of its own submodules apart."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.ImportFrom):
            names |= {
                a.asname or a.name for a in node.names if node.module != package or a.asname not in (None, a.name)
            }
    return names


PACKAGES = sorted({name.rpartition(".")[0] for name in named(FOLDER, "pgwhy") if "." in name})


@cache
def ours() -> dict[str, ast.Module]:
    return modules()


@cache
def our_arrows() -> dict[str, set[str]]:
    return graph(ours())


def test_no_module_imports_itself_by_way_of_others():
    assert circle(our_arrows()) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_in_a_package_imports_each_other_in_one_direction(package):
    assert circle(between_siblings(our_arrows(), package)) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_binds_the_name_of_a_module_in_it(package):
    """Which of the two `package.name` is would depend on what was imported before."""
    inner = {name.rpartition(".")[2] for name in ours() if name.rpartition(".")[0] == package}
    assert bound(ours()[package], package) & inner == set()


def test_the_package_shows_few_loose_modules():
    loose = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("__"))
    assert len(loose) <= MOST_LOOSE_MODULES, loose


def test_the_design_page_has_the_layers_of_the_contract():
    root = FOLDER.parents[1]
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    wanted = [set(re.split(r" [|:] ", layer)) for layer in contracts[0]["layers"]]
    table = (root / "docs" / "design.md").read_text("utf-8").partition("## Who owns what")[2].partition("\n## ")[0]
    told: list[set[str]] = []
    for number, names in re.findall(r"^\| (\d*) ?\| ([^|]+) \|", table, re.MULTILINE):
        if modules := set(re.findall(r"`(\w+)`", names)):
            told += [set()] if number else []
            told[-1] |= modules
    assert told == wanted


def test_a_circle_that_a_function_hides_is_found(tmp_path):
    (tmp_path / "a.py").write_text("def late():\n    from there import b\n")
    (tmp_path / "b.py").write_text("import there.c\n")
    (tmp_path / "c.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from there import a\n")
    assert circle(graph(modules(tmp_path, "there"))) == []
    (tmp_path / "c.py").write_text("from .a import late\n")
    assert set(circle(graph(modules(tmp_path, "there")))) == {"there.a", "there.b", "there.c"}


def test_a_circle_of_packages_without_a_circle_of_modules_is_found():
    arrows = {"p.x.one": {"p.y.one"}, "p.y.two": {"p.x.two"}, "p.x.two": set(), "p.y.one": set()}
    assert circle(arrows) == []
    assert set(circle(between_siblings(arrows, "p"))) == {"p.x", "p.y"}
