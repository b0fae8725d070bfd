"""What a value says: a connection string of Postgres, another database, or what somebody has still to fill in."""

from __future__ import annotations

from pgwhy.shipped.regex import lazy
from pgwhy.target.dialects import Dialect, recognised
from pgwhy.target.parameters import words


def is_of_postgres(text: str) -> bool:
    """It is a connection string of Postgres in a syntax that is known."""
    if SCHEME.match(text):
        return True
    if "=" not in text or len(text) > 10_000:
        return False
    if not FIRST.match(text) or not PAIRS.search(text) or (OF_ANOTHER_NET.search(text) and not OWN_NET.search(text)):
        return False
    return recognised(text) in (Dialect.NPGSQL, Dialect.KEYWORDS)


SCHEME = lazy(
    r"(?i)\s*[\"']?(?:jdbc:postgresql:|(?:jdbc:|r2dbc:)?(?:pool:|proxy:)?"
    r"(?:postg[a-z]*|pgsql|psql|ecto|cockroachdb|timescale)(?:\+\w+)?:/|pgsql:\s*[a-z_]+\s*=)"
)
FIRST = lazy(r"\s*[\"']?[A-Za-z_]+(?: [A-Za-z]+){0,3}\s*=")
"""A string of pairs begins with one. A script with such a string in it does not, and `kafka.server=WARN` is none."""
PAIRS = lazy(r"(?i)\b(?:host|server|hostaddr|dbname|database|service)\s*=")
BROKEN = lazy(r"(?i)postgre|pgsql|://|@|\bhost\s*=|\bserver\s*=")
OTHER_URL = lazy(
    r"(?i)(?:jdbc|r2dbc):tc:|(?:jdbc:)?(?:mysql|mariadb|mongodb|sqlite3?|sqlserver|oracle|redis|amqp|https?|file|h2|hsqldb|derby|db2|mssql|"
    r"data source=)\b"
)
"""URLs of other databases, and those for which Testcontainers starts a database of its own (`jdbc:tc:`)."""
ANOTHER_IN_TEXT = lazy(r"(?i)[\"'`](?:mysql|mariadb|sqlite)[\w+]*:///?")
"""An expression that puts together a URL of another database."""
PLACEHOLDER = lazy(r"(?i)undefined|null|none|\$\{?\w+\}?|<[^<>]*>|your[-_ ].*|change_?me")
BELOW = words("options connectionparameters jsondata parameters")
"""Mappings inside of a connection's own that have parameters of libpq's: Django, pgAdmin, Grafana."""
HARMLESS = lazy(r"\d{1,5}|true|false")
DRIVERS = words(
    """adapter driver dialect client type engine provider connection scheme backend kind conntype dbkind dbms vendor
    plugin driverclassname driverclass drivername dialectname providername databasetype dbtype"""
)
OF_ANOTHER_NET = lazy(
    r"(?i)(?:^|;)\s*(?:trusted_connection|multipleactiveresultsets|attachdbfilename|integrated security|"
    r"network library|allowuservariables|convert zero datetime|uid|driver|provider|data source)\s*=|"
    r"port\s*=\s*(?:1433|3306)\b"
)
"""Keywords of .NET's other databases: SqlClient, MySqlConnector, ODBC, OLE DB. Npgsql knows `Uid`, too."""
OWN_NET = lazy(r"(?i)(?:^|;)\s*(?:uid\s*=\s*postgres\b|port\s*=\s*5432\b)")
"""What nobody writes for any of them."""
POSTGRES = lazy(r"(?i)postg|^pg$|pgx|pg_|^pg-native$|cockroach")
OTHER = lazy(
    r"(?i)mysql|maria|sqlclient|sqlite|mongo|sqlserver|sqlsrv|mssql|oracle|redis|snowflake|bigquery|redshift|duckdb|"
    r"clickhouse|h2|sybase|cassandra|elastic"
)
OTHER_PORTS = words("3306 27017 6379 1433 1521 9200 5672 587 465 25 389 11211 9042 8123 80 443")
"""MySQL, MongoDB, Redis, SQL Server, Oracle, Elasticsearch, RabbitMQ, mail, LDAP, Memcached, Cassandra,
ClickHouse, HTTP."""
