"""What the name of a setting says of a connection: `DB_HOST`, `username`, `jdbc-url`, `MaintenanceDB`.

One rule in place of a list of names: a name is taken apart into words, and its last one or two say what the value is.
The words in front of them (`DB`, `APP_DB`, `SPRING_DATASOURCE`) tell which settings belong together.
"""

from __future__ import annotations

from functools import lru_cache

from pgwhy.shipped.regex import lazy
from pgwhy.target.parameters import words
from pgwhy.values import dataclass

URL = "url"
"""The role of a whole connection string; every other role is one of libpq's names."""
_ROLES = {
    URL: "url uri dsn jdbcurl connectionstring connection-string conn-string conn-str client-url alchemy-conn",
    "host": "host hostname host-name server servername server-name addr address",
    "port": "port",
    "user": "user username user-name user-id login role",
    "password": "password pass passwd pwd",
    "dbname": "database dbname db name initial-catalog databasename",
    "sslmode": "sslmode ssl-mode",
    "sslrootcert": "sslrootcert",
    "sslcert": "sslcert",
    "sslkey": "sslkey",
}
_BY_WORDS = {tuple(each.split("-")): role for role, several in _ROLES.items() for each in several.split()}
_NAMED = words("class driver provider display app application service cluster pool schema table image container job")
"""Words before `name` that say whose name it is, which is not a database's."""
_GLUED = ("pg", "db")
_WORD = lazy(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+")
OF_DATABASES = words(
    """db dbs database databases datasource datasources postgres postgresql pg pgsql psql sql sqlalchemy rds neon
    supabase timescale cockroach cockroachdb psycopg asyncpg pdo hikari jdbc repo repository ecto typeorm sequelize
    prisma aurora maintenance"""
)
"""Words of a name or a path that say: this is about a database."""
HOST_HAS_PORT = words("gitea forgejo gogs gf grafana nextcloud")
"""Programs in front of a variable's name whose host may have the port behind a colon."""
OF_OTHERS = words(
    """redis rediss valkey mysql mariadb mongo mongodb mssql sqlserver sqlsrv oracle sqlite clickhouse cassandra elastic
    elasticsearch opensearch memcached memcache kafka rabbit rabbitmq amqp nats mail mailer smtp imap email ldap ftp
    sftp s3 minio influx influxdb neo4j couchdb couchbase dynamodb snowflake bigquery redshift trino presto h2 hsqldb
    derby db2 sentry vault consul zookeeper etcd solr"""
)
"""Words that say: this is about something else, whatever its settings are called."""


@dataclass(frozen=True)
class Name:
    """The name of a setting, taken apart."""

    front: tuple[str, ...]
    """The words before its role, in small letters; all words where it has no role."""
    role: str | None
    end: str
    """The words of the role as written, joined: `database` and `name` are both `dbname`, and say it differently."""


@lru_cache(maxsize=4096)
def taken_apart(name: str) -> Name:
    """`APP_DB_HOST` is `("app", "db")` and `host`; `PGHOST` is `("pg",)` and `host`."""
    parts = tuple(word.lower() for word in _WORD.findall(name))
    last = parts[-1] if parts else ""
    if (last,) not in _BY_WORDS and last[:2] in _GLUED and (last[2:],) in _BY_WORDS:  # PGHOST, PAPERLESS_DBHOST
        parts = (*parts[:-1], parts[-1][:2], parts[-1][2:])
    if last == "dbname" and len(parts) > 1 and parts[-2] not in OF_DATABASES:  # DOCS_DBNAME, beside DOCS_DBHOST
        parts = (*parts[:-1], "db", "name")
    for length in (2, 1):
        end = parts[-length:]
        if len(end) == length and end in _BY_WORDS and not (end == ("name",) and parts[-2:-1] and parts[-2] in _NAMED):
            return Name(parts[:-length], _BY_WORDS[end], "".join(end))
    return Name(parts, None, "")


def are_of_a_database(names: tuple[str, ...]) -> bool:
    """The words of a path say that its settings are a database's."""
    return bool(_words(names) & OF_DATABASES)


def may_have_port(names: tuple[str, ...]) -> bool:
    """The host of these settings may have the port behind a colon."""
    return bool(_words(names) & HOST_HAS_PORT)


def are_of_something_else(names: tuple[str, ...]) -> bool:
    """The words of a path name another service."""
    return bool(_words(names) & OF_OTHERS)


def _words(names: tuple[str, ...]) -> set[str]:
    return {word.lower() for name in names for word in _WORD.findall(name)}
