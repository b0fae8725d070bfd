"""Records of typed facts: what a run saw, with one line of meaning for each fact.

Probes write records and rules read them; this module is all that the two share. `None` means that nobody looked. Who
looked and found nothing says `False`, `0`, `""` or `()`. Secrets are never facts.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from pgwhy.facts.reading import Misfit, Reader, frozen, hints, reader, typed
from pgwhy.facts.reading import Value as Value
from pgwhy.values import dataclass, names


def fact(meaning: str) -> Any:
    """A field of a record, unknown (`None`) until somebody looks. `meaning` is its documentation."""
    return field(default=None, metadata={"meaning": meaning})


R = TypeVar("R", bound="Record")


class derived(property):
    """A fact computed from the other facts of its record; its docstring is its meaning. Never raises for a `None`."""

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        super().__init__(compute)
        self.meaning = (compute.__doc__ or "").strip()


@dataclass(frozen=True)
class Record:
    """What one probe (or the user) says about one stage. Subclasses are frozen dataclasses made of `fact` fields."""

    name: ClassVar[str] = ""

    def facts(self) -> dict[str, Value]:
        """Every fact by name, derived ones included, `None` for unknown."""
        return {name: getattr(self, name) for name in fact_names(type(self))}


_NAMES: dict[type[Record], tuple[str, ...]] = {}


def fact_names(record: type[Record]) -> tuple[str, ...]:
    """The names of all facts of a record type, in the order of their definition, derived ones last."""
    if record not in _NAMES:
        computed = [n for klass in reversed(record.__mro__) for n, v in vars(klass).items() if isinstance(v, derived)]
        _NAMES[record] = tuple(dict.fromkeys((*record.__match_args__, *computed)))
    return _NAMES[record]


@dataclass(frozen=True)
class Fact:
    """What the vocabulary knows about a path such as `tls.sni_sent`."""

    path: str
    meaning: str
    kind: str
    """`str`, `int`, `float`, `bool`, `list of str`, `list of records`: how a value looks in JSON."""
    choices: tuple[str, ...]
    """The words of a closed set; empty for an open one."""
    is_derived: bool


class Vocabulary:
    """Every fact that a rule may ask for. Built from the record types; the rulebook is checked against it."""

    def __init__(self, records: Iterable[type[Record]]) -> None:
        self.records: dict[str, type[Record]] = {record.name: record for record in records}
        self._facts: dict[str, Fact] | None = None

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts.values())

    def __contains__(self, path: str) -> bool:
        return path in self.facts

    @property
    def facts(self) -> dict[str, Fact]:
        """Path → `Fact`, in the order of the stages. Computed on first use: a healthy run never needs it."""
        if self._facts is None:
            self._facts = {f.path: f for record in self.records.values() for f in _describe(record)}
        return self._facts

    def observations(self, given: Mapping[str, Mapping[str, Value]]) -> Observations:
        """Records from plain data, as in a saved report or a rule's example: `{"tls": {"sni_sent": False}}`.

        A given derived fact wins over its computation; keys that no record has are kept and can be asked for by path,
        so a report from a newer version loses nothing. Lists become tuples, words of closed sets and tables the types
        that a probe would have given, so that derived facts can be computed.
        """
        records: dict[str, Record] = {}
        extra: dict[str, Value] = {}
        for name, values in given.items():
            record = self.records.get(name)
            readers = _readers(record)[0] if record else {}
            fields = {key: typed(value, *readers[key]) for key, value in values.items() if key in readers}
            extra |= {f"{name}.{key}": frozen(value) for key, value in values.items() if key not in readers}
            if record:
                records[name] = record(**fields)
        return Observations(records, extra)

    def exact_observations(self, given: Mapping[str, Mapping[str, Value]]) -> Observations:
        """The same, several times as fast. Raises `Misfit` where a known fact has a value that it cannot have."""
        records: dict[str, Record] = {}
        extra: dict[str, Value] = {}
        try:
            for name, values in given.items():
                record = self.records.get(name)
                readers, computed = _readers(record) if record else ({}, {})
                fields = {}
                for key, value in values.items():
                    if key in readers:
                        fields[key] = readers[key][0](value)
                    elif value is not None:  # as if it were not there
                        extra[f"{name}.{key}"] = computed.get(key, frozen)(value)
                if record:
                    records[name] = record(**fields)
        except AttributeError as problem:  # a list where a table should be
            raise Misfit(str(problem)) from None
        return Observations(records, extra)


class Observations:
    """The records of one run. `get("tls.sni_sent")` is the only way in which rules look at them."""

    def __init__(self, records: Mapping[str, Record], extra: Mapping[str, Value] | None = None) -> None:
        self.records = dict(records)
        self._extra = dict(extra or {})

    def get(self, path: str) -> Value:
        """The value of a fact, `None` if nobody observed it or there is no such record."""
        if path in self._extra:
            return self._extra[path]
        record, _, name = path.partition(".")
        return getattr(self.records.get(record), name, None)

    def several(self, asked: Mapping[str, Mapping[str, str]]) -> dict[str, Value]:
        """The facts of these paths, given as record → name → path. One by one they take twice as long."""
        found: dict[str, Value] = {}
        for record, paths in asked.items():
            known = self.records.get(record)
            for name, path in paths.items():
                found[path] = getattr(known, name, None)
        found.update((path, value) for path, value in self._extra.items() if path in found)
        return found

    def of(self, record: type[R]) -> R:
        """The typed record, for Python code; one of which nothing is known (`None` in each field) if there is none.

        For fields. A derived fact of a saved report may differ from what is computed here: `get` gives the saved one.
        """
        found = self.records.get(record.name)
        return found if isinstance(found, record) else record()

    @property
    def known(self) -> frozenset[str]:
        """The names of the records of which anything may be known."""
        return frozenset((*self.records, *(path.partition(".")[0] for path in self._extra)))

    def with_record(self, record: Record) -> Observations:
        """The same observations with one record added or replaced."""
        return Observations({**self.records, record.name: record}, self._extra)

    def mapped(self, change: Callable[[Value], Value]) -> Observations:
        """The same observations with each record, and each fact that has no record, put through `change`."""
        return Observations(
            {n: change(r) for n, r in self.records.items()}, {p: change(v) for p, v in self._extra.items()}
        )

    def plain(self) -> dict[str, dict[str, Value]]:
        """As JSON has it: known facts only, records in order, enums as strings, tuples as lists."""
        out: dict[str, dict[str, Value]] = {}
        for name, record in self.records.items():
            out[name] = {k: to_plain(v) for k, v in record.facts().items() if v is not None}
        for path, value in self._extra.items():
            name, _, key = path.partition(".")
            out.setdefault(name, {})[key] = to_plain(value)
        return out


def to_plain(value: Value) -> Value:
    """A fact's value as JSON can hold it."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if fields := names(value):
        return {name: to_plain(getattr(value, name)) for name in fields}
    return value


def accepts(vocabulary: Vocabulary, path: str, value: Value) -> bool:
    """A plain value is one that the field of a record can hold, with all that is in it. No derived fact: these accept
    what their fields do."""
    record, _, name = path.partition(".")
    readers = _readers(vocabulary.records[record])[0] if record in vocabulary.records else {}
    try:
        readers[name][0](value)
    except (KeyError, Misfit):
        return False
    return True


_READERS: dict[type[Record], tuple[dict[str, tuple[Reader, Any]], dict[str, Reader]]] = {}


def _readers(record: type[Record]) -> tuple[dict[str, tuple[Reader, Any]], dict[str, Reader]]:
    """How each field of a record is read, with its type; and each derived fact."""
    if record not in _READERS:
        own = hints(record)
        computed = ((name, getattr(record, name, None)) for name in fact_names(record))
        _READERS[record] = (
            {f.name: (reader(own[f.name]), own[f.name]) for f in dataclasses.fields(record)},
            {
                name: reader(typing.get_type_hints(each.fget)["return"])
                for name, each in computed
                if isinstance(each, derived) and each.fget is not None
            },
        )
    return _READERS[record]


def _describe(record: type[Record]) -> Iterator[Fact]:
    hints = typing.get_type_hints(record)
    for f in dataclasses.fields(record):
        kind, choices = _kind(hints[f.name])
        yield Fact(f"{record.name}.{f.name}", f.metadata["meaning"], kind, choices, is_derived=False)
    for name in fact_names(record):
        attribute = getattr(record, name, None)
        if isinstance(attribute, derived) and attribute.fget is not None:
            kind, choices = _kind(typing.get_type_hints(attribute.fget)["return"])
            yield Fact(f"{record.name}.{name}", attribute.meaning, kind, choices, is_derived=True)


def _kind(hint: Any) -> tuple[str, tuple[str, ...]]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (hint,) = [part for part in typing.get_args(hint) if part is not type(None)]
    if typing.get_origin(hint) is tuple:
        inner, choices = _kind(typing.get_args(hint)[0])
        return f"list of {inner}", choices
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "str", tuple(member.value for member in hint)
    if dataclasses.is_dataclass(hint):
        return "records", ()
    return hint.__name__, ()
