from __future__ import annotations

import pytest

from pgwhy.probes import VOCABULARY
from pgwhy.redaction.made_up import Pseudonyms


def names() -> Pseudonyms:
    target = {"host": "pg.acme.internal", "user": "joe_smith", "dbname": "acme_prod"}
    return Pseudonyms(VOCABULARY.observations({"target": target}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('server at "pg.acme.internal" (10.3.4.5)', 'server at "db1.example.com" (10.0.0.1)'),
        ('user "joe_smith", database "acme_prod"', 'user "alex", database "shop"'),
        ("getaddrinfo ENOTFOUND db.acme.io", "getaddrinfo ENOTFOUND db2.example.com"),
        ("8.8.8.8:5432 and 2a01:4f8::5", "192.0.2.1:5432 and 2001:db8::1"),
        ("/home/joe/app, C:\\Users\\joe\\app", "/home/someone/app, C:\\Users\\someone\\app"),
        ("joe@acme.io", "someone1@example.com"),
        (
            "ep-silent-moon-a1b2c3d4-pooler.eu-central-1.aws.neon.tech",
            "ep-cool-darkness-123456-pooler.eu-central-1.aws.neon.tech",
        ),
        ("acme.c9akciq32.us-east-1.rds.amazonaws.com", "name1.name2.us-east-1.rds.amazonaws.com"),
    ],
)
def test_real_names_are_made_up_and_what_they_tell_stays(text: str, said: str) -> None:
    assert names().said(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1 ::1 0.0.0.0 localhost",
        "psycopg2.OperationalError: at node_modules/pg/lib/client.js:132:11",
        "org.postgresql.util.PSQLException at 12:30:45, libpq 17.5",
        "db.example.com",
        "acme_production",
    ],
)
def test_what_is_no_real_name_stays(text: str) -> None:
    assert names().said(text) == text


def test_the_same_name_is_the_same_each_time() -> None:
    made_up = names()
    assert made_up.said("9.9.9.9 1.1.1.1 9.9.9.9") == "192.0.2.1 192.0.2.2 192.0.2.1"
    assert made_up.said("PG.ACME.INTERNAL, 1.1.1.1") == "db1.example.com, 192.0.2.2"
