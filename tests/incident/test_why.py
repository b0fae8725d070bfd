"""`pgwhy run`: a real program that cannot connect fails as it would, and behind what it says stands the page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pgwhy.secret import Secret
from tests import parts
from tests.servers import closed_port

WRONG = "npg_Wr0ngPassword"
UNDER = [sys.executable, "-m", "pgwhy", "run"]
PSYCOPG = [sys.executable, "-c", "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL'])"]
LIMIT_S = 60


class Ended:
    """A command alone and the same command under `pgwhy run`: one end, and a page after it."""

    def __init__(self, command, folder, environment, options=()):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        here = {**clean, "HOME": str(folder), "COLUMNS": "80", **environment}
        report = folder / "report.json"
        options = ["--report", str(report), *options]
        alone, under = (
            subprocess.run(each, cwd=folder, env=here, capture_output=True, text=True, timeout=LIMIT_S)
            for each in (command, [*UNDER, *options, "--", *command])
        )
        assert (under.returncode, under.stdout) == (alone.returncode, alone.stdout)
        assert under.stderr.startswith(alone.stderr)
        self.status = under.returncode
        self.page = under.stderr[len(alone.stderr) :]
        self.document = report.read_text() if report.exists() else "{}"
        self.report = json.loads(self.document)
        self.files = "".join(path.read_text() for path in folder.rglob("*") if path.is_file() and path.name != ".env")

    @property
    def cause(self):
        return self.report["verdict"]["cause"]

    def holds(self, secret):
        text = secret.reveal() if isinstance(secret, Secret) else secret
        return text in self.page + self.document + self.files


def test_psql_with_a_wrong_password(world, tmp_path):
    uri = world.uri(password=WRONG)
    ended = Ended([str(parts.psql(parts.system_postgres())), uri, "-c", "select 1"], tmp_path, {})
    assert (ended.status, ended.cause) == (2, "wrong-password")
    assert ended.page.startswith("\npgwhy: psql printed that a connection failed.\n\nFAILS for ")
    assert "the arguments of psql" in ended.page and "did not use this string" not in ended.page
    assert not ended.holds(WRONG)


def test_psql_with_options_and_a_password_in_the_environment(world, tmp_path):
    psql = [str(parts.psql(parts.system_postgres())), "-h", "127.0.0.1", "-p", str(world.postgres_port)]
    ended = Ended([*psql, "-U", "alex", "no_such_db"], tmp_path, {"PGPASSWORD": world.password.reveal()})
    assert (ended.status, ended.cause) == (2, "database-not-found")
    assert not ended.holds(world.password)


def test_a_python_program_whose_variable_is_set_for_it_alone(world, tmp_path):
    uri = world.uri(password=WRONG)
    ended = Ended(["env", f"DATABASE_URL={uri}", *PSYCOPG], tmp_path, {})
    assert (ended.status, ended.cause) == (1, "wrong-password")
    assert ended.report["tested_as"]["client"] == "psycopg"
    assert not ended.holds(WRONG)


def test_a_python_program_that_reads_dotenv(tmp_path):
    port = closed_port()
    (tmp_path / ".env").write_text(f"DATABASE_URL=postgresql://alex:{WRONG}@127.0.0.1:{port}/neondb\n")
    program = "import psycopg; psycopg.connect(open('.env').read().strip().partition('=')[2])"
    ended = Ended([sys.executable, "-c", program], tmp_path, {})
    assert (ended.status, ended.cause) == (1, "connection-refused")
    assert ".env" in ended.page and not ended.holds(WRONG)


def test_of_two_variables_the_one_whose_host_the_error_names(world, tmp_path):
    right, wrong = world.uri(), f"postgresql://alex:{WRONG}@localhost:{closed_port()}/neondb"
    program = "import os, psycopg; psycopg.connect(os.environ['REPORTS_DATABASE_URL'])"
    variables = {"DATABASE_URL": right, "REPORTS_DATABASE_URL": wrong}
    ended = Ended([sys.executable, "-c", program], tmp_path, variables)
    assert ended.cause == "connection-refused" and "REPORTS_DATABASE_URL" in ended.page
    assert not ended.holds(WRONG) and not ended.holds(world.password)


def test_a_node_program(world, tmp_path):
    package = parts.node_package("pg")
    program = f"const {{Client}} = require({str(package)!r}); new Client(process.env.DATABASE_URL).connect()"
    uri = f"postgresql://alex:{WRONG}@127.0.0.1:{world.postgres_port}/neondb"
    ended = Ended(["node", "-e", program], tmp_path, {"DATABASE_URL": uri})
    assert (ended.status, ended.cause) == (1, "wrong-password")
    assert ended.report["tested_as"]["client"] == "node-postgres"
    assert not ended.holds(WRONG)


def test_a_crash_loop_logs_in_once(world, tmp_path):
    environment = {"DATABASE_URL": world.uri(password=WRONG), "XDG_STATE_HOME": str(tmp_path / "cache")}
    first, second = (Ended(PSYCOPG, tmp_path, environment) for _ in range(2))
    assert first.cause == second.cause == "wrong-password"
    assert first.report["observations"]["authentication"]["exchanges"] == 1
    assert second.report["observations"]["authentication"]["not_tried_because"] == "no-login"
    assert "Checked without a login: the same target was logged in to less than 5 minutes ago." in second.page
    assert not second.holds(WRONG)
    other = Ended(PSYCOPG, tmp_path, environment | {"DATABASE_URL": world.uri(password=WRONG).replace("/neondb", "/x")})
    assert other.report["observations"]["authentication"]["outcome"] == "refused"


def test_a_changed_password_is_tried_at_once(world, tmp_path):
    environment = {"XDG_STATE_HOME": str(tmp_path / "state")}
    for password in (WRONG, WRONG + "2"):
        ended = Ended(PSYCOPG, tmp_path, environment | {"DATABASE_URL": world.uri(password=password)})
        assert ended.report["observations"]["authentication"]["exchanges"] == 1


def test_the_page_says_how_to_log_in_now_and_that_works(world, tmp_path):
    environment = {"DATABASE_URL": world.uri(password=WRONG), "XDG_STATE_HOME": str(tmp_path / "state")}
    first, second = (Ended(PSYCOPG, tmp_path, environment) for _ in range(2))
    assert "pgwhy run --again -- CMD" in second.page and "--no-login" not in second.page
    again = Ended(PSYCOPG, tmp_path, environment, ["--again"])
    assert again.report["observations"]["authentication"]["exchanges"] == 1
    assert first.cause == again.cause


def test_where_nothing_can_be_remembered_the_first_run_logs_in(world, tmp_path):
    environment = {"DATABASE_URL": world.uri(password=WRONG), "XDG_STATE_HOME": "/dev/null/nowhere"}
    ended = Ended(PSYCOPG, tmp_path, environment)
    assert ended.report["observations"]["authentication"]["exchanges"] == 1
    assert ended.cause == "wrong-password" and "--no-login" not in ended.page


@pytest.mark.parametrize(
    "sql", ["select no_such_column", "select 1/0", "select * from no_such_table"], ids=["column", "division", "table"]
)
def test_a_failure_that_is_not_about_the_connection_gets_no_page(sql, world, tmp_path):
    ended = Ended([str(parts.psql(parts.system_postgres())), world.uri(), "-c", sql], tmp_path, {})
    assert ended.status == 1 and ended.page == ""


def test_a_failure_of_another_kind_gets_no_page(world, tmp_path):
    program = "import sys; sys.exit('AssertionError: 3 is not 4')"
    assert Ended([sys.executable, "-c", program], tmp_path, {"DATABASE_URL": world.uri()}).page == ""


def test_a_target_that_is_nowhere_is_asked_for(tmp_path):
    program = f"import psycopg; psycopg.connect(host='127.0.0.1', port={closed_port()}, user='alex')"
    ended = Ended([sys.executable, "-c", program], tmp_path, {})
    assert ended.cause == "connection-refused"
    assert ended.page.endswith("What it connects to was not found: --target names it.\n")


def test_without_a_login_if_that_is_asked_for(world, tmp_path):
    ended = Ended(PSYCOPG, tmp_path, {"DATABASE_URL": world.uri(password=WRONG)}, ["--no-login"])
    assert ended.report["observations"]["authentication"]["not_tried_because"] == "no-login"


def test_a_standard_error_that_is_closed_changes_nothing(world, tmp_path):
    here = {**os.environ, "DATABASE_URL": world.uri(password=WRONG), "HOME": str(tmp_path)}
    line = ["sh", "-c", 'exec "$@" 2>&-', "sh", *UNDER, "--", *PSYCOPG]
    ended = subprocess.run(line, env=here, cwd=Path.cwd(), capture_output=True, timeout=LIMIT_S)
    assert (ended.returncode, ended.stdout) == (1, b"")


SERVER = """
import os, sys, time
for _ in range(600):
    print('connection to server at "127.0.0.1", port', os.environ["PORT"], "failed: Connection refused", flush=True)
    time.sleep(0.05)
    if os.path.exists("enough"):
        print("stopped", flush=True)
        sys.exit(3)
time.sleep(60)
"""


def test_a_server_that_never_exits_is_explained_once_while_it_runs(tmp_path):
    port = str(closed_port())
    here = {**os.environ, "HOME": str(tmp_path), "PORT": port, "DATABASE_URL": f"postgresql://a:b@127.0.0.1:{port}/x"}
    command = [*UNDER, "--watch", "--", sys.executable, "-c", SERVER]
    with subprocess.Popen(command, cwd=tmp_path, env=here, stdout=-1, stderr=-1, text=True) as server:
        try:
            lines = []
            while "FAILS" not in (line := server.stderr.readline()):
                lines.append(line)
                assert line, lines
            (tmp_path / "enough").touch()
            rest = server.stderr.read()
            assert server.wait(LIMIT_S) == 3
        finally:
            server.kill()
    assert "nothing listens" in line + rest or "refused" in line + rest
    assert (line + rest).count("FAILS") == 1
