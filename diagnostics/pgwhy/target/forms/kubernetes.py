"""A Kubernetes Secret: `stringData`, or `data` in Base64, whose keys are environment variables.

(kubernetes.io/docs/concepts/configuration/secret)
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import yaml_text
from pgwhy.target.forms.found import Found, NotThere
from pgwhy.target.forms.variables import chosen


def render(values: Mapping[str, str]) -> str:
    url = yaml_text.quoted(uri.render(values))
    head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: database\ntype: Opaque\n"
    return f"{head}stringData:\n  DATABASE_URL: {url}\n"


def find(text: str) -> Found:
    """The first Secret that names a connection. Raises `NotThere`."""
    for document in yaml_text.documents(text):
        if not isinstance(document, dict) or document.get("kind") != "Secret":
            continue
        variables = {name: _decoded(value) for name, value in _texts(document.get("data")).items()}
        if found := chosen({**variables, **_texts(document.get("stringData"))}):  # which overwrites, says Kubernetes
            name, told = found
            line = yaml_text.line_of(text, name)
            return (
                Found(told, name=name, line=line) if isinstance(told, str) else Found(None, told, name=name, line=line)
            )
    raise NotThere("no Secret in it has DATABASE_URL or PGHOST")


def _texts(mapping: object) -> dict[str, str]:
    return {str(k): v for k, v in mapping.items() if isinstance(v, str)} if isinstance(mapping, dict) else {}


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return value  # written as it is, which Kubernetes refuses; the text is what was meant
