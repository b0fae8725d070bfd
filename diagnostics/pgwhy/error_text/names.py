"""The role and the database that an error text names, in the words of Postgres, its poolers and the drivers."""

from __future__ import annotations

import re


def role(text: str) -> str:
    """The role that was refused, or is not there; empty if the text names none."""
    return _first(_ROLE, text)


def database(text: str) -> str:
    """The database that was refused, or is not there; empty if the text names none."""
    return _first(_DATABASE, text)


def _first(sentences: tuple[tuple[str, str], ...], text: str) -> str:
    folded = text.casefold()
    for words, pattern in sentences:
        if words in folded and (found := re.search(pattern, text, re.IGNORECASE)):
            return found[1]
    return ""


_QUOTED = r"\\{0,3}[\"'`]([^\"'`\\\n]{1,63})\\{0,3}[\"'`]"
_ROLE = (
    ("authentication failed for user ", rf"authentication failed for user {_QUOTED}"),
    ("role ", rf"\brole {_QUOTED} (?:does not exist|is not permitted to log in)"),
    ("no pg_hba.conf entry ", rf"no pg_hba\.conf entry for [^\n]{{1,120}}?\buser {_QUOTED}"),
    ("pg_hba.conf rejects ", rf"pg_hba\.conf rejects [^\n]{{1,120}}?\buser {_QUOTED}"),
    ("provided database credentials for ", rf"provided database credentials for {_QUOTED}"),  # Prisma
    (
        "failed to connect to ",
        r"failed to connect to [`\"'\\]{0,3}(?:host=\S{1,255} )?user=([^\s`\"'\\]{1,63}) ",
    ),  # pgx
)
_DATABASE = (
    ("database ", rf"\bdatabase {_QUOTED} does not exist"),
    ("permission denied for database ", rf"permission denied for database {_QUOTED}"),
    ("no pg_hba.conf entry ", rf"no pg_hba\.conf entry for [^\n]{{1,200}}?\bdatabase {_QUOTED}"),
    ("pg_hba.conf rejects ", rf"pg_hba\.conf rejects [^\n]{{1,200}}?\bdatabase {_QUOTED}"),
    ("failed to connect to ", r"failed to connect to [^\n]{0,330}? database=([^\s`\"'\\]{1,63})`?"),  # pgx
)
"""Words that stand in the sentence, in small letters, and its pattern."""
