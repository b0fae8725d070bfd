"""Texts about another service than Postgres: a refused port of Redis is no reason to look at a database.

Such a text has to name the other service, and nothing in it may speak of Postgres: a stack trace names many things.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pgwhy.shipped.regex import lazy


def is_meant(text: str) -> bool:
    """The text is about another service."""
    surely = any(part in text and pattern.search(text) for part, pattern in _SURELY_OTHER)
    return bool(surely or (not speaks_of_postgres(text) and _OTHER.search(text)))


@lru_cache(maxsize=4)  # a text's statements and its facts ask
def speaks_of_postgres(text: str) -> bool:
    """Something in the text names Postgres, a driver of its, a service or one of its ports."""
    folded = text.lower()
    return (
        any(name in folded for name in _POSTGRES)
        or any(part in folded and pattern.search(folded) for part, pattern in _POSTGRES_WORDS)
        or bool("FATAL:" in text and _FATAL.search(text))
    )


_SURELY_OTHER = tuple(
    (part, lazy(pattern))
    for part, pattern in (
        ("(Connection: ", r"\(Connection: (?:mysql|mariadb|sqlite|sqlsrv),"),
        ("network request to http", r"\bnetwork request to https?://"),
        ("unable to access 'http", r"(?i:\bfatal: unable to access 'https?://)"),
        ("MySQL server ", r"\bMySQL server (?:on|at|has gone)"),
        ('Datasource "', r'\bDatasource "[^"\n]{1,60}"(?:: | - )(?:MySQL|SQL Server|SQLite|MongoDB)'),
        ("`:`", r"`:`(?:1433|3306|27017)`"),
        *(
            (f"{driver}.", rf"\b{re.escape(driver)}\.\w")
            for driver in [
                "pymysql",
                "MySQLdb",
                "mysql.connector",
                "aiomysql",
                "oracledb",
                "cx_Oracle",
                "pyodbc",
                "sqlite3",
                "pymongo",
                "redis",
            ]
        ),
    )
)
"""What such a text has to have, and how: Laravel's name of the connection, behind a SQLSTATE of another database;
Prisma's line about its database; npm and git, though a package or a repository is a driver's; drivers of other
databases below an ORM that also speaks to Postgres."""

_OTHER = lazy(
    r"\b(?:redis|mongo|mysql|mariadb|rabbitmq|amqp|kafka|elasticsearch|opensearch|memcached|smtp|ldaps?://|ssh:)"
    r"|git@|github\.com|\bgit\.|fatal: unable to access|npm ERR! network|\bcurl: \("
    r"|\b(?:Get|Post|Put|Head|Delete) \\?\"https?://|\bwget: |HTTPSConnectionPool"
    r"|\bwebsocket: |redirect URI|\(publickey|pulling image|docker: Error response"
    r"|:(?:6379|27017|3306|5672|9092|9200|11211)\b|port (?:22|80|443)\b"
    r"|\[SQL Server\]|\bSQLServerException\b|\bSqlClient\b|\bORA-\d{5}\b"
    r"|\bsun\.net\.www\.http\.|\bHttpURLConnection\b|\bjdk\.internal\.net\.http\.|\bokhttp3\.|\borg\.apache\.http\."
    r"|\[curl\] \d|\bcURL error \d|\bSystem\.Net\.WebException\b|\bWebException with status\b|\bAmazon\.Runtime\."
    r"|\burllib3\.|\brequests\.exceptions\.|\bhttpx\.|\baiohttp\.client|\breqwest::|\bSystem\.Net\.Http\.|\bNet::HTTP\b"
    r"|\bAxiosError\b|while connecting to upstream|^ERROR \d{4} \("
    r"|\bconnect E[A-Z]{3,20} [\w.:-]{1,100}:(?:80|443|3000|8000|8080)\b",
    re.IGNORECASE | re.MULTILINE,
)
# Plain texts are looked for one by one: that takes a fortieth of the time of one pattern with all of them.
_POSTGRES = (
    "postgre",
    "pgsql",
    "libpq",
    "psycopg",
    "sqlstate",
    "connection to server at",
    "connection to server on",
    "could not connect to server",
    "asyncpg",
    "pg8000",
    "aiopg",
    "pgconn",
    "supabase",
    "cockroach",
    "negotiation",
    "sqlalchemy",
    "hikari",
    "typeorm",
    "sequelize",
    "prisma",
    "django.db",
)
"""In small letters."""
_POSTGRES_WORDS = tuple(
    (part, lazy(pattern))
    for part, pattern in (
        ("pg", r"\bpg[_. :/x-]|[/\"'(@]pg[/\"')@]"),
        ("psql", r"\bpsql"),
        ("neon", r"\bneon"),
        ("pq", r"\b(?:lib/pq\b|pq: )"),
        *((port, rf"{port}\b") for port in (":5432", ":5433", ":6432", ":6543", ":26257")),
    )
)
"""What a folded text has to have, and how it has to stand there."""
_FATAL = lazy(r"\bFATAL:")
