"""What a text in a form says, with its secrets: to compare it with what was written."""

from __future__ import annotations

from pgwhy.target import files
from pgwhy.target.dialects import secret_parts
from pgwhy.target.dialects.detection import understand
from pgwhy.target.forms import Form, find
from pgwhy.target.reading.in_settings import as_read


def read(form: Form, text: str) -> dict[str, str]:
    """libpq's names → values, secrets included. Raises `NotThere`."""
    if form.kind:
        recognised = files.recognise(form.file, text, form.kind)
        assert recognised is not None
        kind, documents = recognised
        found = files.connections(kind, documents, {})
        place = files.usual(found) or found[0]
        if place.url is None:
            values = {name: value.filled.value or "" for name, value in place.fields.items()}
            return values | {name: entry.value for name, entry in place.foreign.items()}
        string: str | None = as_read(place.url.filled.value or "")
    else:
        found = find(form, text)
        if found.text is None:
            return dict(found.fields)
        string = found.text
    reading = understand(string or "")
    values = {**reading.values, **{name: secret.reveal() for name, secret in reading.private.items()}}
    if reading.withheld:
        values["options"] = secret_parts.with_values(values["options"], reading.withheld)
    return values
