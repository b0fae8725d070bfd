"""A document that somebody else wrote, made to follow its schema, or refused with the path of what does not.

The schema is the published one (`pgwhy schema`), so what is checked and what is promised cannot differ. Of JSON Schema
only what that one uses is known; a library for the whole of it takes longer to import than a report takes to be read,
and would not keep what a newer version wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pgwhy.foreign.json_text import WHOLE, Unfit, inside, short


def conformed(value: Any, schema: Mapping[str, Any], path: str = WHOLE) -> Any:
    """The data with what the schema says in place. Raises `Unfit`.

    Keys that the schema does not name are kept. A key that came only after the first release (it has a `default`) gets
    that where it is missing. A word that only a newer version knows becomes null where null is allowed, and is left out
    where a key may be missing; elsewhere there is no honest way to read the document.
    """
    if "anyOf" in schema:
        inner, _null = schema["anyOf"]
        try:
            return None if value is None else conformed(value, inner, path)
        except _NewerWord:
            return None
    _check_kind(value, schema.get("type"), path)
    if isinstance(value, dict):
        return _object(value, schema, path)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [conformed(each, items, f"{path}[{number}]") for number, each in enumerate(value)]
    if "const" in schema and value != schema["const"]:
        raise Unfit(f"{path} is not {schema['const']!r}")
    if isinstance(value, str):
        _check_text(value, schema, path)
    return value


class _NewerWord(Unfit):
    pass


_KINDS: dict[str, tuple[type[Any], ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
_NAMES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def _check_kind(value: Any, wanted: str | list[str] | None, path: str) -> None:
    names = [wanted] if isinstance(wanted, str) else wanted or list(_KINDS)
    if not any(_is(value, name) for name in names):
        found = next(_NAMES[name] for name in _KINDS if _is(value, name))
        raise Unfit(f"{path} is {found} where {' or '.join(_NAMES[name] for name in names)} is expected")


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _KINDS[name]) and (name == "boolean" or not isinstance(value, bool))


def _object(value: dict[str, Any], schema: Mapping[str, Any], path: str) -> dict[str, Any]:
    properties, required = schema.get("properties", {}), schema.get("required", ())
    others = schema.get("additionalProperties", {})
    made = {}
    for key, each in value.items():
        if each is None and key in properties and key not in required:
            continue  # as if nobody had observed it
        try:
            made[key] = conformed(each, properties.get(key, others), inside(path, key))
        except _NewerWord:
            if key in required:
                raise
    for key in required:
        if key not in made:
            if "default" not in properties[key]:
                raise Unfit(f"{inside(path, key)} is missing")
            made[key] = properties[key]["default"]
    return made


def _check_text(text: str, schema: Mapping[str, Any], path: str) -> None:
    if "enum" in schema and text not in schema["enum"]:
        known = ", ".join(schema["enum"][:_FEW]) + (" ..." if len(schema["enum"]) > _FEW else "")
        raise _NewerWord(f"{path} is {short(text)}, and this pgwhy knows only {known}: upgrade pgwhy")
    if "pattern" in schema and not re.fullmatch(schema["pattern"], text):
        raise Unfit(f"{path} is {short(text)}, which is not {schema['description']}")
    if schema.get("format") == "date-time" and not _is_time(text):
        raise Unfit(f"{path} is {short(text)} where a time such as 2026-11-28T09:14:07Z is expected")


_FEW = 10
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def _is_time(text: str) -> bool:
    try:
        return bool(_TIME.fullmatch(text)) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False
