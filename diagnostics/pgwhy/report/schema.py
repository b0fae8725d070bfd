"""The JSON Schema (2020-12) of a report, generated from the enums, the values and the vocabulary of facts."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Any

from pgwhy.causes import Cause, FixKind, Needs, Owner, Retry, Severity
from pgwhy.error_text import Origin
from pgwhy.facts import Record, Vocabulary, derived, fact_names
from pgwhy.finding import SCHEMA, Status, Verification
from pgwhy.progress import Stage
from pgwhy.report.link import WEB_ADDRESS
from pgwhy.target.editing.steps import KINDS
from pgwhy.timeline import Span

Json = dict[str, Any]


def schema(vocabulary: Vocabulary) -> Json:
    """The schema as plain data. Keys that it does not name are allowed: a newer version may have written them."""
    report = _object(
        schema={"const": SCHEMA},
        report_id=_text("a short id of letters and digits, to name this run in a ticket") | {"pattern": _ID},
        tool=_object(name={"const": "pgwhy"}, version=_TEXT, rules=_text("digest of the rules that were asked")),
        started_at={"type": "string", "format": "date-time", "description": "UTC"},
        duration_ms=_NUMBER,
        target={
            "type": "object",
            "description": "setting: its value, where it came from, what it overrode; a password is PASSWORD_HERE",
            "additionalProperties": _object(
                value=_TEXT, source=_TEXT, overrode=_list(_object(value=_TEXT, source=_TEXT))
            ),
        },
        tested_as=_object(client=_TEXT, version=_or_null(_TEXT), guessed={"type": "boolean"}),
        verdict=_verdict(),
        findings=_list(_finding()),
        observations={
            "type": "object",
            "description": "record, fact, value; a fact that nobody observed is left out",
            "properties": {name: _record(kind) for name, kind in vocabulary.records.items()},
            "additionalProperties": {"type": "object"},  # a record that only a newer version has is one as well
        },
        timeline=_list(_of(Span)),
    )
    # Without a cause: what could still be it. Documents from before it was added have none.
    report["properties"]["fits"] = _list(_object(rule=_TEXT, cause=_CAUSE, title=_TEXT, missing=_list(_TEXT)))
    report["properties"]["project"] = _project()  # only with --project
    report["properties"]["waited"] = _waited()  # only with --wait
    report["properties"]["ignored"] = _list(_object(rule=_TEXT, reason=_TEXT))  # only with --ignore
    report["properties"]["target_not_used"] = _list(_text("why the target beside an error text was not used"))
    report["properties"]["interrupted"] = {"type": "boolean"}  # only where it was
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "A report of pgwhy: why a connection to Postgres fails, and what makes it work",
        **report,
    }


def _verdict() -> Json:
    return _object(
        status=_words(Status),
        stage=_or_null(_words(Stage)),
        cause=_CAUSE,
        rule=_or_null(_TEXT),
        owner=_or_null(_words(Owner)),
        summary=_text("one to three sentences for a person"),
        retry=_or_null(_words(Retry)),
        here=_or_null(_text("what this machine's own client did, where the run speaks for another one")),
        also=_list(_object(cause=_words(Cause), rule=_TEXT)),
        ruled_out=_list(_object(cause=_words(Cause), fact=_TEXT)),
        next=_list(_object(command=_TEXT, settles=_TEXT)),
    )


def _finding() -> Json:
    finding = _object(
        rule=_TEXT,
        cause=_CAUSE,
        severity=_words(Severity),
        owner=_words(Owner),
        retry=_words(Retry) | {"default": Retry.NO.value},  # not in the first reports
        title=_TEXT,
        because=_TEXT,
        stage=_words(Stage),
        origin=_words(Origin),
        evidence=_list(_object(fact=_TEXT, value={})),
        references=_list(_text("an http or https address") | {"pattern": WEB_ADDRESS}),
        fixes=_list(
            _object(
                id=_TEXT,
                kind=_words(FixKind),
                title=_TEXT,
                steps=_TEXT,
                caution=_text("its price; empty if there is none"),
                change={"type": ["object", "null"]},
                edit=_text("what to do to the text, complete and without a secret"),
                connection_string=_text("the corrected string; a password is PASSWORD_HERE"),
                verification=_words(Verification),
                verified_to=_or_null(_words(Stage)),
                note=_text("what was seen, or why it was not tried") | {"default": ""},  # not in the first reports
            )
        ),
    )
    fix = finding["properties"]["fixes"]["items"]["properties"]
    fix["edit_steps"] = _list(_step()) | {"description": "the edit as values; left out without one"}
    fix["remark"] = _text("the note without the message and the next obstacle; left out where that is all of it")
    fix["message"] = _text("the text of the server or of libpq that ended the trial; left out without one")
    fix["next_obstacle"] = _object(
        stage=_words(Stage),
        words=_text("what happens there; empty where the message says it"),
        cause=_CAUSE,
        rule=_or_null(_TEXT),
    ) | {"description": "what stops the client with a fix that advanced; left out where nothing is named"}
    fix["needs"] = _words(Needs) | {
        "description": "what it needs that pgwhy cannot do; left out where nothing is named"
    }
    finding["properties"]["words"] = _list(_text("what of the error text it went by; left out where it rests on none"))
    return finding


def _step() -> Json:
    """What a step has beside its kind differs from kind to kind."""
    names = dict.fromkeys(f.name for kind in KINDS.values() for f in fields(kind))
    return {
        "type": "object",
        "properties": {"do": {"type": "string", "enum": list(KINDS)}} | dict.fromkeys(names, _TEXT),
        "required": ["do"],
    }


def _project() -> Json:
    driver = _object(
        driver=_text("the package"),
        version=_or_null(_TEXT),
        exact=_text("a lock file or a pin names this version; false: it is the lowest one allowed")
        | {"type": "boolean"},
        certain=_text("every version that the files allow does the same") | {"type": "boolean"},
        files=_list(_TEXT),
        client=_text("its name for --client"),
        note=_TEXT,
        status=_text("what it will do: connects, reachable, fails, unknown, not asked"),
        cause=_CAUSE,
        rule=_or_null(_TEXT),
        title=_TEXT,
        edit=_text("what fixes it, complete and without a secret; empty if nothing can be printed"),
    )
    return _object(folder=_TEXT, files={"type": "integer"}, left_out=_list(_TEXT), drivers=_list(driver))


def _waited() -> Json:
    return _object(
        limit_s={"type": "number"},
        seconds=_text("how long it took in all") | {"type": "number"},
        looks=_text("runs, those without a login included") | {"type": "integer"},
        exchanges=_text("password exchanges in all of them") | {"type": "integer"},
        **{"for": _list(_text("a cause, or a stage where none was found"))},
    )


def _record(record: type[Record]) -> Json:
    hints = typing.get_type_hints(record)
    plain = {f.name: _of(hints[f.name]) | {"description": f.metadata["meaning"]} for f in fields(record)}
    computed = {}
    for name in fact_names(record):
        attribute = getattr(record, name, None)
        if isinstance(attribute, derived) and attribute.fget is not None:
            returned = typing.get_type_hints(attribute.fget)["return"]
            computed[name] = _of(returned) | {"description": attribute.meaning}
    return {"type": "object", "properties": plain | computed}


def _of(hint: Any) -> Json:
    """The schema of a fact's type without its `None`: a document leaves out what nobody observed."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return _of(next(part for part in typing.get_args(hint) if part is not type(None)))
    if typing.get_origin(hint) is tuple:
        return _list(_of(typing.get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _words(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        described = _object(**{f.name: _with_null(hints[f.name]) for f in fields(hint)})
        return described | {"required": [f.name for f in fields(hint) if f.default is MISSING]}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[hint]}


def _with_null(hint: Any) -> Json:
    """Inside a value that is a record of its own nothing is left out: there `None` is null."""
    return _or_null(_of(hint)) if type(None) in typing.get_args(hint) else _of(hint)


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _words(closed_set: type[StrEnum]) -> Json:
    return {"type": "string", "enum": [word.value for word in closed_set]}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _or_null(inner: Json) -> Json:
    return {"anyOf": [inner, {"type": "null"}]}


_ID = r"^[A-Za-z0-9_-]{1,64}$"
"""It becomes part of a file's name."""
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "number"}
_CAUSE: Json = _or_null(_words(Cause))
