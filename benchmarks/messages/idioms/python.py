"""The messages that Python source can raise: of modules, of Cython, and of C that is written for CPython.

A message is a string that is given to an exception: `raise OperationalError("...")`, an exception that is made and
raised later, a string that a variable holds on its way there, a class attribute that is the text of a class of errors.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator


def strings(source: str, path: str) -> Iterator[str]:
    """The format strings of one file; each value is `{}`. What is not Python is read call by call."""
    if path.endswith((".c", ".h")):
        yield from _of_c(source)
    elif path.endswith((".pyx", ".pxi", ".pxd")):
        yield from _of_cython(source)
    else:
        yield from _of_module(ast.parse(source))


def _of_module(module: ast.Module) -> Iterator[str]:
    scopes = [each for each in ast.walk(module) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in (module, *scopes):
        held: dict[str, list[ast.expr]] = {}
        calls: list[ast.Call] = []
        for each in _within(scope):
            if isinstance(each, ast.Assign | ast.AugAssign | ast.AnnAssign) and each.value is not None:
                targets = each.targets if isinstance(each, ast.Assign) else [each.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        held.setdefault(target.id, []).append(each.value)
            elif isinstance(each, ast.Call) and _is_exception(each.func):
                calls.append(each)
        for call in calls:
            for given in (*call.args, *(keyword.value for keyword in call.keywords)):
                named = held.get(given.id, []) if isinstance(given, ast.Name) else [given]
                for value in named:
                    yield from _texts(value)


def _within(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the functions in it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _within(child)


def _is_exception(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return bool(_EXCEPTION.search(name))


def _texts(value: ast.expr) -> Iterator[str]:
    """The texts that an expression can be: of a conditional both."""
    if isinstance(value, ast.IfExp):
        yield from _texts(value.body)
        yield from _texts(value.orelse)
    elif isinstance(value, ast.BoolOp):
        for each in value.values:
            yield from _texts(each)
    else:
        text = _text(value)
        if text.replace("{}", "").strip():
            yield text


def _text(value: ast.expr) -> str:
    """The format string of an expression; a hole if it has no words."""
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _PERCENT.sub(lambda found: "%" if found[0] == "%%" else "{}", _text(left))
        case ast.Call(func=ast.Attribute(value=inner, attr="format")):
            return _FIELD.sub(lambda found: found[0][0] if found[0] in ("{{", "}}") else "{}", _text(inner))
        case ast.Call(func=ast.Attribute(value=inner, attr="strip" | "rstrip" | "lstrip")):
            return _text(inner)
        case ast.Call(func=ast.Name(id="_" | "gettext"), args=[inner, *_]):
            return _text(inner)
    return "{}"


def _of_cython(source: str) -> Iterator[str]:
    """Each call of an exception, and each variable for a message, by itself: the rest is not Python's grammar."""
    for found in _CALL.finditer(source):
        call = _parsed(f"f{_balanced(source, found.end() - 1)}")
        if isinstance(call, ast.Call):
            for given in (*call.args, *(keyword.value for keyword in call.keywords)):
                yield from _texts(given)
    for found in _HELD.finditer(source):
        at = found.end()
        value = _parsed(_balanced(source, at) if source[at] == "(" else source[at : source.find("\n", at)])
        if value is not None:
            yield from _texts(value)


def _parsed(expression: str) -> ast.expr | None:
    try:
        return ast.parse(expression, mode="eval").body
    except SyntaxError:
        return None


def _balanced(source: str, start: int) -> str:
    """From a bracket to the one that closes it; brackets in strings are left out of the count."""
    depth = 0
    for token in _TOKEN.finditer(source, start):
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            depth -= 1
            if not depth:
                return source[start : token.end()]
    return ""


def _of_c(source: str) -> Iterator[str]:
    """What C gives to CPython's functions for exceptions, and to a module's own ones."""
    for found in _C_CALL.finditer(source):
        arguments = _C_STRINGS.search(_balanced(source, found.end() - 1))
        if arguments:
            parts = (
                "{}" if part[0] == "#" else _percents(part[1:-1].encode().decode("unicode_escape"))
                for part in _C_PART.findall(arguments[0])
            )
            if (text := "".join(parts)).replace("{}", "").strip():
                yield text


def _percents(text: str) -> str:
    """A format string of printf, or of `%`, with `{}` for each conversion."""
    return _PERCENT.sub(lambda found: "%" if found[0] == "%%" else "{}", text)


_EXCEPTION = re.compile(
    r"(?:Error|Exception|Warning|Timeout|TimedOut|Closed|TooManyRequests|Canceled|Interrupted|"
    r"Expired|Mismatch|MissingGreenlet)$|^_?[a-z_]*(?:error|exception)$"
)
_CALL = re.compile(r"\b\w*(?:Error|Exception|Warning)\(|\braise [\w.]+\(|\b_?\w*_error\(")
_HELD = re.compile(r"^\s*(?:msg|message|reason)\s*=\s*(?=['\"(f])", re.MULTILINE)
_PERCENT = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:ll|l|z|h)?[a-zA-Z]|%%")
_FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_TOKEN = re.compile(
    r"\"{3}.*?\"{3}|'{3}.*?'{3}|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|#[^\n]*|[()\[\]{}]", re.DOTALL
)
_C_CALL = re.compile(
    r"\b(?:PyErr_(?:SetString|Format|WarnEx|WarnFormat)|psyco_set_error|conn_set_error|\w*_set_error)\s*\("
)
_C_PART = re.compile(r'"(?:\\.|[^"\\])*"|#\w+')
"""A string, or a macro's argument made one."""
_C_STRINGS = re.compile(r'(?:#\w+[\s\\]*)?"(?:\\.|[^"\\])*"(?:[\s\\]*"(?:\\.|[^"\\])*")*')
