"""A Kubernetes Secret: `stringData`, or `data` in Base64, whose keys are environment variables.

(kubernetes.io/docs/concepts/configuration/secret)
"""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import yaml_text


def render(values: Mapping[str, str]) -> str:
    url = yaml_text.quoted(uri.render(values))
    head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: database\ntype: Opaque\n"
    return f"{head}stringData:\n  DATABASE_URL: {url}\n"
