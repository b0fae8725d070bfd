"""Targets a line: as they are, as CSV with a header, as JSON Lines.

A table has a column for the whole target, or columns with libpq's names (`host`, `port`, `user` ...). `name` is what
the target is called; every other column is a label.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pgwhy.fleet.task import BadList, Entry
from pgwhy.foreign import json_text
from pgwhy.secret import Secret
from pgwhy.target.dialects import keywords
from pgwhy.target.parameters import LIBPQ, SECRET

Lines = Iterable[tuple[int, str | None]]

WHOLE = ("target", "url", "uri", "dsn", "connection_string", "database_url")
"""Names of a column that has the whole target, the first one counts."""
_OTHER_NAMES = {"database": "dbname", "db": "dbname", "username": "user", "role": "user", "hostname": "host"}
_TOO_LONG = "is too long to be a target"


def of_lines(lines: Lines) -> Iterator[Entry]:
    """A target a line, in any form."""
    for number, line in lines:
        if line is None:
            yield Entry(number, error=_TOO_LONG)
        elif line.strip() and not line.lstrip().startswith("#"):
            yield Entry(number, Secret(line.strip()))


def of_csv(lines: Lines) -> Iterator[Entry]:
    """A table with a header. Raises `BadList` where no column says where to connect."""
    reader = csv.reader(_texts(lines), strict=True)
    try:
        header = [name.strip() for name in next(reader)]
    except (StopIteration, csv.Error):
        raise BadList("the table has no header that can be read") from None
    if not any(name.lower() in WHOLE or _libpq_name(name) in ("host", "hostaddr", "service") for name in header):
        raise BadList(f"the table has no column that says where to connect: call one {WHOLE[0]}, or host")
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Entry(reader.line_num, error="is no CSV that can be read")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(header):
            yield Entry(reader.line_num, error=f"has {len(row)} columns, and the header {len(header)}")
            continue
        yield of_record(reader.line_num, dict(zip(header, row, strict=False)))


def of_json_lines(lines: Lines) -> Iterator[Entry]:
    """An object a line, with `labels` as an object where there are any."""
    for number, line in lines:
        if line is None:
            yield Entry(number, error=_TOO_LONG)
        elif line.strip():
            try:
                record = json_text.read(line)
            except json_text.Unfit as problem:
                yield Entry(number, error=str(problem).removeprefix("it "))
                continue
            if isinstance(record, str):
                yield Entry(number, Secret(record))
            elif isinstance(record, Mapping):
                yield of_record(number, record)
            else:
                yield Entry(number, error="is neither an object nor a text")


def of_record(number: int, record: Mapping[str, Any]) -> Entry:
    """The target of named values. What is no text, number or word counts as absent."""
    named = {key.strip(): text for key, value in record.items() if (text := _text(value)) and key.strip()}
    labels = record.get("labels")
    given = (
        {key: text for key, value in labels.items() if (text := _text(value))} if isinstance(labels, Mapping) else {}
    )
    whole = next((key for name in WHOLE for key in named if key.lower() == name), "")
    settings = {} if whole else {_libpq_name(key): text for key, text in named.items() if _libpq_name(key)}
    named_so = next((named[key] for key in named if key.lower() == "name"), "")
    if not whole and not settings.keys() & {"host", "hostaddr", "service"}:
        return Entry(number, name=named_so, labels=given, error="names no target: neither target nor host is there")
    text = named[whole] if whole else keywords.render(settings)
    used = {whole, "name", "labels"}
    given |= {k: v for k, v in named.items() if k.lower() not in used and k not in used and not _libpq_name(k)}
    given |= {k: v for k, v in named.items() if whole and _libpq_name(k) not in ("", *SECRET) and k != whole}
    return Entry(number, Secret(text), named_so, given)


def _libpq_name(column: str) -> str:
    """The parameter that a column is; empty if it is none."""
    name = column.lower()
    name = _OTHER_NAMES.get(name, name)
    return name if name in LIBPQ or name in SECRET else ""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, (str, int, float)) else ""


def _texts(lines: Lines) -> Iterator[str]:
    for _, line in lines:
        yield "" if line is None else line + "\n"
