"""A project's folder → its drivers, and `pgwhy check --project` on the lab."""

import json
import tomllib
from pathlib import Path

import pytest

from pgwhy import project
from pgwhy.cli import run
from pgwhy.client import resolve
from pgwhy.project import scan
from tests.servers import closed_port


def folder(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def titles(path):
    return [driver.title for driver in scan(path).drivers]


def test_every_package_of_the_table_is_a_client_that_is_known():
    table = tomllib.loads(Path(project.__file__).with_name("packages.toml").read_text("utf-8"))
    for packages in table.values():
        for about in packages.values():
            assert resolve(about["client"], None, None).named


def test_a_lock_file_goes_before_a_manifest(tmp_path):
    lock = '{"packages": {"node_modules/pg": {"version": "8.11.5"}}}'
    files = {"package.json": '{"dependencies": {"pg": "^8.0.0"}}', "package-lock.json": lock}
    assert titles(folder(tmp_path, **files)) == ["pg 8.11.5"]


def test_two_parts_of_a_project_may_use_two_versions(tmp_path):
    files = {"a__requirements.txt": "psycopg2-binary==2.9.1", "b__requirements.txt": "psycopg2-binary==2.9.9"}
    assert titles(folder(tmp_path, **files)) == ["psycopg2-binary 2.9.1", "psycopg2-binary 2.9.9"]


def test_what_was_installed_or_built_is_not_what_the_project_asks_for(tmp_path):
    files = {"node_modules__pg__package.json": '{"dependencies": {"pg": "1"}}', ".venv__requirements.txt": "asyncpg"}
    assert scan(folder(tmp_path, **files)) == project.Scan((), 0)


def test_a_version_that_no_lock_file_settles_is_certain_only_where_it_makes_no_difference(tmp_path):
    files = {"requirements.txt": "psycopg2-binary>=2.8\nasyncpg>=0.31"}
    drivers = {driver.package: driver for driver in scan(folder(tmp_path, **files)).drivers}
    assert not drivers["psycopg2-binary"].certain
    assert drivers["asyncpg"].certain


def test_a_file_that_cannot_be_read_is_named_and_the_others_count(tmp_path):
    told = scan(folder(tmp_path, **{"package.json": "{", "requirements.txt": "asyncpg"}))
    assert [driver.package for driver in told.drivers] == ["asyncpg"]
    assert told.left_out[0].startswith("package.json is no JSON")


@pytest.fixture
def with_drivers(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("HOME", str(tmp_path))
    files = {
        "requirements.txt": "psycopg2-binary==2.9.1\npsycopg2==2.9.9\npg8000==1.31.2",
        "Gemfile": "gem 'pg', '~> 1.5'",
        "go__go.mod": "require github.com/jackc/pgx/v5 v5.5.4\n",
    }
    return folder(tmp_path, **files)


def test_each_driver_is_told_what_it_will_do_and_what_mends_it(world, with_drivers, capfd):
    assert run([world.uri(), "--project", str(with_drivers), "--format", "json"]) == 0
    told = json.loads(capfd.readouterr().out)["project"]
    drivers = {each["driver"]: each for each in told["drivers"]}
    assert (drivers["psycopg2-binary"]["status"], drivers["psycopg2-binary"]["cause"]) == ("fails", "sni-missing")
    assert "options=endpoint%3D" in drivers["psycopg2-binary"]["edit"]
    # Their libpq is the machine's, and the server needs SNI.
    assert drivers["psycopg2"]["status"] == drivers["pg"]["status"] == "unknown"
    assert drivers["github.com/jackc/pgx/v5"]["status"] == "connects"


def test_the_page_names_them_beneath_the_answer(world, with_drivers, capfd):
    assert run([world.uri(), "--project", str(with_drivers)]) == 0
    page = capfd.readouterr().out
    assert page.startswith("CONNECTS in ")
    assert "FAIL  psycopg2-binary 2.9.1 (requirements.txt): the client does not name" in page
    assert max(map(len, page.splitlines())) <= 80


def test_where_nobody_gets_past_the_network_no_driver_is_tried(with_drivers, capfd):
    target = f"postgresql://alex@127.0.0.1:{closed_port()}/neondb"
    assert run([target, "--project", str(with_drivers), "--format", "json"]) == 1
    told = json.loads(capfd.readouterr().out)["project"]
    assert {each["status"] for each in told["drivers"]} == {"not asked"}


def test_a_project_without_a_driver_says_so(world, tmp_path, capfd):
    assert run([world.uri(), "--project", str(tmp_path)]) == 0
    assert "none: no manifest or lock file names a Postgres driver" in capfd.readouterr().out
