"""Files of frameworks, manifests and programs as targets; a broken string is recognised in every one of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pgwhy.target import Change, apply, edit, read
from pgwhy.target.files import recognise
from pgwhy.target.forms import FORMS, write
from pgwhy.target.model import Target
from pgwhy.target.problem import ProblemCode as P
from pgwhy.target.reading.in_file import from_form
from tests.target.machines import MARKER, machine

HOST = "ep-cool-darkness-123456.us-east-2.aws.neon.tech"
GOOD = f"postgresql://alex:{MARKER}@{HOST}/neondb?sslmode=require"


def quoted(text: str) -> str:
    return json.dumps(text)


def dotenv(name: str) -> Callable[[str], str]:
    def lines(text: str) -> str:
        quote = "'" if "'" not in text else '"'
        return f"# a comment\nexport {name}={quote}{text}{quote}\n"

    return lines


HOLDERS: dict[str, Callable[[str], str]] = {
    "dotenv": dotenv("DATABASE_URL"),
    "vercel": dotenv("POSTGRES_URL"),
    "laravel": lambda text: "DB_CONNECTION=pgsql\n" + dotenv("DB_URL")(text),
    "prisma-schema": lambda text: f'datasource db {{\n  provider = "postgresql"\n  url = {quoted(text)}\n}}\n',
    "prisma-config": lambda text: f"export default defineConfig({{ datasource: {{ url: {quoted(text)} }} }});\n",
    "node-postgres": lambda text: f"const pool = new Pool({{\n  connectionString: {quoted(text)},\n}});\n",
    "knex": lambda text: f"module.exports = {{ client: 'pg', connection: {quoted(text)} }};\n",
    "drizzle": lambda text: f"drizzle({{ connection: {{ connectionString: {quoted(text)} }} }});\n",
    "typeorm": lambda text: f"new DataSource({{ type: 'postgres', url: {quoted(text)} }});\n",
    "compose": lambda text: f"services:\n  app:\n    environment:\n      - {quoted('DATABASE_URL=' + text)}\n",
    "kubernetes": lambda text: f"kind: Secret\ndata:\n  DATABASE_URL: {base64.b64encode(text.encode()).decode()}\n",
    "rails": lambda text: f"production:\n  url: {quoted(text)}\n",
    "django": lambda text: f'DATABASES = {{"default": dj_database_url.parse({text!r})}}\n',
    "pgx": lambda text: f"conn, err := pgx.Connect(ctx, {quoted(text)})\n",
    "lib-pq": lambda text: f'db, err := sql.Open("postgres", {quoted(text)})\n',
    "sqlx": lambda text: f"let pool = PgPool::connect({quoted(text)}).await?;\n",
    "tokio-postgres": lambda text: f"tokio_postgres::connect({quoted(text)}, tls).await?;\n",
    "postgres-js": lambda text: f"const sql = postgres({quoted(text)});\n",
    "neon-serverless": lambda text: f"const sql = neon({quoted(text)});\n",
    "sequelize": lambda text: f"const sequelize = new Sequelize({quoted(text)});\n",
    "uri": lambda text: text,
}
"""Every form that holds a connection string, with one in it."""

BROKEN = {
    "a raw % in the password": (GOOD.replace(MARKER, f"5%{MARKER}"), P.PASSWORD_PERCENT, f"5%{MARKER}"),
    "a raw @ in the password": (GOOD.replace(MARKER, f"p@{MARKER}"), P.PASSWORD_AT_SIGN, f"p@{MARKER}"),
    "a raw / in the password": (GOOD.replace(MARKER, f"p/{MARKER}"), P.PASSWORD_SLASH, f"p/{MARKER}"),
    "the psql command": (f"psql '{GOOD}'", P.WRAPPED_IN_COMMAND, MARKER),
    "quotes": (f'"{GOOD}"', P.QUOTED, MARKER),
    "a line break": (f"{GOOD}\n", P.SURROUNDING_SPACE, MARKER),
    "a second question mark": (f"{GOOD}?connect_timeout=10", P.DOUBLE_QUESTION_MARK, MARKER),
    "the jdbc prefix": (
        f"jdbc:postgresql://{HOST}/neondb?user=alex&password={MARKER}&sslmode=require",
        P.JDBC_PREFIX_FOR_LIBPQ,
        MARKER,
    ),
}
"""docs/neon.md, G-19 and G-20: a text, what is said of it, and the password once it is repaired."""
FOR_JAVA_TOO = ("uri", "dotenv", "vercel", "compose", "kubernetes")
"""Where a JDBC URL may be right."""
WAYS = [
    (form, way)
    for form in sorted(HOLDERS)
    for way in sorted(BROKEN)
    if way != "the jdbc prefix" or form not in FOR_JAVA_TOO
]
WITH_A_NAME = sorted(set(HOLDERS) - {"pgx", "lib-pq", "sqlx", "tokio-postgres", "neon-serverless"} - {"laravel"})
"""Where an empty text stands under a name that says what it should have been. An empty DB_URL is none to Laravel."""


def held(form: str, text: str) -> Target:
    return from_form(FORMS[form], HOLDERS[form](text), "the file", machine())


@pytest.mark.parametrize(("form", "way"), WAYS)
def test_a_broken_string_is_recognised_and_the_edit_mends_it(form: str, way: str) -> None:
    text, code, password = BROKEN[way]
    target = held(form, text)
    found = {problem.code: problem.repair for problem in target.problems}
    assert code in found
    change = Change(repair=found[code] or "")
    told = edit(target, change)
    repaired = apply(target, change)
    assert told.text
    assert MARKER not in told.text + told.connection_string
    assert repaired.problems == ()
    assert repaired.value("host") == HOST
    assert repaired.value("sslmode") == "require"
    assert repaired.password is not None
    assert repaired.password.reveal() == password


@pytest.mark.parametrize("form", sorted(HOLDERS))
def test_a_wrong_word_for_sslmode_is_mended_in_place(form: str) -> None:
    target = held(form, GOOD.replace("require", "required"))
    told = edit(target, Change(set=(("sslmode", "require"),)))
    assert "`sslmode=required` → `sslmode=require`" in told.text


@pytest.mark.parametrize("form", [form for form in WITH_A_NAME if form not in ("postgres-js", "sequelize", "django")])
def test_an_empty_string_is_recognised(form: str) -> None:
    assert [problem.code for problem in held(form, "").problems] == [P.EMPTY]


@pytest.mark.parametrize("form", ["django", "rails", "node-postgres", "laravel", "typeorm"])
def test_a_port_in_the_host_field_is_recognised(form: str) -> None:
    fields = {"host": f"{HOST}", "user": "alex", "password": MARKER, "dbname": "neondb"}
    text = write(FORMS[form], fields).replace(HOST, f"{HOST}:5433")
    if form == "laravel":
        text = f"DB_HOST={HOST}:5433\nDB_DATABASE=neondb\nDB_USERNAME=alex\nDB_PASSWORD={MARKER}\n"
    target = from_form(FORMS[form], text, "the file", machine())
    assert [problem.code for problem in target.problems] == [P.HOST_WITH_PORT]
    told = edit(target, Change(repair="split-host-port"))
    assert "5433" in told.text
    assert apply(target, Change(repair="split-host-port")).value("port") == "5433"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("settings.py", "DATABASES = {'default': {'HOST': 'h'}}\n", "django"),
        ("prisma.config.ts", 'import { defineConfig } from "prisma/config";', "prisma-config"),
        ("knexfile.js", "module.exports = { client: 'pg' }", "knex"),
        ("db.ts", "import postgres from 'postgres'", "postgres-js"),
        ("main.rs", "use sqlx::PgPool;", "rust"),
    ],
)
def test_a_file_is_known_by_its_name_and_by_what_stands_in_it(name: str, text: str, kind: str) -> None:
    found = recognise(name, text)
    assert found is not None
    assert found[0].name == kind


def test_a_file_is_a_target(tmp_path: Path) -> None:
    (tmp_path / "database.yml").write_text(
        "default: &default\n  adapter: postgresql\n  pool: 5\n\nproduction:\n  <<: *default\n"
        f"  host: {HOST}\n  username: alex\n  password: {MARKER}\n  database: neondb\n"
    )
    target = read("@database.yml", machine(folder=tmp_path))
    assert target.value("host") == HOST
    assert target.password is not None
    assert target.foreign["pool"].value == "5"
    assert str(target.settings["host"].source) == "database.yml line 7 (production.host)"
    assert MARKER not in repr(target)


def test_a_file_that_names_a_variable_is_followed(tmp_path: Path) -> None:
    (tmp_path / "db.mjs").write_text(
        "export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });\n"
    )
    missing = read("@db.mjs", machine(folder=tmp_path))
    assert [problem.code for problem in missing.problems] == [P.VARIABLE_UNSET]
    (tmp_path / ".env").write_text(f'DATABASE_URL="{GOOD}"\n')
    found = read("@db.mjs", machine(folder=tmp_path))
    assert found.value("host") == HOST
    assert str(found.settings["host"].source) == ".env line 1 (DATABASE_URL)"


def test_a_raw_percent_in_a_jdbc_parameter() -> None:
    target = read(f"jdbc:postgresql://{HOST}/neondb?user=alex&password=5%{MARKER}", machine())
    assert [problem.code for problem in target.problems] == [P.PASSWORD_PERCENT]
    assert "`%25` for `%`" in edit(target, Change(repair="percent-encode-password")).text
    repaired = apply(target, Change(repair="percent-encode-password"))
    assert repaired.password is not None
    assert repaired.password.reveal() == f"5%{MARKER}"


IN_THE_ENVIRONMENT = {
    "django": 'DATABASES = {"default": {"NAME": "d", "HOST": "h", "PASSWORD": os.environ["APP_PASSWORD"]}}',
    "rails": "production:\n  database: d\n  host: h\n  password: <%= ENV.fetch('APP_PASSWORD') %>\n",
    "node-postgres": "new Pool({ host: 'h', database: 'd', password: process.env.APP_PASSWORD! })",
}


@pytest.mark.parametrize("form", sorted(IN_THE_ENVIRONMENT))
def test_a_password_from_the_environment_is_found_there_or_missed_by_name(form: str) -> None:
    """Without it, a refused login would be blamed on the server or on the role."""
    text = IN_THE_ENVIRONMENT[form]
    found = from_form(FORMS[form], text, "the file", machine({"APP_PASSWORD": MARKER}))
    assert found.password is not None
    assert found.password.reveal() == MARKER
    assert found.problems == ()
    missed = from_form(FORMS[form], text, "the file", machine())
    assert missed.password is None
    assert [problem.code for problem in missed.problems] == [P.VARIABLE_UNSET]
    assert "APP_PASSWORD" in missed.problems[0].detail


def test_laravel_s_fields_are_found_where_nothing_else_is_named(tmp_path: Path) -> None:
    fields = f"DB_HOST={HOST}\nDB_DATABASE=neondb\nDB_USERNAME=alex\nDB_PASSWORD={MARKER}\n"
    (tmp_path / ".env").write_text(f"DB_CONNECTION=pgsql\n{fields}")
    target = read(None, machine(folder=tmp_path))
    assert target.value("host") == HOST
    assert target.driver == "php-pdo"
    (tmp_path / ".env").write_text(f"DB_CONNECTION=mysql\n{fields}")
    assert read(None, machine(folder=tmp_path)).value("host") is None
    assert [p.code for p in read("@.env", machine(folder=tmp_path)).problems] == [P.NO_CONNECTION_IN_FILE]
    (tmp_path / ".env").write_text(f"{fields}DATABASE_URL={GOOD}\nPGAPPNAME=web\n")
    both = read("@.env", machine(folder=tmp_path))
    assert both.driver is None
    assert both.value("application_name") == "web"


PROFILE = """
{name}:
  {target}
  outputs:
    {output}: {{type: postgres, host: a.example, user: u, dbname: d, password: p}}
    prod: {{type: postgres, host: b.example, user: u, dbname: d, password: p}}
"""
TARGET = "target: \"{{ env_var('DBT_TARGET', 'dev') }}\""


@pytest.mark.parametrize(
    ("profiles", "variables", "host"),
    [
        ([("dev", TARGET)], {}, "a.example"),
        ([("dev", TARGET)], {"DBT_TARGET": "prod"}, "b.example"),
        ([("dev", TARGET.replace(", 'dev'", ""))], {}, None),
        ([("dev", "target: staging")], {}, None),
        ([("default", "# target: prod")], {}, "a.example"),
        ([("dev", "target: prod"), ("staging", "target: ci")], {}, "b.example"),
        ([("dev", "target: dev"), ("staging", "target: prod")], {}, None),
        ([("dev", "target: dev"), ("default", "# what dbt takes where no target is named")], {}, None),
    ],
)
def test_dbt_s_target_chooses_only_within_its_profile(
    profiles: list[tuple[str, str]], variables: dict[str, str], host: str | None, tmp_path: Path
) -> None:
    each = (
        PROFILE.format(name=f"shop{at}", output=output, target=target) for at, (output, target) in enumerate(profiles)
    )
    (tmp_path / "profiles.yml").write_text("".join(each))
    target = read("@profiles.yml", machine(variables, folder=tmp_path))
    assert target.value("host") == host
    assert [problem.code for problem in target.problems] == ([] if host else [P.SEVERAL_TARGETS])


def test_an_r2dbc_url_is_not_pgjdbc_s(tmp_path: Path) -> None:
    url = "r2dbc:pool:postgresql://db.example:5433/d?sslMode=verify-full&sslRootCert=/ca.pem&schema=x&fetchSize=9"
    (tmp_path / "application.properties").write_text(
        f"spring.r2dbc.url={url}\nspring.r2dbc.username=u\nspring.r2dbc.password={MARKER}\n"
    )
    target = read("@application.properties", machine(folder=tmp_path))
    assert target.driver is None
    assert (target.value("host"), target.value("port"), target.value("user")) == ("db.example", "5433", "u")
    assert (target.value("sslmode"), target.value("sslrootcert")) == ("verify-full", "/ca.pem")
    assert (target.foreign, target.problems) == ({}, ())
