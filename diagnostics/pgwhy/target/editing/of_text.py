"""Repairs of a broken connection string: what was written → what was meant, the same where one does not fit.

`repair.py` has their names and reads what they give.
"""

from __future__ import annotations

import re

from pgwhy.target.dialects import jdbc, keywords, percent, query, uri
from pgwhy.target.dialects.sqlalchemy import PREFIX as SQLALCHEMY
from pgwhy.target.dialects.wrappers import peel


def unwrapped(text: str) -> str:
    """The connection string alone, without quotes, command, white space or byte order mark around it."""
    while True:
        inner = peel(text)
        if (inner.start, inner.end) == (0, len(text)):
            return text
        text = text[inner.start : inner.end]


def percent_encoded(text: str) -> str:
    if text.startswith(jdbc.PREFIX):
        return jdbc.percent_encoded(text)
    start = _login_start(text)
    login = uri.intended_userinfo(text, start) or re.compile(r"(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?(?=@)").match(
        text, start
    )
    if not login:
        return text
    encoded = percent.encode_raw(login["user"])
    if login["password"] is not None:
        encoded += ":" + percent.encode_raw(login["password"])
    return text[:start] + encoded + text[login.end() :]


def _login_start(text: str) -> int:
    found = SQLALCHEMY.match(text)
    return found.end() if found else text.find("://") + 3 if "://" in text else len(text)


def login_to_fields(text: str) -> str:
    login = jdbc.login_in(text)
    if not login:
        return text
    text = text[: login.start() + 2] + text[login.end() :]
    fields = [f"user={percent.encode_raw(login['user'])}"]
    if login["password"] is not None:
        fields.append(f"password={percent.encode_raw(login['password'])}")
    if "/" not in text.partition("?")[0][len(jdbc.PREFIX) + 2 :]:
        text = text.replace("?", "/?", 1) if "?" in text else text + "/"
    return text + query.joint(text) + "&".join(fields)


def from_jdbc(text: str) -> str:
    text = unwrapped(text)
    return uri.render(jdbc.parse(login_to_fields(text)).values) if text.startswith(jdbc.PREFIX) else text


def marks_joined(text: str) -> str:
    head, mark, rest = text.partition("?")
    return head + mark + re.sub(r"[?&]+", "&", rest).lstrip("&")


def mark_inserted(text: str) -> str:
    return text if "?" in text else text.replace("&", "?", 1)


def equals_encoded(text: str) -> str:
    for start, end in reversed(query.pieces(text)):
        name, equals, value = text[start:end].partition("=")
        if "=" in value:
            text = text[:start] + name + equals + value.replace("=", "%3D").replace(" ", "%20") + text[end:]
    return text


def spaced(text: str) -> str:
    return re.sub(r"&(?=[a-z_]+=)", " ", text)


def tail_quoted(text: str) -> str:
    tail = keywords.unquoted_tail(text)
    return text[: tail[0]] + keywords.quoted(text[tail[0] : tail[1]]) + text[tail[1] :] if tail else text


def with_scheme(text: str) -> str:
    return "postgresql://" + text.strip().removeprefix("//")


def scheme_mended(text: str) -> str:
    text = text.strip()
    found = re.match(r"(jdbc:)?[A-Za-z][A-Za-z0-9+.\-]*?:/{0,2}", text)
    if not found:
        return text
    jdbc_prefix = "jdbc:" if text.startswith("jdbc:") else ""
    end = re.compile(r"[A-Za-z0-9+.\-]*:/{0,2}").match(text, len(jdbc_prefix))
    return f"{jdbc_prefix}postgresql://{text[end.end() if end else 0 :]}"
