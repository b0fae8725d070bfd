"""The target that a file of libpq's own names, `@pg_service.conf`, and that of a text in any form."""

from __future__ import annotations

from pathlib import PurePath

from pgwhy.machine import Machine
from pgwhy.target.forms import FORMS, Form, find
from pgwhy.target.forms.found import NotThere
from pgwhy.target.model import Source, SourceKind, Target
from pgwhy.target.problem import ProblemCode
from pgwhy.target.reading.completion import unreadable
from pgwhy.target.reading.file_parts import of_fields, of_string


def form_of(name: str) -> Form | None:
    """The form of a file of libpq's own, by its name; `None` if it is none."""
    form = _OF_LIBPQ.get(PurePath(name).name.lower())
    return FORMS[form] if form else None


def from_form(form: Form, text: str, name: str, machine: Machine) -> Target:
    """What a text in this form names. Never raises: what is not there is a `Problem`. `name` is the file's."""
    if form.kind:
        from pgwhy.target.reading.in_settings import from_settings  # few texts are one

        target = from_settings(name, text, machine, kind=form.kind)
        assert target is not None  # only a file without a kind is none that is known
        return target
    try:
        found = find(form, text)
    except NotThere as why:
        source = Source(SourceKind.STRING, name)
        return unreadable(ProblemCode.FILE_UNREADABLE, f"{name} is read as {form.title}: {why}", source, machine)
    source = Source(SourceKind.STRING, name, found.line if found.name else None, found.name)
    if found.text is not None:
        return of_string(found.text, source, machine, form.title, None, of_program=False)
    return of_fields(found.fields, found.foreign, (), source, machine)


_OF_LIBPQ = {
    "pg_service.conf": "service",
    ".pg_service.conf": "service",
    ".pgpass": "pgpass",
    "pgpass.conf": "pgpass",
}
