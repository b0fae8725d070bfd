"""Changes to well-formed inputs, as a newer version, a careless hand or an attacker would make them. Seeded."""

from __future__ import annotations

import copy
import io
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPORTS = sorted((Path(__file__).parents[2] / "fixtures").glob("scenarios/*/seen.json")) + sorted(
    (Path(__file__).parents[2] / "fixtures").glob("reports/*/*.json")
)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 3.5, 1e300, -1e18, 2**64, 10**400, float("nan"), float("inf"), "", " ", "x", "0",
    "../../x", "\x1b[31mred\x1b]8;;http://evil\x07", "\u202ereversed", "a\0b", "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))", "javascript:alert(1)", "\ud800", "x" * 300_000, "word " * 40_000, "é" * 1000,
    [], [[]], [None], [1], ["x"], [{}], {}, {"x": 1}, {"\x1b[31m": "x"}, {"value": []},
    "connects", "auth", "2026-11-28",
)  # fmt: skip


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document."""
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, each in items:
        yield (*path, key)
        yield from places(each, (*path, key))


def of_document(document: Any, chance: random.Random) -> Any:
    """The document with one to three changes: a value replaced, left out, doubled or renamed."""
    document = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        every = list(places(document))
        if not every:
            return document
        # As many at the top as beneath, where most are facts.
        *way, last = chance.choice([path for path in every if len(path) <= chance.choice((1, 2, 3, 4, 9))])
        holder = document
        for key in way:
            holder = holder[key]
        how = chance.randrange(8)
        if how == 0:
            del holder[last]
        elif how == 1 and isinstance(holder, list):
            holder *= chance.choice((2, 40))
        elif how == 1:
            holder["\x1b[2J" + str(last)] = holder.pop(last)
        elif how == 2:
            holder[last] = nested(chance.choice((3, 45, 300)), chance)
        elif how == 3:
            other = chance.choice(every)
            holder[last] = copy.deepcopy(at(document, other))
        else:
            holder[last] = chance.choice(VALUES)
    return document


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def nested(depth: int, chance: random.Random) -> Any:
    made: Any = chance.choice(VALUES)
    for _ in range(depth):
        made = [made] if chance.random() < 0.5 else {"a": made}
    return made


def report(chance: random.Random) -> bytes:
    """A saved report with its values changed, or with its bytes."""
    document = json.loads(chance.choice(REPORTS).read_text(encoding="utf-8"))
    raw = json.dumps(of_document(document, chance)).encode("utf-8", "replace")
    return of_bytes(raw, chance) if chance.random() < 0.15 else raw


def ticket(chance: random.Random) -> bytes:
    """A .zip with a report in it: the report changed, the members odd, or the bytes of the archive damaged."""
    out = io.BytesIO()
    method = chance.choice(
        (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    with zipfile.ZipFile(out, "w", method) as archive:
        inside = report(chance) if chance.random() < 0.5 else chance.choice(REPORTS).read_bytes()
        names = ["ticket.md", "report.json", "report.html"]
        if chance.random() < 0.2:
            odd = ("../x", "/etc/x", "C:\\x", "a/../../x", "\x1b[31m", "REPORT.JSON", "report.json/", "x" * 60_000)
            names[chance.randrange(3)] = chance.choice(odd)
        for name in names:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            entry.external_attr = chance.choice((0, 0, 0o120777 << 16))
            archive.writestr(entry, inside if name.lower().startswith("report.json") else b"text")
    raw = out.getvalue()
    return of_bytes(raw, chance) if chance.random() < 0.7 else raw


YAML = (
    "default: &default\n  adapter: postgresql\n  encoding: unicode\nproduction:\n  <<: *default\n  url: postgresql://u:p@h/d\n",
    "services:\n  web:\n    environment:\n      DATABASE_URL: postgresql://u:p@db:5432/d\n    depends_on: [db]\n",
    "services:\n  web:\n    environment:\n      - DATABASE_URL=postgresql://u:p@db:5432/d\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  DATABASE_URL: cG9zdGdyZXNxbDovL3U6cEBoL2Q=\n"
    "---\na: b\n",
)
PIECES = (
    "&a ", "*a", "[" * 60, "{", "]", "}", ": ", "- ", "<<: ", "!!python/object:x ", "|\n", ">\n", "---\n", "...\n", "'",
    '"', "%YAML 1.1\n", "\t", "? ", "#", "\x00", "\ud800", "é", "\ufeff", "<%= ENV['X'] %>", "${X:-y}", "\x1b[31m",
    "0" * 5000,
)  # fmt: skip


def yaml(chance: random.Random) -> bytes:
    """A file of a framework with pieces of YAML put in, and lines moved."""
    text = chance.choice(YAML)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(text) + 1)
        how = chance.randrange(3)
        if how == 0:
            text = text[:place] + chance.choice(PIECES) + text[place:]
        elif how == 1:
            text = text[:place] + text[place + chance.randint(1, 12) :]
        else:
            lines = text.splitlines(keepends=True)
            chance.shuffle(lines)
            text = "".join(lines)
    return text.encode("utf-8", "surrogatepass")


LOG = (
    b'2026-11-28 09:14:07 UTC [123] FATAL:  password authentication failed for user "alex"\n'
    b'psycopg2.OperationalError: connection to server at "db.example.com" (192.0.2.7), port 5432 failed: timeout\n'
    b'{"level":"error","msg":"dial tcp 192.0.2.7:5432: connect: connection refused"}\n'
)


def log(chance: random.Random) -> bytes:
    """Lines of logs, damaged."""
    raw = LOG * chance.choice((1, 3, 200))
    for _ in range(chance.randint(0, 3)):
        raw = of_bytes(raw, chance)
    return raw.decode("latin-1").encode("utf-16") if chance.random() < 0.1 else raw


def of_bytes(raw: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut, doubled or put in."""
    data = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 8))):
        place = chance.randrange(len(data) + 1) if data else 0
        how = chance.randrange(5)
        if how == 0:
            data[place : place + 1] = bytes([chance.randrange(256)])
        elif how == 1:
            del data[place:]
        elif how == 2:
            del data[place : place + chance.randint(1, 50)]
        elif how == 3:
            data[place:place] = chance.randbytes(chance.randint(1, 30))
        else:
            data[place:place] = data[: chance.randint(1, 200)]
    return bytes(data)
