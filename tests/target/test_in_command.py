"""What a command connects to: its arguments, what is assigned before it, its environment, `.env`."""

import pytest

from pgwhy.target.reading.in_command import in_command
from tests.target.machines import MARKER, machine

URL = f"postgresql://alex:{MARKER}@db.example.com:5433/neondb"


def place(command, environment=None, folder=None, **error):
    here = machine(environment or {}, **({"folder": folder} if folder else {}))
    target = in_command(command, here, **error)
    if target is None:
        return None
    return tuple(target.value(name) or "" for name in ("host", "port", "user", "dbname"))


@pytest.mark.parametrize(
    "command",
    [
        ["psql", URL],
        ["psql", "-c", "select 1", URL],
        ["psql", "-d", URL],
        ["pg_dump", f"--dbname={URL}", "-f", "out.sql"],
        ["./app", "--database-url", URL],
        ["./app", f"--database-url={URL}"],
        ["env", "A=b", "psql", URL],
        ["sh", "-c", f"exec psql '{URL}'"],
        ["bash", "-ec", f"psql '{URL}' && echo done"],
        ["sqlalchemy-tool", URL.replace("postgresql:", "postgresql+asyncpg:")],
        ["java", "-jar", "app.jar", f"jdbc:postgresql://db.example.com:5433/neondb?user=alex&password={MARKER}"],
        ["psql", f"host=db.example.com port=5433 user=alex dbname=neondb password={MARKER}"],
        ["psql", "-h", "db.example.com", "-p", "5433", "-U", "alex", "neondb"],
        ["psql", "-hdb.example.com", "-p5433", "neondb", "alex"],
        ["pg_dump", "--host=db.example.com", "--port", "5433", "--username", "alex", "-n", "public", "neondb"],
    ],
    ids=" ".join,
)
def test_it_is_in_the_arguments(command):
    assert place(command) == ("db.example.com", "5433", "alex", "neondb")


@pytest.mark.parametrize(
    "command", [["env", f"DATABASE_URL={URL}", "./app"], ["sh", "-c", f"DATABASE_URL='{URL}' ./app"]], ids=" ".join
)
def test_it_is_assigned_before_the_command(command):
    assert place(command, {"DATABASE_URL": "postgresql://other/db"}) == ("db.example.com", "5433", "alex", "neondb")


def test_options_leave_to_the_environment_what_they_do_not_say():
    told = place(["psql", "-h", "db.example.com"], {"PGPORT": "5433", "PGUSER": "alex", "PGDATABASE": "neondb"})
    assert told == ("db.example.com", "5433", "alex", "neondb")


def test_it_is_in_the_environment_or_in_dotenv(tmp_path):
    assert place(["./app"], {"DATABASE_URL": URL}) == ("db.example.com", "5433", "alex", "neondb")
    (tmp_path / ".env").write_text(f"DATABASE_URL={URL}\n")
    assert place(["npm", "start"], folder=tmp_path) == ("db.example.com", "5433", "alex", "neondb")


@pytest.mark.parametrize("command", [["./app"], ["sh"], ["sh", "-c", "it's broken"], ["make", "-h"], []], ids=" ".join)
def test_it_is_nowhere(command):
    assert place(command) is None


def test_of_several_variables_the_one_that_fits_the_error():
    environment = {"DATABASE_URL": URL, "REPORTS_DATABASE_URL": "postgresql://r@reports.example.com/r"}
    assert place(["./app"], environment)[0] == "db.example.com"
    assert place(["./app"], environment, host="REPORTS.example.com", port="5432")[0] == "reports.example.com"
    assert place(["./app"], environment, host="192.0.2.7", port="5432")[0] == "reports.example.com", "by its port"
    assert place(["./app"], environment, host="192.0.2.7", port="5433")[0] == "db.example.com"
    assert place(["./app"], environment, host="nowhere.example.com")[0] == "db.example.com", "none fits: the usual one"


def test_the_only_variable_may_have_a_name_of_its_own():
    assert place(["./app"], {"SHOP_DATABASE_URL": URL}, host="db.example.com", port="5433")[0] == "db.example.com"


def test_the_password_is_a_secret_and_in_no_setting():
    target = in_command(["psql", URL], machine({}))
    assert target.password.reveal() == MARKER and MARKER not in repr(target)
