"""The list of targets, in every form: what is read, and that what cannot be read is told and loses nothing else."""

from __future__ import annotations

import io
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pgwhy import target as targets
from pgwhy.fleet import lists
from pgwhy.fleet.lists import BadList, ListForm, ansible
from pgwhy.fleet.task import Entry
from pgwhy.machine import Machine

URL = "postgresql://alex:hunter2@db.example.com/app"


def read(text: str, form: ListForm = ListForm.LINES) -> list[Entry]:
    return list(lists.of_stream(io.BytesIO(text.encode()), form))


def here(folder: Path) -> Machine:
    return Machine({}, folder, folder, "linux", datetime.now(UTC))


def test_a_target_a_line_in_any_form_and_comments_are_passed_over() -> None:
    found = read(f"# ours\n\n{URL}\nenv:EU_DB\nhost=db2 port=6432\njdbc:postgresql://db3/app\n")
    assert [entry.text.reveal() for entry in found] == [
        URL,
        "env:EU_DB",
        "host=db2 port=6432",
        "jdbc:postgresql://db3/app",
    ]
    assert [entry.line for entry in found] == [3, 4, 5, 6]


def test_a_line_without_an_end_is_told_and_the_next_one_is_read() -> None:
    found = read("x" * (lists.LONGEST_LINE + 10) + f"\n{URL}\n")
    assert [(entry.line, bool(entry.error)) for entry in found] == [(1, True), (2, False)]


def test_csv_has_targets_or_settings_and_everything_else_is_a_label() -> None:
    whole = read(f"name,url,env,port\nbilling,{URL},prod,5433\n", ListForm.CSV)
    assert (whole[0].name, whole[0].text.reveal()) == ("billing", URL)
    assert whole[0].labels == {"env": "prod", "port": "5433"}
    parts = read("host,port,database,password,team\ndb1,6432,app,it's a secret,blue\n", ListForm.CSV)
    assert parts[0].labels == {"team": "blue"}
    target = targets.read(parts[0].text.reveal(), here(Path()))
    assert (target.value("host"), target.value("port"), target.value("dbname")) == ("db1", "6432", "app")
    assert target.password is not None and target.password.reveal() == "it's a secret"


def test_a_table_that_says_nowhere_where_to_connect_is_refused_as_a_whole() -> None:
    with pytest.raises(BadList, match="no column that says where to connect"):
        read("team,env\nblue,prod\n", ListForm.CSV)


def test_a_broken_row_is_told_with_its_line_and_the_others_are_read() -> None:
    found = read("host,port\ndb1,5432,what,else\ndb2,5432\n", ListForm.CSV)
    assert [(entry.line, entry.error) for entry in found] == [(2, "has 4 columns, and the header 2"), (3, "")]


def test_json_lines_are_known_by_their_first_character() -> None:
    lines = [{"target": URL, "name": "a", "labels": {"env": "prod"}, "tier": 1}, {"host": "db2", "port": 6432}]
    found = read("\n".join(map(json.dumps, lines)) + '\n{"broken\n{"name": "nothing"}\n[1]\n"env:DB"\n')
    assert [bool(entry.error) for entry in found] == [False, False, True, True, True, False]
    assert found[0].labels == {"env": "prod", "tier": "1"}
    assert found[5].text.reveal() == "env:DB"


def test_a_folder_gives_every_connection_of_its_settings_files(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / ".env").write_text(f"DATABASE_URL={URL}\n")
    (tmp_path / "database.yml").write_text(
        "production:\n  adapter: postgresql\n  host: db1\n  database: app\n"
        "staging:\n  adapter: postgresql\n  host: db2\n  database: app\n"
    )
    (tmp_path / "eu.dsn").write_text("postgresql://alex@eu.example.com/app\n")
    (tmp_path / "README.md").write_text("Nothing to connect to.\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".env").write_text("DATABASE_URL=postgresql://other/app\n")
    found = list(lists.entries(tmp_path, ListForm.FOLDER, here(tmp_path)))
    names = {entry.name for entry in found}
    assert {"app/.env", "database.yml:production", "database.yml:staging", "eu.dsn"} == names
    hosts = {targets.read(entry.text.reveal(), here(tmp_path)).value("host") for entry in found}
    assert hosts == {"db.example.com", "db1", "db2", "eu.example.com"}


def test_manifests_of_kubernetes_give_their_connections_by_reference(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n"
        f"stringData:\n  DATABASE_URL: {URL}\n  READER_URL: postgresql://r:hunter3@ro.example.com/app\n"
    )
    (tmp_path / "values.yaml").write_text("replicas: 3\nurl: postgresql://not-a-manifest/app\n")
    found = list(lists.entries(tmp_path, ListForm.KUBERNETES, here(tmp_path)))
    assert {entry.name for entry in found} == {
        "secret.yaml:stringData.DATABASE_URL",
        "secret.yaml:stringData.READER_URL",
    }
    assert "hunter" not in "".join(entry.text.reveal() for entry in found)
    assert targets.read(found[0].text.reveal(), here(tmp_path)).value("host") == "db.example.com"


INI = """
web1.example.com

[databases]
db[01:03].example.com pg_port=6432
special ansible_host=10.0.0.9

[databases:vars]
pg_database=app
pg_user="alex"

[eu:children]
databases
"""
YAML = """
all:
  hosts:
    web1.example.com:
  children:
    eu:
      children:
        databases:
          hosts:
            db[01:03].example.com: {pg_port: 6432}
            special: {ansible_host: 10.0.0.9}
          vars: {pg_database: app, pg_user: alex, pg_password: !vault "$ANSIBLE_VAULT;1.1"}
"""


@pytest.mark.parametrize(("ending", "text"), [(".ini", INI), (".yml", YAML)])
def test_an_inventory_gives_the_hosts_with_settings_of_postgres(tmp_path: Path, ending: str, text: str) -> None:
    file = tmp_path / f"inventory{ending}"
    file.write_text(text)
    found = list(ansible.entries(file))
    assert [entry.name for entry in found] == ["db01.example.com", "db02.example.com", "db03.example.com", "special"]
    read = [targets.read(entry.text.reveal(), here(tmp_path)) for entry in found]
    assert [(t.value("host"), t.value("port"), t.value("dbname"), t.value("user")) for t in read] == [
        ("db01.example.com", "6432", "app", "alex"),
        ("db02.example.com", "6432", "app", "alex"),
        ("db03.example.com", "6432", "app", "alex"),
        ("10.0.0.9", None, "app", "alex"),
    ]
    assert found[0].labels == {"group": "databases,eu"}


def test_what_ansible_itself_says_of_an_inventory_is_read_alike(tmp_path: Path, ansible_inventory: Path) -> None:
    file = tmp_path / "inventory.ini"
    file.write_text(INI)
    listed = subprocess.run([ansible_inventory, "-i", file, "--list"], capture_output=True, text=True, check=True)
    by_ansible = tmp_path / "inventory.json"
    by_ansible.write_text(listed.stdout)
    ours, theirs = ({e.name: set(e.text.reveal().split()) for e in ansible.entries(f)} for f in (file, by_ansible))
    assert ours == theirs != {}


def test_a_group_makes_targets_of_hosts_without_a_setting(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text("[pg]\ndb1\ndb2 ansible_host=10.0.0.2\n[web]\nweb1\n")
    with pytest.raises(BadList, match="name their group with --group"):
        list(ansible.entries(file))
    assert [entry.name for entry in ansible.entries(file, "pg")] == ["db1", "db2"]


def test_a_value_that_only_ansible_can_compute_is_told(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text("db1 pg_host='{{ other }}'\ndb2 pg_port=5432\n")
    assert [bool(entry.error) for entry in ansible.entries(file)] == [True, False]
