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


def test_the_line_that_counts_is_the_one_that_is_quoted() -> None:
    text = "curl: (56) CONNECT tunnel failed, response 403\nthe database of postgres was not reached"
    assert clean(text, Origin.REPORTED).line == "curl: (56) CONNECT tunnel failed, response 403"
