"""`require_auth` is read as libpq reads it, and narrowed without being loosened."""

from __future__ import annotations

import pytest

from pgwhy.target import parameters, require_auth

REFUSED = [
    " !md5",
    "!md5 ",
    "!md5, !gss",
    "!md5,",
    ",",
    "md5,!gss",
    "!md5,gss",
    "md5,md5",
    "!md5,!md5",
    "MD5",
    "none,none",
]


@pytest.mark.parametrize("value", REFUSED)
def test_what_libpq_refuses_is_refused(value: str) -> None:
    """`pqConnectOptions2` compares each item as it is, blanks included, and takes no empty one."""
    assert parameters.refuses("require_auth", value)
    with pytest.raises(ValueError, match="libpq refuses"):
        require_auth.without_clear_text(value)


@pytest.mark.parametrize("value", [*REFUSED, "", "!md5", "md5", "scram-sha-256,password", "!password,!none", "oauth"])
def test_this_libpq_agrees(value: str) -> None:
    from psycopg import pq

    text = f"host=127.0.0.1 port=1 user=a require_auth='{value}'"
    words = pq.PGconn.connect_start(text.encode()).get_error_message()
    assert require_auth.is_refused(value) == ("require_auth" in words)


@pytest.mark.parametrize(
    ("value", "narrowed"),
    [
        (None, "!password"),
        ("", ""),
        ("password", ""),
        ("md5,password", "md5"),
        ("scram-sha-256", "scram-sha-256"),
        ("!md5", "!md5,!password"),
        ("!password", "!password"),
    ],
)
def test_it_is_narrowed_and_never_loosened(value: str | None, narrowed: str) -> None:
    assert require_auth.without_clear_text(value) == narrowed
