"""`DATABASE_URL` in a `.env`: one URI under the name that most programs look for."""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import dotenv


def render(values: Mapping[str, str]) -> str:
    """One line. A URI percent-encodes whatever the readers of `.env` do not agree about."""
    return dotenv.render({"DATABASE_URL": uri.render(values)})
