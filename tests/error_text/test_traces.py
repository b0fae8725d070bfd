"""What counts in the traces of the drivers of Python, Node and Go, as they print them themselves."""

from __future__ import annotations

import pytest

from pgwhy.error_text import Origin, clean

PG8000 = """Traceback (most recent call last):
  File "/app/pg8000/core.py", line 186, in _read
    block = sock.read(size - len(buff))
ConnectionResetError: [Errno 104] Connection reset by peer

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/pg8000/core.py", line 145, in _flush
    raise InterfaceError("network error") from e
pg8000.exceptions.InterfaceError: network error
"""
SQLALCHEMY = """asyncpg.exceptions._base.InterfaceError: cannot perform operation: another operation is in progress

The above exception was the direct cause of the following exception:

sqlalchemy.exc.InterfaceError: (sqlalchemy.dialects.postgresql.asyncpg.InterfaceError) <class \
'asyncpg.exceptions._base.InterfaceError'>: cannot perform operation: another operation is in progress
(Background on this error at: https://sqlalche.me/e/20/rvf5)
"""
PSYCOPG = """psycopg.OperationalError: connection failed: connection to server at "192.0.2.8", port 5432 \
failed: Connection refused
Multiple connection attempts failed. All failures were:
- host: 'a', port: '5432', hostaddr: '192.0.2.7': connection failed: connection to server at "192.0.2.7", port 5432 \
failed: FATAL:  password authentication failed for user "alex"
- host: 'b', port: '5432', hostaddr: '192.0.2.8': connection failed: connection to server at "192.0.2.8", port 5432 \
failed: Connection refused
"""
POOL = """WARNING:psycopg.pool:error connecting in 'pool-1': connection failed: connection to server at "127.0.0.1", \
port 5432 failed: FATAL:  password authentication failed for user "alex"
psycopg_pool.PoolTimeout: couldn't get a connection after 30.00 sec
"""
PGX = """failed to connect to `user=alex database=app`:
	127.0.0.1:5432 (localhost): tls error: server refused TLS connection
	127.0.0.1:5432 (localhost): failed to receive message: unexpected EOF"""
PGX_CONFIG = "cannot parse `host=a,b port=1,2,3 user=x`: could not match 3 port numbers to 2 hosts"
PGX_ROOT = (
    "cannot parse `postgresql://alex:xxxxx@localhost/app?sslrootcert=/nope`: failed to configure TLS "
    "(unable to read CA file: open /nope: no such file or directory)"
)
GO_JSON = (
    '{"level":"error","msg":"ping failed","error":"failed to connect to `user=alex database=app`:\\n\\t127.0.0.1:5432 '
    "(localhost): tls error: server refused TLS connection\\n\\t127.0.0.1:5432 (localhost): server error: FATAL: "
    'password authentication failed for user \\"alex\\" (SQLSTATE 28P01)"}'
)
DRIZZLE = """DrizzleQueryError: Failed query: select 1
params:
    at PostgresJsPreparedQuery.queryWithCache (/app/node_modules/drizzle-orm/pg-core/session.js:40:15) {
  [cause]: Error: write CONNECTION_CLOSED db.example.com:5432
      at Socket.closed (file:///app/node_modules/postgres/src/connection.js:453:38) {
    code: 'CONNECTION_CLOSED',
  }
}"""
AGGREGATE = """AggregateError [ECONNREFUSED]:
    at internalConnectMultiple (node:net:1139:18) {
  code: 'ECONNREFUSED',
  [errors]: [
    Error: connect ECONNREFUSED ::1:5432
        at createConnectionError (node:net:1675:14) { address: '::1', port: 5432 },
    Error: connect ECONNREFUSED 127.0.0.1:5432
  ]
}"""
POOL_OF_PG = """Error: Connection terminated due to connection timeout
    at /app/node_modules/pg-pool/index.js:45:11 {
  [cause]: Error: Connection terminated unexpectedly
      at Connection.<anonymous> (/app/node_modules/pg/lib/client.js:136:73)
}"""
PRISMA = """PrismaClientKnownRequestError:
Invalid `prisma.user.findFirst()` invocation:
Can't reach database server at 127.0.0.1:5432 {
  code: 'P1001',
  meta: { driverAdapterError: DriverAdapterError: DatabaseNotReachable {
      cause: { originalCode: 'ECONNREFUSED', originalMessage: 'connect ECONNREFUSED 127.0.0.1:5432' } } },
}"""


@pytest.mark.parametrize(
    ("text", "says", "program"),
    [
        pytest.param(SQLALCHEMY, "connection-shared", "asyncpg", id="a cause and what it causes"),
        pytest.param(PSYCOPG, "password-rejected", "postgres", id="psycopg's list of attempts"),
        pytest.param(POOL, "password-rejected", "postgres", id="a pool and why it has no connection"),
        pytest.param(PGX, "peer-closed", "pgx", id="pgx's list of attempts"),
        pytest.param(PGX_CONFIG, "option-invalid", "pgx", id="a sentence that asyncpg has as well"),
        pytest.param(PGX_ROOT, "root-file-missing", "pgx", id="a wrapper in a wrapper"),
        pytest.param(GO_JSON, "password-rejected", "postgres", id="attempts in a line of JSON"),
        pytest.param(DRIZZLE, "connection-closed", "postgres-js", id="Node's cause"),
        pytest.param(AGGREGATE, "refused", "system", id="an AggregateError"),
        pytest.param(POOL_OF_PG, "connect-timed-out", "node-postgres", id="a pool's own time limit"),
        pytest.param(PRISMA, "refused", "system", id="Prisma around a driver"),
    ],
)
def test_what_counts_in_a_trace(text: str, says: str, program: str) -> None:
    error = clean(text, Origin.REPORTED)
    assert (error.says, error.program) == (says, program)


def test_a_general_sentence_counts_beside_the_name_of_a_driver() -> None:
    assert "peer-closed" in (clean(PG8000, Origin.REPORTED).also_says or ())
    assert clean("InterfaceError: network error", Origin.REPORTED).says == "nothing"


def test_a_refused_port_of_pgx_is_about_postgres() -> None:
    text = "dial tcp 192.0.2.7:6000: connect: connection refused\n\tgithub.com/jackc/pgx/v5.Connect(...)"
    assert not clean(text, Origin.REPORTED).about_another_service


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("timeout expired", "connect-timed-out"),
        ("Error: socket hang up", "reset"),
        ("TypeError: Invalid URL", "string-unreadable"),
    ],
)
def test_a_general_sentence_counts_where_it_is_all_there_is(text: str, says: str) -> None:
    assert clean(text, Origin.REPORTED).says == says
    longer = (
        f"GET /orders 200 in 31 ms\ncache: warm\n{text} (while fetching an image for the shop's front page)\nGET / 200"
    )
    assert clean(longer, Origin.REPORTED).says == "nothing"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "ERROR SCRAM authentication requires libpq version 10 or above\n"
            "ERROR FATAL:  This RDS Proxy requires TLS connections",
            "method-unsupported",
        ),
        (
            'psql: FATAL:  password authentication failed for user "alex"\n'
            'FATAL:  no pg_hba.conf entry for host "192.0.2.7", user "alex", database "app", SSL off',
            "password-rejected",
        ),
        (
            'FATAL:  pg_hba.conf rejects connection for host "192.0.2.7", user "alex", database "app", no encryption\n'
            "FATAL:  connection requires a valid client certificate",
            "client-certificate-needed",
        ),
        ('FATAL:  no pg_hba.conf entry for host "192.0.2.7", user "alex", database "app", SSL off', "no-hba-entry"),
    ],
)
def test_that_the_server_wants_tls_goes_behind_what_an_attempt_with_tls_met(text: str, says: str) -> None:
    assert clean(text, Origin.REPORTED).says == says


def test_a_sentence_of_any_program_is_not_that_of_a_driver_that_the_text_does_not_show() -> None:
    text = "Error: P1013: The provided database string is invalid. invalid port number in database URL."
    error = clean(text + " Please refer to the documentation", Origin.REPORTED)
    assert (error.says, error.program) == ("string-unreadable", "prisma")
    assert error.programs == ("prisma",)


@pytest.mark.parametrize(
    "text",
    [
        "fatal: unable to access 'https://git.example.com/shop.git/': Could not resolve host: git.example.com",
        "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
        "django.db.utils.OperationalError: (2002, \"Can't connect to MySQL server on 'db' (115)\")",
    ],
)
def test_nothing_counts_in_a_text_about_another_service(text: str) -> None:
    assert clean(text, Origin.REPORTED).says == "nothing"


REFUSED = "Error: connect ECONNREFUSED 127.0.0.1:5432\n    at "


@pytest.mark.parametrize(
    ("text", "in_container", "on_platform"),
    [
        (REFUSED + "/home/alex/shop/node_modules/pg-pool/index.js:45:11", False, False),
        (REFUSED + "/usr/src/app/node_modules/pg-pool/index.js:45:11", True, False),
        (REFUSED + "/app/node_modules/pg-pool/index.js:45:11", True, False),
        (REFUSED + "/home/alex/app/node_modules/pg-pool/index.js:45:11", False, False),
        (REFUSED + "/var/task/node_modules/pg-pool/index.js:45:11", False, True),
        ("Step 7/9 : RUN npm run migrate\n" + REFUSED + "/srv/index.js:1:1", True, False),
        ("#9 2.100 " + REFUSED + "/srv/index.js:1:1", True, False),
        ("Error: connect EADDRNOTAVAIL ::1:5432 - Local (:::0)", True, False),
        ("Error: connect EADDRNOTAVAIL 192.0.2.7:5432 - Local (0.0.0.0:0)", False, False),
    ],
)
def test_where_a_program_runs_is_read_from_what_is_around_its_error(
    text: str, in_container: bool, on_platform: bool
) -> None:
    error = clean(text, Origin.REPORTED)
    assert (error.in_container, error.on_platform) == (in_container, on_platform)


def test_the_line_that_counts_is_the_one_that_is_quoted() -> None:
    text = "curl: (56) CONNECT tunnel failed, response 403\nthe database of postgres was not reached"
    assert clean(text, Origin.REPORTED).line == "curl: (56) CONNECT tunnel failed, response 403"
