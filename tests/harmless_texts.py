"""Texts without a secret, as drivers, servers, shells and loggers write them: what redaction must leave alone.

Made of format strings and ordinary names, in the same order each time.
"""

# ruff: noqa: E501  texts as they are printed
from __future__ import annotations

import hashlib
import itertools
import json
import random
import uuid
from collections.abc import Iterator

_ERRORS = (
    'FATAL:  password authentication failed for user "{user}"',
    'FATAL:  password authentication failed for user "{user}"\nDETAIL:  Role "{user}" does not exist.',
    "fe_sendauth: no password supplied",
    'psql: error: connection to server at "{host}" ({ip}), port {port} failed: Connection refused\n'
    "\tIs the server running on that host and accepting TCP/IP connections?",
    'connection to server at "{host}" ({ip}), port {port} failed: FATAL:  no pg_hba.conf entry for host "{ip}", '
    'user "{user}", database "{db}", no encryption',
    'could not translate host name "{host}" to address: Name or service not known',
    "Error: getaddrinfo ENOTFOUND {host}\n    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:{n}:26)",
    "Error: connect ECONNREFUSED {ip}:{port}",
    "org.postgresql.util.PSQLException: The server requested SCRAM-based authentication, but no password was provided.",
    'org.postgresql.util.PSQLException: FATAL: password authentication failed for user "{user}"\n'
    "\tat org.postgresql.core.v3.ConnectionFactoryImpl.doAuthentication(ConnectionFactoryImpl.java:{n})",
    "SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string",
    "Npgsql.NpgsqlException (0x80004005): No password has been provided but the backend requires one (in SCRAM-SHA-256)",
    "asyncpg.exceptions.InvalidPasswordError: password authentication failed for user \"{user}\"",
    "psycopg2.OperationalError: FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
    "failed to connect to `host={host} user={user} database={db}`: dial error (dial tcp {ip}:{port}: i/o timeout)",
    'pq: password authentication failed for user "{user}"',
    "ERROR: token validation failed: the token is expired",
    "invalid token: unexpected end of input at line {n}",
    "SyntaxError: Unexpected token: < in JSON at position 0",
    "the secret {db} was not found in namespace {user}",
    "Error from server (NotFound): secrets \"{db}-credentials\" not found",
    "MountVolume.SetUp failed for volume \"{db}\" : secret \"{db}-tls\" not found",
    "authentication method 10 not supported",
    "FATAL:  SASL authentication failed\nDETAIL:  Wrong password",
    "check the password: it may have been reset",
    "the password is wrong or the role does not exist",
    "Your password has expired; please reset it",
    "FATAL: pg_hba.conf rejects connection for host \"{ip}\", user \"{user}\", database \"{db}\", SSL encryption",
    "SSL error: certificate verify failed",
    "sslmode value \"{db}\" invalid when SSL support is not compiled in",
    'root certificate file "/home/{user}/.postgresql/root.crt" does not exist',
    'WARNING: password file "/home/{user}/.pgpass" has group or world access; permissions should be u=rw (0600) or less',
    'invalid connection option "{db}"',
    "could not send SSL negotiation packet: Socket is not connected",
    "SCRAM authentication requires libpq version 10 or above",
    "PHP Fatal error:  Uncaught PDOException: SQLSTATE[08006] [7] could not connect to server: Connection refused\n"
    "#0 /app/db.php({n}): PDO->__construct('pgsql:host={host}', '{user}', Object(SensitiveParameterValue))",
    "Basic authentication is not supported by this server",
    "Bearer authentication failed for {user}",
    "Authorization header is missing",
    "API key: not configured",
    "error: unknown key \"{db}\" in section [database]",
    "Primary key: {db}_pkey",
    "duplicate key value violates unique constraint \"{db}_pkey\"\nDETAIL:  Key (id)=({n}) already exists.",
    "foreign key constraint \"{db}_fkey\" cannot be implemented",
    "ERROR 28P01 (invalid_password) at {host}:{port}",
    "ls: cannot access '/run/secrets/db_password': No such file or directory",
    "POSTGRES_PASSWORD_FILE=/run/secrets/db_password",
    "$ psql -h {host} -U {user} -W {db}\nPassword for user {user}:",
    "$ psql postgresql://{user}@{host}:{port}/{db}?sslmode=require",
    "Connecting to postgresql://{user}:****@{host}:{port}/{db}",
    "Connecting to postgresql://{user}:[YOUR-PASSWORD]@{host}/{db}",
    "Connecting to postgresql://{user}:<password>@{host}/{db}",
    "PGPASSWORD=$DB_PASSWORD psql -h {host}",
    "password: ${{DB_PASSWORD}}",
    "password = os.environ['DB_PASSWORD']",
    "password: process.env.PGPASSWORD",
    "{{ host: '{host}', port: {port}, password: undefined }}",
    "{{\"host\": \"{host}\", \"password\": null, \"max_tokens\": {n}}}",
    "commit {sha}\nAuthor: {user} <{user}@example.com>",
    "docker pull ghcr.io/acme/{db}@sha256:{sha256}",
    "request_id={uuid} status=500 duration={n}ms",
    "trace_id: {uuid}, span: {short}",
    "pod/{db}-7d4b9c6f5-{short} CrashLoopBackOff",
    "image: postgres:17.{d}-alpine",
    "npm ERR! code ELIFECYCLE\nnpm ERR! errno {d}",
    "{{\"level\":\"error\",\"msg\":\"connect failed\",\"host\":\"{host}\",\"port\":{port},\"pid\":{n}}}",
    "listen_addresses = '*'\nport = {port}\nssl = on\npassword_encryption = scram-sha-256",
    "host    {db}    {user}    {ip}/32    scram-sha-256",
    "hostssl all all 0.0.0.0/0 md5",
    "[databases]\n{db} = host={host} port={port} dbname={db}",
    "auth_type = scram-sha-256\nauth_file = /etc/pgbouncer/userlist.txt",
    "Host={host};Port={port};Username={user};Database={db};SSL Mode=Require",
    "jdbc:postgresql://{host}:{port}/{db}?user={user}&ssl=true&sslmode=require",
    "spring.datasource.url=jdbc:postgresql://{host}:{port}/{db}\nspring.datasource.username={user}",
    "services:\n  db:\n    image: postgres:17\n    ports:\n      - \"{port}:5432\"",
    "DATABASE_HOST={host}\nDATABASE_PORT={port}\nDATABASE_NAME={db}",
    "channel_binding=require&options=endpoint%3Dep-cool-darkness-a1b2c3d4",
    "see https://www.postgresql.org/docs/17/auth-password.html#AUTH-PASSWORD",
    "write to support@example.com about ticket {n}",
    "ENDPOINT ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support",
    "Error: P1000: Authentication failed against database server, the provided database credentials for `{user}` are "
    "not valid.",
    "CREATE ROLE {user} LOGIN;\nGRANT ALL ON DATABASE {db} TO {user};",
    "SHOW password_encryption;\n scram-sha-256",
    "could not load private key file \"/etc/ssl/{db}.key\": key values mismatch",
    "private key file \"/home/{user}/.postgresql/postgresql.key\" has group or world access",
    "  File \"/app/{db}/views.py\", line {n}, in get_token\n    raise TokenError('no token')",
    "KeyError: 'DB_PASSWORD'",
    "Environment variable not found: DATABASE_PASSWORD.",
    "cookie consent banner shown for {uuid}",
    "password_hash column is of type bytea but expression is of type text",
    "Enter password for {user}:",
    "2026-11-2{d} 09:14:0{d}.123 UTC [{n}] LOG:  listening on IPv4 address \"0.0.0.0\", port {port}",
    "connect to {ip}:{port} at 09:14:0{d}Z failed after {n} ms",
)  # fmt: skip
_USERS = ("alex", "app_user", "neondb_owner", "reporting", "joe.smith", "svc-orders")
_HOSTS = ("db.example.com", "ep-cool-darkness-123456.us-east-2.aws.neon.tech", "localhost", "pg-1.internal", "10.0.0.7")
_DATABASES = ("shop", "neondb", "orders_prod", "app")


def _bare(text: str, number: int) -> str:
    return text


def _json(text: str, number: int) -> str:
    return json.dumps({"level": 50, "pid": number, "err": {"type": "Error", "message": text}})


def _json_twice(text: str, number: int) -> str:
    return json.dumps({"log": json.dumps({"msg": text}), "stream": "stderr"})


def _log(text: str, number: int) -> str:
    return "\n".join(
        f"2026-11-25T22:{number % 60:02}:07.123Z ERROR [worker-{number % 7}] {line}" for line in text.split("\n")
    )


def _compose(text: str, number: int) -> str:
    return "\n".join(f"app-1  | {line}" for line in text.split("\n"))


def _python(text: str, number: int) -> str:
    return f'Traceback (most recent call last):\n  File "/app/main.py", line {number}, in <module>\nOperationalError: {text}'


_WRAPPED = (_bare, _json, _log, _python, _compose, _json_twice)


def texts(many: int) -> Iterator[str]:
    """So many texts: each format with other names and in other wrappers in turn."""
    chance = random.Random(7)
    for number, form in zip(range(many), itertools.cycle(_ERRORS), strict=False):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        said = form.format(
            user=chance.choice(_USERS), host=chance.choice(_HOSTS), db=chance.choice(_DATABASES), port=5432 + number % 9,
            ip=f"10.0.{number % 250}.{number % 199}", n=100 + number, d=number % 10, sha=digest[:40], sha256=digest,
            uuid=uuid.UUID(digest[:32]), short=digest[:5],
        )  # fmt: skip
        yield _WRAPPED[(number // len(_ERRORS)) % len(_WRAPPED)](said, number)
