"""Mistakes that people make in settings files, planted in the healthy ones of these tests."""

from __future__ import annotations

import re
from collections.abc import Callable

from pgwhy.target.problem import ProblemCode as P
from tests.target.files.values import HOST, JDBC, NET, PASSWORD, PORT, URL

Mistake = Callable[[str], str]


def _slash(text: str) -> str:
    """Where SQLAlchemy reads the URL, a raw / is no mistake: its password ends at the @."""
    return text if "postgresql+" in text else text.replace(f":{PASSWORD}@", f":pa/{PASSWORD}@")


def _in_url(before: str, after: str) -> Mistake:
    def make(text: str) -> str:
        return text.replace(before, after)

    return make


def _in_field(after: str) -> Mistake:
    """Where the host stands alone: neither in a URL nor with a port behind it."""

    def make(text: str) -> str:
        # Npgsql takes `Host=name:port`.
        if "Host=" in text and ":" in after.removeprefix("postgresql://"):
            return text
        if f"{HOST}:{PORT}" in text or "pgsql:" in text:  # the string decides
            return text
        return re.sub(rf"(?<![/@\w.]){re.escape(HOST)}(?![\w:.])", after, text)

    return make


def _port(text: str) -> str:
    """Where it stands alone, as a text: what is no number is no value of JSON or of a program."""
    if f"{HOST}:{PORT}" in text:
        return text
    quoted = rf"""(?<=["']: ){PORT}\b""" if "provider " not in text else rf"(?<== ){PORT}\b"
    text = re.sub(quoted, '"54x33"', text)
    return re.sub(
        rf"""(?<=[=:] ){PORT}\n|(?<==){PORT}\n|(?<=["']){PORT}(?=["'])""", lambda m: m[0].replace(PORT, "54x33"), text
    )


def _for_pgjdbc(text: str) -> str:
    """In a file that nothing but Java reads."""
    return text if "SPRING_DATASOURCE_URL" in text else text.replace(JDBC, URL)


def _behind_a_host(text: str) -> str:
    return text if URL in text else text.replace(f"{HOST}:{PORT}", f"{HOST}:54x33")


MISTAKES: dict[str, tuple[Mistake, tuple[P, ...]]] = {
    "a raw @ in the password": (_in_url(f":{PASSWORD}@", f":pa@{PASSWORD}@"), (P.PASSWORD_AT_SIGN,)),
    "a raw / in the password": (_slash, (P.PASSWORD_SLASH, P.PORT_INVALID)),
    "a scheme misspelt": (_in_url("postgresql://", "postgress://"), (P.WRONG_SCHEME,)),
    "a port that is no number": (_in_url(f"{HOST}:{PORT}", f"{HOST}:54x33"), (P.PORT_INVALID,)),
    "a second question mark": (
        _in_url(URL, f"{URL}?sslmode=require?connect_timeout=10"),
        (P.DOUBLE_QUESTION_MARK,),
    ),
    "the port in the host's own field": (_in_field(f"{HOST}:{PORT}"), (P.HOST_WITH_PORT,)),
    "a URL in the host's own field": (_in_field(f"postgresql://{HOST}"), (P.HOST_IS_URL,)),
    "a port of its own that is no number": (_port, (P.PORT_INVALID,)),
    "a port that is no number, behind a host": (_behind_a_host, (P.PORT_INVALID,)),
    "a port that is no number, in PDO's string": (
        _in_url(f"pgsql:host={HOST};port={PORT}", f"pgsql:host={HOST};port=54x33"),
        (P.PORT_INVALID,),
    ),
    "host and port as one in PDO's string": (
        _in_url(f"pgsql:host={HOST};port={PORT}", f"pgsql:host={HOST}:{PORT}"),
        (P.HOST_WITH_PORT,),
    ),
    "a provider's URL for Npgsql": (_in_url(NET, URL), (P.URL_NOT_READ, P.UNREADABLE)),
    "a provider's URL for pgJDBC": (_for_pgjdbc, (P.URL_NOT_READ,)),
    "a URL as Npgsql's host": (_in_url(f"Host={HOST};", f"Host=postgresql://{HOST};"), (P.HOST_IS_URL,)),
}
"""A mistake, how it is made (the text comes back as it was where it has no place), and the problems that name it."""

PLACEHOLDER = _in_url(URL, "${{SHOP_URL_OF_ACME}}")
"""A template that nobody filled in: no line of the file has a connection any more."""
