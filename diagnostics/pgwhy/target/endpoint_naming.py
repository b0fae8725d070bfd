"""How a target names its endpoint beside the host name: the option, and the form in front of the password.

Both are Neon's (docs/neon.md, 2.2 and 3.2). Each can be written so that nobody reads it as it was meant.
"""

from __future__ import annotations

import re
from enum import StrEnum

from pgwhy.shipped.regex import lazy

OPTIONS = ("endpoint=", "project=")
"""How the token of `options` begins that names the endpoint; `project` is the older spelling, and is read too."""


class OptionMistake(StrEnum):
    """What is wrong with the endpoint's token in `options`."""

    NONE = "none"
    EMPTY = "empty"
    """`endpoint=` with nothing behind it: a variable that is not set."""
    WITH_DASHES = "with-dashes"
    """`-c endpoint=...` or `--endpoint=...`: that is how Postgres' own parameters are written."""
    QUOTED = "quoted"
    """Quotation marks around the token or its value."""


class FormMistake(StrEnum):
    """What is wrong with the endpoint in front of the password. It says nothing about the password itself."""

    NONE = "none"
    EMPTY = "empty"
    """`endpoint=;password`."""
    WHOLE_HOST = "whole-host"
    """`endpoint=ep-x.us-east-2.aws.neon.tech;password`."""
    SPACE = "space"
    """White space around the name or in front of `endpoint=`."""
    DOLLAR = "dollar"
    """`endpoint=ep-x$password` where the password has a `;`, which the proxy looks for first."""


def option_mistake(options: str) -> OptionMistake:
    """The first mistake in `options`."""
    for token in _TOKEN.finditer(options):
        if token["dashes"]:
            return OptionMistake.WITH_DASHES
        if "'" in token[0] or '"' in token[0]:
            return OptionMistake.QUOTED
        if not token["name"]:
            return OptionMistake.EMPTY
    return OptionMistake.NONE


def plain_options(options: str, endpoint: str) -> str:
    """`options` with each such token as the proxy reads it; an empty one gets `endpoint`."""

    def plain(token: re.Match[str]) -> str:
        return f"endpoint={token['name'] or endpoint}"

    return _TOKEN.sub(plain, options)


def form_mistake(password: str) -> FormMistake:
    """What is wrong with the form of this password."""
    form = _FORM.match(password)
    if form is None:
        return FormMistake.NONE
    name = form["name"]
    if form["front"] or name != name.strip():
        return FormMistake.SPACE
    if not name:
        return FormMistake.EMPTY
    if "." in name:
        return FormMistake.WHOLE_HOST
    return FormMistake.DOLLAR if form["end"] == "$" and ";" in password else FormMistake.NONE


def behind_form(password: str) -> str:
    """The password alone; the same text where there is no such form."""
    form = _FORM.match(password)
    return password[form.end() :] if form else password


_TOKEN = lazy(r"""(?:(?<=\s)|^)(?P<dashes>-c\s*|--)?["']?(?:endpoint|project)=["']?(?P<name>[^\s"']*)["']?(?=\s|$)""")
_FORM = lazy(r"(?P<front>\s*)(?:endpoint|project)=(?P<name>\s*[A-Za-z0-9.-]*\s*)(?P<end>[;$])")
