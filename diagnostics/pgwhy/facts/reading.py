"""Plain data, as in a saved report, read as the types of facts: all of it, or as far as it fits."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache, partial
from typing import Any

Value = Any
"""What a fact can be: None, a scalar, a StrEnum, a tuple of scalars, or a tuple of frozen dataclasses of those."""


class Misfit(ValueError):
    """A plain value is none that the fact can have."""


Reader = Callable[[Value], Value]
"""Makes of a plain value what a fact holds. Raises `Misfit`."""


@cache
def reader(hint: Any) -> Reader:
    """That of a type, as fields and derived facts have it."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (inner,) = (reader(part) for part in typing.get_args(hint) if part is not type(None))
        return lambda value: None if value is None else inner(value)
    if typing.get_origin(hint) is tuple:
        return partial(_read_list, reader(typing.get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return partial(_read_word, {word.value: word for word in hint})
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        own = hints(hint)
        return partial(_read_table, hint, [(f.name, f.default, reader(own[f.name])) for f in dataclasses.fields(hint)])
    return partial(_read_scalar, _SCALARS[hint])


_SCALARS: dict[type, tuple[type, ...]] = {str: (str,), bool: (bool,), int: (int,), float: (float, int)}


def _read_scalar(kinds: tuple[type, ...], value: Value) -> Value:
    if type(value) not in kinds:  # True is no number here
        raise Misfit(str(value))
    return value


def _read_word(words: Mapping[str, StrEnum], value: Value) -> StrEnum:
    if not isinstance(value, str) or value not in words:
        raise Misfit(str(value))
    return words[value]


def _read_list(item: Reader, value: Value) -> tuple[Value, ...]:
    if not isinstance(value, (list, tuple)):
        raise Misfit(str(value))
    return tuple([item(each) for each in value])


def _read_table(kind: type, fields: list[tuple[str, Value, Reader]], value: Value) -> Value:
    if not isinstance(value, Mapping):
        raise Misfit(str(value))
    given = {name: read(value[name]) for name, _, read in fields if name in value}
    for name, default, read in fields:
        if name not in given:
            given[name] = read(None) if default is dataclasses.MISSING else default
    return kind(**given)


def frozen(value: Value) -> Value:
    """Lists as tuples."""
    return tuple(frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


_HINTS: dict[type, dict[str, Any]] = {}


def hints(kind: type) -> dict[str, Any]:
    """The types of the fields of a value class."""
    if kind not in _HINTS:
        _HINTS[kind] = typing.get_type_hints(kind)
    return _HINTS[kind]


def typed(value: Value, read: Reader, hint: Any) -> Value:
    """A plain value as the field holds it; as it is where it does not fit, as a newer version may have written it."""
    try:
        return read(value)
    except Misfit:
        return _as_far_as_it_fits(value, hint)


def _as_far_as_it_fits(value: Value, hint: Any) -> Value:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (hint,) = [part for part in typing.get_args(hint) if part is not type(None)]
    if typing.get_origin(hint) is tuple and isinstance(value, (list, tuple)):
        return tuple(_as_far_as_it_fits(item, typing.get_args(hint)[0]) for item in value)
    if isinstance(hint, type) and issubclass(hint, StrEnum) and value in list(hint):
        return hint(value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and isinstance(value, Mapping):
        own = hints(hint)
        known = {f.name: value.get(f.name, f.default) for f in dataclasses.fields(hint)}
        return hint(
            **{k: None if v is dataclasses.MISSING else _as_far_as_it_fits(v, own[k]) for k, v in known.items()}
        )
    return frozen(value)
