"""Texts about another service than Postgres: a refused port of Redis is no reason to look at a database.

Such a text has to name the other service, and nothing in it may speak of Postgres: a stack trace names many things.
"""

from __future__ import annotations

import re


def is_meant(text: str) -> bool:
    """The text is about another service."""
    return bool(_SURELY_OTHER.search(text) or (not speaks_of_postgres(text) and _OTHER.search(text)))


def speaks_of_postgres(text: str) -> bool:
    """Something in the text names Postgres, a driver of its, a service or one of its ports."""
    return bool(_POSTGRES.search(text))


_SURELY_OTHER = re.compile(
    r"\(Connection: (?:mysql|mariadb|sqlite|sqlsrv),|\bnetwork request to https?://"
    r"|\b(?:pymysql|MySQLdb|mysql\.connector|aiomysql|oracledb|cx_Oracle|pyodbc|sqlite3|pymongo|redis)\.\w"
    r"|\bMySQL server (?:on|at|has gone)"
)
"""Laravel's name of the connection, behind a SQLSTATE of another database; npm, though the package is a driver; drivers
of other databases below an ORM that also speaks to Postgres."""

_OTHER = re.compile(
    r"\b(?:redis|mongo|mysql|mariadb|rabbitmq|amqp|kafka|elasticsearch|opensearch|memcached|smtp|ldaps?://|ssh:)"
    r"|git@|github\.com|\bgit\.|fatal: unable to access|npm ERR! network|\bcurl: \("
    r"|\b(?:Get|Post|Put|Head|Delete) \\?\"https?://|\bwget: |HTTPSConnectionPool"
    r"|\bwebsocket: |redirect URI|\(publickey|pulling image|docker: Error response"
    r"|:(?:6379|27017|3306|5672|9092|9200|11211)\b|port (?:22|80|443)\b"
    r"|\bAxiosError\b|while connecting to upstream|^ERROR \d{4} \("
    r"|\bconnect E[A-Z]{3,20} [\w.:-]{1,100}:(?:80|443|3000|8000|8080)\b",
    re.IGNORECASE | re.MULTILINE,
)
_POSTGRES = re.compile(
    r"postgre|pgsql|\bpsql|\bpg[_. :/-]|[/\"'(@]pg[/\"')@]|libpq|npgsql|psycopg|sqlstate"
    r"|asyncpg|pg8000|aiopg|\bpgx|pgconn|\blib/pq\b"
    r"|:(?:5432|5433|6432|6543|26257)\b|(?-i:\bFATAL:)|\bneon|supabase|cockroach|\bpq: "
    r"|connection to server (?:at|on)|could not connect to server|negotiation|sqlalchemy|hikari|typeorm|sequelize"
    r"|prisma|django\.db",
    re.IGNORECASE,
)
