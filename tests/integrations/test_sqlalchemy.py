"""The SQLAlchemy hook, on real engines against the lab."""

import asyncio

import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from pgwhy.integrations.sqlalchemy import explain_failures
from tests.integrations.conftest import WRONG
from tests.servers import closed_port


def engine_to(port, password=WRONG, driver="psycopg2"):
    engine = sqlalchemy.create_engine(f"postgresql+{driver}://alex:{password}@127.0.0.1:{port}/neondb")
    explain_failures(engine)
    return engine


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_a_connection_that_fails_says_why(driver, world):
    with pytest.raises(sqlalchemy.exc.OperationalError) as failed:
        engine_to(world.postgres_port, driver=driver).connect()
    (note,) = failed.value.__notes__
    assert "FAILS for psycopg" in note and "ok    startup" in note and WRONG not in note


def test_an_async_engine_says_why(world):
    engine = create_async_engine(f"postgresql+asyncpg://alex:{WRONG}@127.0.0.1:{world.postgres_port}/neondb")
    explain_failures(engine)

    async def connect():
        async with engine.connect():
            pass

    with pytest.raises(sqlalchemy.exc.DBAPIError) as failed:
        asyncio.run(connect())
    assert "FAILS for asyncpg: " in failed.value.__notes__[0]


def test_a_failure_with_each_request_is_checked_once():
    engine = engine_to(closed_port())
    notes = []
    for _ in range(3):
        with pytest.raises(sqlalchemy.exc.OperationalError) as failed:
            engine.connect()
        notes += failed.value.__notes__
    assert "FAIL  tcp" in notes[0]
    assert all("Explained from the text alone" in note for note in notes[1:])


def test_a_statement_that_fails_is_left_alone(world):
    engine = engine_to(world.postgres_port, world.password.reveal())
    with engine.connect() as connection, pytest.raises(sqlalchemy.exc.ProgrammingError) as failed:
        connection.execute(sqlalchemy.text("select no_such_column"))
    assert not hasattr(failed.value, "__notes__")
