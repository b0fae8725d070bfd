"""TARGET → Target: which text is read, in which syntax, and who wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.target import Target, facts_of, libpq_parameters, masked, read
from pgwhy.target.dialects import Dialect
from pgwhy.target.facts import PasswordState
from pgwhy.target.model import Host, SourceKind
from pgwhy.target.problem import ProblemCode
from tests.target.machines import MARKER, machine

HOST = "ep-cool-darkness-123456.us-east-2.aws.neon.tech"


def values(target: Target) -> dict[str, str]:
    return {name: setting.value for name, setting in target.settings.items()}


def password(target: Target) -> str | None:
    return target.password.reveal() if target.password else None


@pytest.mark.parametrize(
    ("text", "dialect", "driver"),
    [
        (f"postgresql://alex:{MARKER}@{HOST}/neondb?sslmode=require", Dialect.URI, None),
        (f"postgres://alex:{MARKER}@{HOST}/neondb?sslmode=require", Dialect.URI, None),
        (f"host={HOST} user=alex password='{MARKER}' dbname=neondb sslmode=require", Dialect.KEYWORDS, None),
        (f"jdbc:postgresql://{HOST}/neondb?user=alex&password={MARKER}&sslmode=require", Dialect.JDBC, "pgjdbc"),
        (f"postgresql+psycopg2://alex:{MARKER}@{HOST}/neondb?sslmode=require", Dialect.SQLALCHEMY, "psycopg2"),
        (f"postgresql+asyncpg://alex:{MARKER}@{HOST}/neondb?ssl=require", Dialect.SQLALCHEMY, "asyncpg"),
        (f"ecto://alex:{MARKER}@{HOST}/neondb?sslmode=require", Dialect.ECTO, "postgrex"),
        (f"pgsql:host={HOST};user=alex;password={MARKER};dbname=neondb;sslmode=require", Dialect.PDO, "php-pdo"),
        (f"Host={HOST};Username=alex;Password={MARKER};Database=neondb;SSL Mode=Require", Dialect.NPGSQL, "npgsql"),
        (f'server={HOST};User Id=alex;PWD="{MARKER}";db=neondb;sslmode=Require;', Dialect.NPGSQL, "npgsql"),
    ],
)
def test_every_dialect_says_the_same(text: str, dialect: Dialect, driver: str | None) -> None:
    target = read(text, machine())
    assert values(target) == {"host": HOST, "user": "alex", "dbname": "neondb", "sslmode": "require"}
    assert password(target) == MARKER
    assert target.written is not None and target.written.dialect is dialect
    assert (target.driver, target.problems) == (driver, ())


def test_own_spellings_become_libpqs_and_are_remembered() -> None:
    jdbc = read(f"jdbc:postgresql://{HOST}/?channelBinding=require&connectTimeout=5&prepareThreshold=0", machine())
    assert values(jdbc) == {"host": HOST, "channel_binding": "require", "connect_timeout": "5"}
    assert jdbc.settings["channel_binding"].spelling == "channelBinding"
    assert list(jdbc.foreign) == ["prepareThreshold"]
    npgsql = read(
        "Host=a:1,b;Port=2;SSL Mode=VerifyFull;Channel Binding=Require;Trust Server Certificate=true", machine()
    )
    assert npgsql.value("sslmode") == "verify-full"
    assert npgsql.hosts == (Host("a", 1), Host("b", 2))
    assert list(npgsql.foreign) == ["Trust Server Certificate"]


def test_ssl_true_of_jdbc_means_verify_full() -> None:
    assert read("jdbc:postgresql://h/d?ssl=true", machine()).value("sslmode") == "verify-full"
    assert read("jdbc:postgresql://h/d?ssl=true&sslmode=require", machine()).value("sslmode") == "require"
    assert read("postgresql://h/d?ssl=true", machine()).value("sslmode") == "require"


def test_several_hosts_share_one_port_or_have_one_each() -> None:
    assert read("postgresql://[::1]:1,b:2/", machine()).hosts == (Host("::1", 1), Host("b", 2))
    assert read("host=a,b port=7", machine()).hosts == (Host("a", 7), Host("b", 7))
    assert read("host=a,b hostaddr=10.0.0.1,10.0.0.2", machine()).hosts == (
        Host("a", 5432, "10.0.0.1"),
        Host("b", 5432, "10.0.0.2"),
    )
    assert read("host=a,b port=1,2,3", machine()).hosts == ()
    assert read("jdbc:postgresql://[::1]:1,b/x", machine()).hosts == (Host("::1", 1), Host("b", 5432))


def test_the_string_beats_the_service_file_which_beats_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".pg_service.conf").write_text(
        "# mine\n[other]\nhost=wrong\n[prod]\nhost=from-service\nport=6000\nsslmode=prefer\nuser=sam\npassword="
        + MARKER
    )
    environment = {"PGUSER": "from-environment", "PGSSLMODE": "disable", "PGAPPNAME": "app", "PGPASSWORD": "other"}
    target = read("postgresql:///db?service=prod&port=7000", machine(environment, home=tmp_path))
    assert libpq_parameters(target) == {
        "dbname": "db",
        "port": "7000",
        "host": "from-service",
        "sslmode": "prefer",
        "user": "sam",
        "application_name": "app",
    }
    assert password(target) == MARKER
    sslmode = target.settings["sslmode"]
    assert str(sslmode.source) == f"{tmp_path / '.pg_service.conf'} line 7"
    assert [(beaten.value, str(beaten.source)) for beaten in sslmode.overrode] == [
        ("disable", "PGSSLMODE (environment)")
    ]
    assert [beaten.value for beaten in target.settings["port"].overrode] == ["6000"]


def test_pgservice_finds_the_file_that_pgservicefile_or_pgsysconfdir_names(tmp_path: Path) -> None:
    (tmp_path / "pg_service.conf").write_text("[prod]\nhost=shared\n")
    (tmp_path / "mine").write_text("[prod]\nhost=mine\n")
    shared = {"PGSERVICE": "prod", "PGSYSCONFDIR": str(tmp_path)}
    assert read(None, machine(shared)).value("host") == "shared"
    assert read(None, machine({**shared, "PGSERVICEFILE": str(tmp_path / "mine")})).value("host") == "mine"


def test_a_service_that_is_in_no_file_is_a_problem_that_names_the_places(tmp_path: Path) -> None:
    target = read("service=prod", machine(home=tmp_path))
    assert [problem.code for problem in target.problems] == [ProblemCode.SERVICE_MISSING]
    assert str(tmp_path / ".pg_service.conf") in target.problems[0].detail


def test_clients_that_do_not_read_the_environment_get_nothing_from_it() -> None:
    environment = {"PGSSLMODE": "disable", "PGUSER": "sam"}
    assert values(read("jdbc:postgresql://h/d", machine(environment))) == {"host": "h", "dbname": "d"}
    assert values(read("Host=h;Database=d", machine(environment))) == {"host": "h", "dbname": "d", "user": "sam"}
    assert values(read("postgresql+pg8000://h/d", machine(environment))) == {"host": "h", "dbname": "d"}


def test_a_variable_that_is_set_and_empty_counts_as_it_does_for_libpq() -> None:
    assert read("postgresql://h/d", machine({"PGSSLMODE": ""})).value("sslmode") == ""
    assert read("postgresql://h/d", machine({"PGREQUIRESSL": "1"})).value("sslmode") == "require"


PGPASS = rf"""
# a comment
other.host:*:*:*:wrong
h:5432:d:u:{MARKER}
colon\:host:*:*:back\\slash:with\:colon\\end
*:*:*:*:any
"""


@pytest.mark.parametrize(
    ("text", "expected", "line"),
    [
        ("postgresql://u@h/d", MARKER, 4),
        ("host=colon:host user=back\\\\slash dbname=x", "with:colon\\end", 5),
        ("postgresql://u@h:5433/d", "any", 6),
        ("postgresql://u:own@h/d", "own", None),
    ],
)
def test_the_password_file_fills_a_missing_password(tmp_path: Path, text: str, expected: str, line: int | None) -> None:
    file = tmp_path / ".pgpass"
    file.write_text(PGPASS)
    file.chmod(0o600)
    target = read(text, machine(home=tmp_path))
    assert password(target) == expected
    assert target.password_source is not None and target.password_source.line == line


def test_a_password_file_that_others_may_read_is_ignored_but_on_windows(tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.write_text("*:*:*:*:any")
    file.chmod(0o640)
    environment = {"PGPASSFILE": str(file)}
    assert read("postgresql://u@h/d", machine(environment)).password is None
    assert password(read("postgresql://u@h/d", machine(environment, platform="win32"))) == "any"
    file.chmod(0o600)
    assert password(read(f"host=h user=u dbname=d passfile={file}", machine())) == "any"


def test_the_default_socket_is_looked_up_as_localhost(tmp_path: Path) -> None:
    file = tmp_path / ".pgpass"
    file.write_text("localhost:5432:sam:sam:socket")
    file.chmod(0o600)
    assert password(read("", machine({"USER": "sam"}, home=tmp_path))) == "socket"


def test_only_the_last_line_break_of_a_file_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://u@h/d?sslmode=require\n\n")
    target = read("@url", machine(folder=tmp_path))
    assert target.value("sslmode") == "require\n"
    assert [problem.code for problem in target.problems] == [ProblemCode.SURROUNDING_SPACE]
    file.write_text("postgresql://u@h/d?sslmode=require\r\n")
    assert read("@url", machine(folder=tmp_path)).problems == ()
    assert read("-", machine(), lambda: "host=h\n").value("host") == "h"


def test_a_file_of_powershell_has_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u@h/d", encoding="utf-16")
    target = read("@url", machine(folder=tmp_path))
    assert [problem.code for problem in target.problems] == [ProblemCode.BYTE_ORDER_MARK]


def test_what_is_not_there_is_a_problem_and_no_target() -> None:
    unset = read("env:MY_URL", machine({"POSTGRES_URL": f"postgresql://u:{MARKER}@h/d"}))
    assert [problem.code for problem in unset.problems] == [ProblemCode.VARIABLE_UNSET]
    assert unset.problems[0].detail == "MY_URL is not set in this environment; POSTGRES_URL is set"
    missing = read("@nowhere", machine())
    assert [problem.code for problem in missing.problems] == [ProblemCode.FILE_UNREADABLE]
    assert read("env:EMPTY", machine({"EMPTY": ""})).problems[0].code is ProblemCode.EMPTY


def test_an_example_password_is_no_password() -> None:
    for text in ("[YOUR-PASSWORD]", "****", "PASSWORD_HERE", "AbC123dEf", "<password>", "${PGPASSWORD}"):
        target = read(f"host=h password='{text}'", machine())
        assert facts_of(target).password is PasswordState.PLACEHOLDER, text
    assert facts_of(read("host=h password='a****b'", machine())).password is PasswordState.GIVEN
    assert facts_of(read("host=h password=''", machine())).password is PasswordState.EMPTY
    assert facts_of(read("host=h", machine())).password is PasswordState.MISSING
    form = facts_of(read("postgresql://u:endpoint%3Dep-x%3Bpw@h", machine()))
    assert (form.password, form.password_endpoint) == (PasswordState.ENDPOINT_FORM, "ep-x")


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2"])
def test_an_empty_password_is_none_and_hides_nothing_behind_it(scheme: str) -> None:
    text = f"{scheme}://alex:@localhost:5433/neondb?sslmode=disable"
    target = read(text, machine())
    assert password(target) is None and target.problems == ()
    assert values(target) == {
        "user": "alex",
        "host": "localhost",
        "port": "5433",
        "dbname": "neondb",
        "sslmode": "disable",
    }
    assert target.written is not None and target.written.masked == text


def test_the_facts_say_where_a_value_came_from_and_what_it_beat() -> None:
    environment = {
        "PGSSLMODE": "disable",
        "PGPORT": "6000",
        "PGSSLSNI": "0",
        "PGOPTIONS": "-c search_path=app --jit=off",
    }
    seen = facts_of(read("postgresql://u@h/d?sslmode=require", machine(environment)))
    assert (seen.port, seen.port_source) == (6000, "PGPORT (environment)")
    assert (seen.sslmode, seen.sslmode_source) == ("require", "the connection string")
    assert (seen.sslsni, seen.sslsni_source) == (False, "PGSSLSNI (environment)")
    assert seen.overridden == ("sslmode=require from the connection string, not disable from PGSSLMODE (environment)",)
    assert seen.requested == ("search_path", "jit")
    plain = facts_of(
        read("postgresql://h", machine()), default_sslmode="disable", default_source="node-postgres' default"
    )
    assert (plain.sslmode, plain.sslmode_source) == ("disable", "node-postgres' default")


def test_sslrootcert_system_makes_verify_full_the_default() -> None:
    target = read("postgresql://h?sslrootcert=system", machine())
    assert facts_of(target).sslmode == "verify-full"
    assert libpq_parameters(target)["sslmode"] == "verify-full"


def test_a_report_shows_every_value_but_no_secret() -> None:
    shown = masked(read(f"postgresql://u:{MARKER}@h/d?sslpassword={MARKER}", machine({"PGUSER": "sam"})))
    assert shown["password"] == {"value": "PASSWORD_HERE", "source": "the connection string", "overrode": []}
    assert shown["user"]["overrode"] == [{"value": "sam", "source": "PGUSER (environment)"}]
    assert shown["sslpassword"]["value"] == "PASSWORD_HERE"
    assert MARKER not in str(shown)


def test_a_password_with_a_raw_hash_is_read_by_libpq_and_by_few_others() -> None:
    target = read("postgresql://u:p#w?x@h/d", machine())
    assert (target.problems, facts_of(target).password_unencoded) == ((), True)
    assert facts_of(read("postgresql://u:p%23w@h/d", machine())).password_unencoded is False


def test_the_source_kind_of_a_fix_is_none_of_the_users() -> None:
    assert SourceKind.FIX not in {setting.source.kind for setting in read("host=h", machine()).settings.values()}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            f"postgresql://alex:{MARKER}@{HOST}/neondb?sslmode=require&channel_binding=require",
            f"jdbc:postgresql://{HOST}/neondb?sslmode=require&channelBinding=require",
        ),
        (f"host={HOST} user=alex dbname='my db'", f"jdbc:postgresql://{HOST}/my%20db?sslmode=require"),
        ("postgresql://alex@[::1]:6000/app?sslmode=disable", "jdbc:postgresql://[::1]:6000/app?sslmode=disable"),
        ("postgresql://alex@a.example.com,b.example.com/app", ""),
        ("host=/run/postgresql dbname=app", ""),
    ],
)
def test_the_url_for_java_has_neither_role_nor_password(text: str, url: str) -> None:
    assert facts_of(read(text, machine())).jdbc_url == url
