"""Value classes: `dataclasses.dataclass` with methods that all classes share.

The standard decorator writes the methods of every class as source text and compiles it: most of a millisecond a class,
50 ms a run, while `python -c pass` takes 12. Here it only collects the fields, so that `dataclasses.fields` and
`is_dataclass` work as ever, and only when one of them is asked. `replace` and `names` below do without.
"""

from __future__ import annotations

import dataclasses
from _thread import RLock
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
else:

    def dataclass(kind: type | None = None, *, frozen: bool = False, repr: bool = True) -> Any:
        """As `dataclasses.dataclass`. What inherits from such a class has to be made here as well."""
        if kind is None:
            return lambda kind: dataclass(kind, frozen=frozen, repr=repr)
        kind.__doc__ = kind.__doc__ or kind.__name__  # the standard decorator would look for the signature
        shared = {"__eq__": _eq}
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
        _declare(kind)
        if "__init__" not in own:
            kind.__init__ = _init_of(kind)
        return kind

    def replace(value: Any, /, **changes: Any) -> Any:
        """As `dataclasses.replace`, for a value of such a class."""
        kind, own = type(value), vars(value)
        if len(own) > len(kind.__match_args__):  # its cached properties are there too, and are computed again
            own = {name: own[name] for name in kind.__match_args__}
        return kind(**{**own, **changes})


def names(value: object) -> tuple[str, ...]:
    """The names of the fields of a value of such a class, or of any dataclass, in their order; empty for every other
    value."""
    kind: Any = type(value)
    if "_names" in vars(kind):
        return tuple(kind.__match_args__)
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def _declare(kind: Any) -> None:
    """Take note of the names and defaults of the fields, which making a value asks for."""
    names: dict[str, None] = {}
    defaults: dict[str, Any] = {}
    makers: dict[str, Callable[[], Any]] = {}
    given: dict[str, dataclasses.Field[Any]] = {}
    for base in reversed(kind.__mro__[1:]):
        if "_given" in vars(base):
            names |= dict.fromkeys(base.__match_args__)
            defaults |= base._defaults
            makers |= base._makers
    for name, annotation in kind.__annotations__.items():
        if str(annotation).startswith(("ClassVar[", "typing.ClassVar[")):
            continue
        names[name] = None
        default = getattr(kind, name, MISSING)
        if isinstance(default, dataclasses.Field):
            given[name] = default
            if default.default is MISSING:
                delattr(kind, name)
            else:
                setattr(kind, name, default.default)
            if default.default_factory is not MISSING:
                makers[name] = default.default_factory
            default = default.default
        if default is not MISSING:
            defaults[name] = default
    kind.__match_args__ = tuple(names)  # type: ignore[misc]  # as the standard decorator sets it
    kind._names = frozenset(names)
    kind._defaults, kind._makers, kind._given = defaults, makers, given
    kind.__dataclass_fields__ = _Fields(kind)


class _Fields:
    """Stands for `__dataclass_fields__` until it is asked for; then the standard decorator makes it."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def __get__(self, value: object, owner: type | None = None) -> Any:
        kind = self._kind
        with _COLLECTING:
            if vars(kind)["__dataclass_fields__"] is self:
                for name, field in kind._given.items():
                    setattr(kind, name, field)
                dataclasses.dataclass(init=False, repr=False, eq=False)(kind)
        return kind.__dataclass_fields__


_COLLECTING = RLock()
"""The fields of a class need those of what it inherits from."""


def _init_of(kind: Any) -> Callable[..., None]:
    """The `__init__` of a class. A run makes hundreds of values, so what does not change is looked up here."""
    order, names, defaults, makers = kind.__match_args__, kind._names, kind._defaults, kind._makers
    finish = getattr(kind, "__post_init__", None)

    def __init__(self: Any, /, *given: Any, **named: Any) -> None:
        own = self.__dict__
        if given:
            if named or len(given) != len(order):
                named = _with_positions(kind, given, named)
            else:
                named = dict(zip(order, given, strict=True))
        if named.keys() != names:
            named = {**defaults, **named}
            for name in makers:
                if name not in named:
                    named[name] = makers[name]()
            if named.keys() != names:
                raise _mistaken(kind, names ^ named.keys())
        own.update(named)
        if finish is not None:
            finish(self)

    return __init__


def _with_positions(kind: Any, given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    names = kind.__match_args__[: len(given)]
    if len(names) < len(given) or not named.keys().isdisjoint(names):
        raise _mistaken(kind, [*names, *named])
    return {**dict(zip(names, given, strict=True)), **named}


def _mistaken(kind: Any, names: Iterable[str]) -> TypeError:
    return TypeError(f"{kind.__name__}() takes each field once; look at {', '.join(sorted(names))}")


def _repr(self: Any) -> str:
    kind = type(self)
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in _with(kind, "repr"))
    return f"{kind.__qualname__}({shown})"


def _eq(self: Any, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return self is other or _compared(self) == _compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _compared(value: Any) -> tuple[Any, ...]:
    kind = type(value)
    if "_compared" not in vars(kind):
        kind._compared = _with(kind, "compare")
    return tuple([getattr(value, name) for name in kind._compared])


def _with(kind: Any, flag: str) -> tuple[str, ...]:
    """The names of the fields that have this flag of `dataclasses.field`; a field that was made without has it."""
    has: dict[str, bool] = {}
    for base in reversed(kind.__mro__):
        given = vars(base).get("_given")
        if given is not None:  # a class may declare a field again
            has |= {name: bool(getattr(given.get(name), flag, True)) for name in base.__annotations__}
    return tuple(name for name in kind.__match_args__ if has[name])


def _refuse(self: Any, name: str, value: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
