"""A Compose file: `DATABASE_URL` in the environment of a service, as a mapping or as a list of `NAME=value`.

A `$` is doubled, as Compose puts variables in itself (docs.docker.com/reference/compose-file/interpolation).
"""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import yaml_text


def render(values: Mapping[str, str]) -> str:
    url = yaml_text.quoted(uri.render(values).replace("$", "$$"))
    return f"services:\n  app:\n    environment:\n      DATABASE_URL: {url}\n"
