"""Exceptions of real drivers as texts: what they say, what they were raised from, and whose they are."""

import asyncio
import subprocess
import sys

import asyncpg
import psycopg
import psycopg2
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

import pgwhy
from pgwhy.incident.exceptions import driver_of, text_of
from tests.servers import closed_port

WRONG = "npg_Wr0ngPassword"


def raised(call, *arguments):
    try:
        call(*arguments)
    except Exception as error:
        return error
    raise AssertionError("it connects")


def through_asyncpg(uri):
    asyncio.run(asyncpg.connect(uri, timeout=10))


def through_sqlalchemy(uri):
    sqlalchemy.create_engine(uri.replace("postgresql:", "postgresql+psycopg2:", 1)).connect()


def through_async_sqlalchemy(uri):
    async def connect():
        async with create_async_engine(uri.replace("postgresql:", "postgresql+asyncpg:", 1)).connect():
            pass

    asyncio.run(connect())


DRIVERS = {
    "psycopg": psycopg.connect,
    "psycopg2": psycopg2.connect,
    "asyncpg": through_asyncpg,
    "sqlalchemy": through_sqlalchemy,
    "async sqlalchemy": through_async_sqlalchemy,
}
CLIENTS = {"sqlalchemy": "psycopg2", "async sqlalchemy": "asyncpg"}


@pytest.fixture(params=DRIVERS)
def driver(request):
    return request.param


def test_a_wrong_password_is_told_by_the_exception_of_every_driver(driver, world):
    uri = f"postgresql://alex:{WRONG}@127.0.0.1:{world.postgres_port}/neondb"
    error = raised(DRIVERS[driver], uri)
    report = pgwhy.explain(error)
    assert report.verdict.cause == "wrong-password", text_of(error)
    assert report.tested_as["client"] == CLIENTS.get(driver, driver)
    assert WRONG not in repr(report)


def test_a_refused_connection_is_told_whoever_raised_it(driver):
    error = raised(DRIVERS[driver], f"postgresql://alex:{WRONG}@127.0.0.1:{closed_port()}/neondb")
    assert pgwhy.explain(error).verdict.cause == "connection-refused", text_of(error)
    assert driver_of(error) == CLIENTS.get(driver, driver)


def test_the_cause_is_followed_however_deep_it_is(world):
    def fail():
        try:
            try:
                psycopg.connect(f"postgresql://alex:{WRONG}@127.0.0.1:{world.postgres_port}/neondb")
            except psycopg.Error as error:
                raise RuntimeError("the repository is not there") from error
        except RuntimeError:
            raise ValueError("start-up failed")  # noqa: B904 - only its context knows

    error = raised(fail)
    assert pgwhy.explain(error).verdict.cause == "wrong-password"
    assert text_of(error).splitlines()[-1] == "ValueError: start-up failed"


def test_a_group_is_looked_into():
    group = ExceptionGroup("startup", [ValueError("x"), OSError("connection refused by nobody"), ConnectionError("y")])
    assert [line for line in text_of(group).split("\n\n") if "ExceptionGroup" not in line]
    assert "ConnectionError: y" in text_of(group)


def test_a_circle_of_exceptions_ends():
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert text_of(one) == "ValueError: two\n\nValueError: one"


def test_a_statement_and_its_parameters_are_left_out(world):
    engine = sqlalchemy.create_engine(world.uri().replace("postgresql:", "postgresql+psycopg2:", 1))
    with engine.connect() as connection:
        error = raised(lambda: connection.execute(sqlalchemy.text("select 1 / (length(:x) - 10)"), {"x": "t0p-s3cret"}))
    report = pgwhy.explain(error)
    assert "t0p-s3cret" not in text_of(error) + repr(report)
    assert report.verdict.cause in (None, "not-a-connection-problem")


def test_diagnose_takes_an_exception_as_the_error(world):
    error = raised(psycopg.connect, world.uri(password=WRONG))
    report = pgwhy.diagnose_sync(world.uri(), error=error, verify=False)
    assert report.verdict.cause == "wrong-password" and report.verdict.here.endswith("connects")


def test_on_failure_notes_the_page(world, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    uri = world.uri(password=WRONG)

    def fail():
        with pgwhy.pgwhy_on_failure(uri), pgwhy.pgwhy_on_failure(uri):
            psycopg.connect(uri)

    error = raised(fail)
    (note,) = error.__notes__
    assert isinstance(error, psycopg.OperationalError)
    assert "FAILS for psycopg 3: " in note and "the connection string" in note and WRONG not in note


def test_on_failure_works_inside_an_event_loop(world, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    async def fail():
        async with pgwhy.pgwhy_on_failure(world.uri(password=WRONG)):
            await asyncpg.connect(f"postgresql://alex:{WRONG}@127.0.0.1:{world.postgres_port}/neondb")

    error = raised(lambda: asyncio.run(fail()))
    assert "FAILS for asyncpg: " in error.__notes__[0]


def test_on_failure_leaves_other_exceptions_alone():
    def fail():
        with pgwhy.pgwhy_on_failure("postgresql://h/d"):
            raise KeyError("colour")

    assert not hasattr(raised(fail), "__notes__")


def test_on_failure_imports_nothing_while_the_block_works():
    program = (
        "import sys, pgwhy\nwith pgwhy.pgwhy_on_failure(): pass\n"
        "print(*sorted(n for n in sys.modules if n.startswith('pgwhy.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pgwhy.incident", "pgwhy.incident.exceptions", "pgwhy.incident.on_failure"]


def test_a_mistake_of_ours_does_not_take_the_place_of_the_exception(monkeypatch):
    monkeypatch.setattr("pgwhy.incident.on_failure.incident_of", lambda *_, **__: 1 / 0)

    def fail():
        with pgwhy.pgwhy_on_failure("postgresql://h/d"):
            raise KeyError("colour")

    error = raised(fail)
    assert error.__notes__ == ["pgwhy: this is a bug in pgwhy, not in your connection: ZeroDivisionError"]
