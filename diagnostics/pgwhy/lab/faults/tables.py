"""Reading tables of a TOML file strictly. Each function raises `ValueError`, with the place and what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


def only(given: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    """Refuse keys that are not known."""
    for key in given:
        if key not in known:
            raise ValueError(f"{place} has no key {key!r}; it has: {', '.join(known)}")


def word(words: Callable[[Any], T], given: Any, place: str) -> T:
    """A word of a closed list."""
    try:
        return words(given)
    except ValueError as error:
        known = ", ".join(words) if isinstance(words, type) and issubclass(words, StrEnum) else ""
        raise ValueError(f"{place}: {error}; there are: {known}") from None


def table(given: Mapping[str, Any], key: str, *, needed: bool = False) -> Mapping[str, Any]:
    """The table of this key; an empty one where it is left out."""
    if needed and key not in given:
        raise ValueError(f"the file needs [{key}]")
    found = given.get(key, {})
    if not isinstance(found, Mapping):
        raise ValueError(f"{key} must be a table")
    return found


def text(given: Mapping[str, Any], key: str, place: str, *, needed: bool = False) -> str:
    """The text of this key; an empty one where it is left out."""
    if needed and key not in given:
        raise ValueError(f"{place} needs {key}")
    found = given.get(key, "")
    if not isinstance(found, str):
        raise ValueError(f"{key} of {place} must be a text")
    return found


def texts(given: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    """The list of texts of this key; an empty one where it is left out."""
    found = given.get(key, ())
    if isinstance(found, str) or not all(isinstance(each, str) for each in found):
        raise ValueError(f"{key} of {place} must be a list of texts")
    return tuple(found)


def text_table(given: Mapping[str, Any], key: str) -> dict[str, str]:
    """The table of this key with its values as texts."""
    return {str(name): str(value) for name, value in table(given, key).items()}
