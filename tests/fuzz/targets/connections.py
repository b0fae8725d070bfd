"""What names a connection, in every dialect and form. The first line is the name of a form (`target.forms`) or of a
file, or empty; the text follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from hypothesis import strategies as st

from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.anatomy.drawing import drawing
from pgwhy.anatomy.parts import parts
from pgwhy.target.forms import FORMS, CannotCarry, lacking, write
from pgwhy.target.model import CannotChange, Change, Source, SourceKind, Target
from pgwhy.target.reading.completion import as_text, from_text
from pgwhy.target.reading.in_file import form_of, from_form
from tests.foreign import mutants
from tests.fuzz.damage import damaged, joined
from tests.fuzz.invariants import SECRET, hidden, plain
from tests.fuzz.places import MACHINE

VALUES = {"user": "alex", "password": SECRET, "host": "db.example.com", "port": "5432", "dbname": "neondb"}


def attempt(raw: bytes) -> None:
    target, text = read(raw)
    _shown(target, text)
    for problem in target.problems:
        if problem.repair:
            with suppress(CannotChange):
                _shown(targets.apply(target, Change(repair=problem.repair)), text)
            with suppress(CannotChange):
                edit = targets.edit(target, Change(repair=problem.repair))
                _printed(target, text, [redaction.for_target(target).clean(edit.text)])


def read(raw: bytes) -> tuple[Target, str]:
    """The target that the bytes name, and the text in which they do."""
    name, _, rest = raw.partition(b"\n")
    told, text = as_text(name), as_text(rest)
    form = FORMS.get(told) or form_of(told)
    if form:
        return from_form(form, text, told if told.isprintable() else "file", MACHINE), text
    return from_text(text, Source(SourceKind.STRING, "the string"), MACHINE), text


def seeds() -> Iterator[bytes]:
    more = {**VALUES, "sslmode": "require", "options": "endpoint=ep-x-1"}
    for name, form in FORMS.items():
        values = more if not lacking(form, more) else VALUES
        with suppress(CannotCarry):
            yield f"{name}\n{write(form, values)}".encode()
    for text in STRINGS:
        yield b"\n" + text.encode()
    for name, text in zip(("database.yml", "compose.yaml", "compose.yaml", "secret.yaml"), mutants.YAML, strict=True):
        yield f"{name}\n{text.replace('u:p@', f'u:{SECRET}@')}".encode()


def inputs() -> st.SearchStrategy[bytes]:
    head = st.sampled_from([b"", *(name.encode() for name in FORMS), b"database.yml", b"settings.py", b".env"])
    body = joined(PIECES, 16)
    return damaged(seeds()) | st.builds(lambda name, rest: name + b"\n" + rest, head, body)


def _shown(target: Target, text: str) -> None:
    redactor = redaction.for_target(target)
    drawn = drawing(redactor.clean_value(parts(target)), 80, unicode=True)
    values = [str(each) for named in targets.masked(target).values() for each in named.values()]
    values += [problem.detail for problem in target.problems]
    values += [str(value) for value in vars(redactor.clean_value(targets.facts_of(target, MACHINE))).values()]
    _printed(target, text, [redactor.clean("\n".join(one.text for one in drawn)), *map(redactor.clean, values)])


def _printed(target: Target, text: str, shown: list[str]) -> None:
    shared = any(SECRET in (target.value(name) or "") for name in ("user", "dbname", "host", "port"))
    known = any(SECRET in secret.reveal() for secret in target.secrets)
    for one in shown:
        plain(one)
        if known and not shared and text.count(SECRET) == 1:
            hidden(one)


STRINGS = (
    f"postgresql://alex:{SECRET}@db.example.com:5432/neondb?sslmode=require&channel_binding=require",
    f"psql 'postgresql://alex:{SECRET}@ep-x-1.us-east-2.aws.neon.tech/neondb?options=endpoint%3Dep-x-1'",
    f"host=db.example.com port=5432 user=alex dbname=neondb password='{SECRET}' sslmode=verify-full",
    f"jdbc:postgresql://db.example.com:5432/neondb?user=alex&password={SECRET}&sslmode=require",
    f'Host=db.example.com;Port=5432;Username=alex;Password="{SECRET}";SSL Mode=Require',
    f"postgresql+asyncpg://alex:{SECRET}@[2001:db8::7]:5432/neondb?ssl=require",
    f"DATABASE_URL=postgresql://alex:{SECRET}@a.example.com,b.example.com:5433/neondb",
    f"export DATABASE_URL='postgres://alex:{SECRET}@db.example.com/neondb'",
    f"postgresql://alex:a@b#{SECRET}/x@db.example.com/neondb",
    f"docker run -e POSTGRES_PASSWORD={SECRET} postgres",
)
PIECES = (
    "postgresql://", "postgres://", "jdbc:postgresql://", "psql ", "alex", ":", "@", "/", "?", "&", "=", "#", "%",
    "%40", "%zz", "'", '"', "\\", ";", ",", "[::1]", "5432", "99999999999", "host=", "password=", SECRET,
    "sslmode=require", "options=", "endpoint%3D", "Host=", "Password=", " ", "\n", "\t", "${X}", "<%= x %>", "\x1b[31m",
    "\u202e", "\0", "DATABASE_URL=", "export ", "{", "}", "- ", ": ", "url: ", "&a ", "*a", "process.env.X",
    "env(\"X\")",
)  # fmt: skip
