"""Python: what dictionaries, calls and assignments of a program say, as Python parses it, without running it.

`DATABASES = {"default": {"HOST": "h"}}` is `("DATABASES", "default", "HOST")`, and `connect(host="h")` is
`("connect", "host")`. Read are the environment as the standard library, django-environ, environs, decouple and
dj-database-url read it, formatted strings, and names that the module gives to such values once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from pgwhy.target.files.entry import Entry, Expression, Variable
from pgwhy.target.files.syntaxes import literals
from pgwhy.target.files.syntaxes.literals import Parts
from pgwhy.target.forms.found import NotThere

DEEPEST = 40


def read(text: str) -> list[list[Entry]]:
    """A document for what always holds, and one for each branch of an `if`. Raises `NotThere`."""
    text = text.removeprefix("\ufeff")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotThere("it is no Python that can be parsed") from None
    reader = _Reader(text, tree)
    reader.body(tree.body, ())
    always = {entry.path for entry in reader.documents.get(0, ())}
    # A branch that does nothing but change what always holds is no connection of its own.
    documents = [found for branch, found in reader.documents.items() if not branch or {e.path for e in found} - always]
    return [list({entry.path: entry for entry in found}.values()) for found in documents]


class _Reader:
    def __init__(self, text: str, tree: ast.Module) -> None:
        self.lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.constants = _constants(tree)
        self.documents: dict[int, list[Entry]] = {}
        self.branch = 0

    def body(self, statements: list[ast.stmt], path: tuple[str, ...]) -> None:
        """The statements of a module, a class or a branch."""
        for statement in statements:
            if isinstance(statement, ast.If | ast.Try | ast.With | ast.For | ast.While | ast.Match):
                self._branches(statement, path)
            elif isinstance(statement, ast.ClassDef):
                self.body(statement.body, (*path, statement.name))
            elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                self.body(statement.body, path)
            elif isinstance(statement, ast.Assign):
                for target in statement.targets:
                    self._forget((*path, *_names(target)))
                    self.value(statement.value, (*path, *_names(target)), 0)
            elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
                self.value(statement.value, (*path, *_names(statement.target)), 0)
            else:
                self._calls(statement, path)

    def _forget(self, path: tuple[str, ...]) -> None:
        """What was said of a name before it is given another value."""
        document = self.documents.get(self.branch, [])
        document[:] = [entry for entry in document if entry.path[: len(path)] != path]

    def _branches(self, statement: ast.stmt, path: tuple[str, ...]) -> None:
        outer = self.branch
        for name in ("body", "orelse", "finalbody"):
            if inner := getattr(statement, name, None):
                if isinstance(statement, ast.If):
                    self.branch = max(self.documents, default=0) + 1
                self.body(inner, path)
                self.branch = outer
        for item in getattr(statement, "items", ()):
            self.value(item.context_expr, path, 0)

    def _calls(self, statement: ast.stmt, path: tuple[str, ...]) -> None:
        """A call whose result nobody keeps; `DATABASES["default"].update(...)` is an assignment."""
        call = getattr(statement, "value", None)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "update":
            for argument in call.args[:1]:
                self.value(argument, (*path, *_names(call.func.value)), 0)
            return
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                self.value(node, path, 0)

    def value(self, node: ast.expr, path: tuple[str, ...], depth: int) -> None:
        """What an expression says, as the value of this path."""
        if depth > DEEPEST:
            return
        if isinstance(node, ast.Dict):
            for key, each in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self.value(each, (*path, key.value), depth + 1)
        elif isinstance(node, ast.Call) and (url := self._url_of(node)) is not None:
            self._keep(url[0], (*path, "url"), url[1])
        elif isinstance(node, ast.Call) and self._parts(node, 0) is None:
            self._arguments(node, path, depth)
        elif isinstance(node, ast.Await | ast.Starred):
            self.value(node.value, path, depth + 1)
        else:
            self._keep(node, path, self._parts(node, 0))

    def _arguments(self, node: ast.Call, path: tuple[str, ...], depth: int) -> None:
        name = _called(node).rpartition(".")[2]
        inner = (*path, name) if name not in ("dict", *path) else path
        for keyword in node.keywords:
            if keyword.arg:
                self.value(keyword.value, (*inner, keyword.arg), depth + 1)
        for argument in node.args:
            parts = self._parts(argument, 0)
            if parts and literals.is_connection("".join(part for part in parts if isinstance(part, str))):
                self._keep(argument, (*inner, "url"), parts)
            elif parts and len(parts) == 1 and isinstance(parts[0], Variable) and parts[0].names:
                plain = parts[0].default is None and not parts[0].otherwise
                self._keep(argument, (*inner, parts[0].names[0] if plain else "url"), parts)
            elif isinstance(argument, ast.Call | ast.Dict):
                self.value(argument, inner, depth + 1)

    def _url_of(self, node: ast.Call) -> tuple[ast.expr, Parts] | None:
        """The URL that dj-database-url and its like take apart: `config(default=...)`, `parse(...)`, `env.db(...)`."""
        called = _called(node)
        last = called.rpartition(".")[2]
        if called in ("dj_database_url.parse", "parse_database_url") and node.args:
            return node.args[0], self._parts(node.args[0], 0)
        if called == "dj_database_url.config" or last in ("db", "db_url", "db_url_config", "dj_db_url"):
            default = next((k.value for k in node.keywords if k.arg == "default"), None)
            named = [k.value for k in node.keywords if k.arg in ("env", "var")] + list(node.args[:1])
            name = next((str(n.value) for n in named if isinstance(n, ast.Constant)), "DATABASE_URL")
            taken: Parts = (Variable((name,)),)
            return node, literals.either(taken, self._parts(default, 0)) if default is not None else taken
        return None

    def _keep(self, node: ast.expr, path: tuple[str, ...], parts: Parts) -> None:
        literal = self._constant(node)
        document = self.documents.setdefault(self.branch, [])
        if isinstance(literal, ast.Constant):
            if literal.value is not None:
                document.append(Entry(path, _text(literal.value), literal.lineno, self._span(literal)))
        else:
            document.append(Entry(path, ast.unparse(literal), literal.lineno, None, Expression(parts)))

    def _constant(self, node: ast.expr) -> ast.expr:
        """The literal behind a name that is given once."""
        for _ in range(5):
            if not isinstance(node, ast.Name) or node.id not in self.constants:
                break
            node = self.constants[node.id]
        return node

    def _span(self, node: ast.Constant) -> tuple[int, int] | None:
        """The characters of a text in one piece; Python counts columns in bytes."""
        if not isinstance(node.value, str | int) or node.end_lineno != node.lineno or node.end_col_offset is None:
            return None
        line = self.lines[node.lineno - 1].encode()
        start = self.starts[node.lineno - 1]
        begin = start + len(line[: node.col_offset].decode())
        return begin, start + len(line[: node.end_col_offset].decode())

    def _parts(self, node: ast.expr, depth: int) -> Parts:
        node = self._constant(node)
        if depth > 8:
            return None
        if isinstance(node, ast.Constant):
            return (Variable(()),) if node.value is None else (_text(node.value),)
        if isinstance(node, ast.JoinedStr):
            return literals.joined(self._parts(each, depth + 1) for each in node.values)
        if isinstance(node, ast.FormattedValue):
            return self._parts(node.value, depth + 1) if node.format_spec is None else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return literals.joined(self._parts(each, depth + 1) for each in (node.left, node.right))
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
            return literals.either(self._parts(node.values[0], depth + 1), self._parts(node.values[1], depth + 1))
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "environ":
            return _variable(node.slice)
        if isinstance(node, ast.Call):
            return self._from_environment(node, depth)
        return None

    def _from_environment(self, node: ast.Call, depth: int) -> Parts:
        called = _called(node)
        if called in ("int", "str") and len(node.args) == 1:
            return self._parts(node.args[0], depth + 1)
        reads = called in _READERS or called.partition(".")[0] in ("env", "decouple")
        if not reads or not node.args:
            return None
        keywords: Mapping[str | None, ast.expr] = {keyword.arg: keyword.value for keyword in node.keywords}
        default = node.args[1] if len(node.args) > 1 else keywords.get("default")
        taken = _variable(node.args[0])
        return literals.either(taken, self._parts(default, depth + 1)) if default is not None else taken


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _variable(node: ast.expr) -> Parts:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    return (Variable((node.value,)),)


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""


def _names(node: ast.expr) -> Iterator[str]:
    """`("DATABASES", "default")` of `DATABASES["default"]`."""
    if isinstance(node, ast.Subscript):
        yield from _names(node.value)
        if isinstance(node.slice, ast.Constant):
            yield str(node.slice.value)
    elif isinstance(node, ast.Name | ast.Attribute):
        yield node.id if isinstance(node, ast.Name) else node.attr


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The names to which the module gives a value exactly once."""
    found: dict[str, ast.expr] = {}
    twice: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            twice |= {name} & found.keys()
            found[name] = node.value
    return {name: node for name, node in found.items() if name not in twice}


_READERS = frozenset(("os.environ.get", "environ.get", "os.getenv", "getenv", "env", "config"))
