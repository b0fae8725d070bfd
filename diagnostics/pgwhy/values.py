"""Value classes: `dataclasses.dataclass` with methods that all classes share.

The standard decorator writes the methods of every class as source text and compiles it: most of a millisecond a class,
50 ms a run, while `python -c pass` takes 12. Here it only collects the fields, so that `fields`, `replace` and
`is_dataclass` work as ever.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(kind: type | None = None, *, frozen: bool = False, repr: bool = True) -> Any:
        """As `dataclasses.dataclass`. What inherits from such a class has to be made here as well."""
        if kind is None:
            return lambda kind: dataclass(kind, frozen=frozen, repr=repr)
        kind.__doc__ = kind.__doc__ or kind.__name__  # the standard decorator would look for the signature
        kind = dataclasses.dataclass(init=False, repr=False, eq=False)(kind)
        shared = {"__init__": _init, "__eq__": _eq}
        if repr:
            shared["__repr__"] = _repr
        if frozen:
            shared |= {"__setattr__": _refuse, "__delattr__": _refuse}
        own = vars(kind)
        if own.get("__hash__") is None:  # Python itself sets that beside an `__eq__`
            kind.__hash__ = _hash if frozen else None
        for name, method in shared.items():
            if name not in own:
                setattr(kind, name, method)
        fields = dataclasses.fields(kind)
        kind._defaults = {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}
        kind._makers = {f.name: f.default_factory for f in fields if f.default_factory is not dataclasses.MISSING}
        kind._finish = getattr(kind, "__post_init__", None)
        kind._names = frozenset(f.name for f in fields)
        kind._compared = tuple(f.name for f in fields if f.compare)
        return kind


def _init(self: Any, /, *given: Any, **named: Any) -> None:
    kind = type(self)
    if not given and named.keys() == kind._names:  # as most are made
        self.__dict__.update(named)
        if kind._finish is not None:
            self.__post_init__()
        return
    if not named and len(given) == len(kind._names):
        self.__dict__.update(zip(kind.__match_args__, given, strict=True))
        if kind._finish is not None:
            self.__post_init__()
        return
    names = kind.__match_args__[: len(given)]
    values = {**kind._defaults, **dict(zip(names, given, strict=False)), **named}
    for name, make in kind._makers.items():
        if name not in values:
            values[name] = make()
    if len(names) < len(given) or values.keys() != kind._names or (names and not named.keys().isdisjoint(names)):
        wrong = sorted(kind._names ^ values.keys()) or [*names, *named]
        raise TypeError(f"{kind.__name__}() takes each field once; look at {', '.join(wrong)}")
    self.__dict__.update(values)
    if kind._finish is not None:
        self.__post_init__()


def _repr(self: Any) -> str:
    shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({shown})"


def _eq(self: Any, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return self is other or _compared(self) == _compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _compared(value: Any) -> tuple[Any, ...]:
    return tuple([getattr(value, name) for name in value._compared])


def _refuse(self: Any, name: str, value: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
