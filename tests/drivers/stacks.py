"""The stacks whose snippets are run as printed: how each is put into a program of fixtures/drivers/, and run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pgwhy.lab.postgres.installation import find_installation
from tests.drivers import build
from tests.drivers.build import BUILT, SOURCES
from tests.drivers.clients import Missing


@dataclass(frozen=True)
class Program:
    """A command that connects through a snippet; it runs in the folder where the snippet lies."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Runner:
    """How the snippets of one stack are run."""

    recipe: str
    """Of `build.RECIPES`; empty: the stack needs nothing built."""
    version: Callable[[], str]
    """Of the driver, and of what stands on it."""
    put: Callable[[Path], Program]
    """Makes a program of the folder with the snippet. Raises `Missing`."""


def runnable(stack: str) -> Runner:
    """Raises `Missing` where its drivers are not built."""
    runner = RUNNERS[stack]
    if runner.recipe and not (BUILT / f"{runner.recipe}.stamp").is_file():
        raise Missing(f"the drivers of {runner.recipe} are not built (make drivers)")
    return runner


def _shell(line: str, folder: Path) -> Program:
    """psql of the Postgres that the lab runs, by a line of the shell."""
    programs = find_installation().programs
    return Program(("/bin/sh", "-ec", f'PATH="{programs}:$PATH"; {line}'))


def _python(stack: str, folder: Path) -> Program:
    packages = BUILT / "python/packages"
    environment = {"PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    return Program((sys.executable, "-P", str(SOURCES / "python/snippet.py"), stack), environment)


def _node(stack: str, folder: Path) -> Program:
    (folder / "node_modules").symlink_to(BUILT / "node-stacks/node_modules")
    shutil.copy(SOURCES / "node-stacks/snippet.mjs", folder)
    return Program((build.node(), "snippet.mjs", stack))


def _prisma(folder: Path) -> Program:
    program = _node("prisma", folder)
    shutil.copytree(BUILT / "node-stacks/generated", folder / "generated")
    bundle = ("--bundle", "--platform=node", "--format=cjs", "--log-level=error", "--outfile=database.cjs")
    # import.meta is empty in a bundle for require; the generated client only looks where it lies.
    _run(("node_modules/.bin/esbuild", "database.ts", *bundle, "--define:import.meta.url='file:///'"), folder)
    return program


def _next(folder: Path) -> Program:
    """A built application with the snippet as its one route."""
    (folder / "node_modules").symlink_to(BUILT / "node-stacks/node_modules")
    for name in ("next.mjs", "package.json"):
        shutil.copy(SOURCES / "node-stacks" / name, folder)
    shutil.copy(SOURCES / "node-stacks/layout.js", folder / "app")
    # Next's other builder takes no packages from outside the folder.
    _run(
        (build.node(), "node_modules/next/dist/bin/next", "build", "--webpack"),
        folder,
        {"NEXT_TELEMETRY_DISABLED": "1"},
    )
    return Program((build.node(), "next.mjs"), {"NEXT_TELEMETRY_DISABLED": "1"})


def _ruby(stack: str, folder: Path) -> Program:
    return Program(("ruby", str(SOURCES / "ruby/snippet.rb"), stack))


def _php(stack: str, folder: Path) -> Program:
    command = ("php", str(SOURCES / "php/snippet.php"), stack)
    if stack == "laravel":  # its .env, as a shell reads it, too
        command = ("/bin/sh", "-ec", f"set -a; . ./laravel.env; exec {' '.join(command)}")
    return Program(command)


def _go(stack: str, folder: Path) -> Program:
    for name in ("go.mod", "go.sum"):
        shutil.copy(SOURCES / "go" / name, folder)
    shutil.copy(SOURCES / f"go/snippets/{stack}.go", folder / "main.go")
    command = (build.go(), "build", "-trimpath", "-buildvcs=false", "-o", "snippet", ".")
    _run(command, folder, dict(build.RECIPES["go"].environment))
    return Program(("./snippet",))


def _rust(stack: str, folder: Path) -> Program:
    manifest = (SOURCES / "rust/Cargo.toml").read_text(encoding="utf-8").replace('name = "connect"', 'name = "snippet"')
    (folder / "Cargo.toml").write_text(manifest, encoding="utf-8")
    shutil.copy(BUILT / "rust/Cargo.lock", folder)
    (folder / "src").mkdir()
    shutil.copy(SOURCES / f"rust/snippets/{stack}.rs", folder / "src/main.rs")
    (folder / "database.rs").rename(folder / "src/database.rs")
    _run(("cargo", "build", "--quiet", "--offline"), folder, {"CARGO_TARGET_DIR": str(build.CACHE / "rust")})
    shutil.copy(build.CACHE / "rust/debug/snippet", folder)
    return Program(("./snippet",))


def _java(folder: Path) -> Program:
    shutil.copy(SOURCES / "java/Snippet.java", folder)
    jar = BUILT / f"java/postgresql-{build.JARS[0]}.jar"
    _run(("javac", "-cp", str(jar), "Snippet.java", "Database.java"), folder)
    return Program(("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f".:{jar}", "Snippet"))


def _run(command: tuple[str, ...], folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Raises `AssertionError` with what it printed: a snippet that does not compile is a finding."""
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _pinned(*packages: str) -> str:
    """The versions that fixtures/drivers/ pins, the first one by its number alone."""
    found = {
        **dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)$", _text("python/requirements.txt"), re.MULTILINE)),
        **json.loads(_text("node-stacks/package.json"))["dependencies"],
        **dict(re.findall(r"^\t(\S+) v(\S+)$", _text("go/go.mod"), re.MULTILINE)),
        **dict(re.findall(r'^([\w-]+) = (?:\{ version = )?"=([\d.]+)"', _text("rust/Cargo.toml"), re.MULTILINE)),
        "pgJDBC": build.JARS[0],
    }
    first, *others = packages
    return ", ".join([found[first], *(f"{package} {found[package]}" for package in others)])


def _text(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def _laravel() -> str:
    _asked("php", "-v")
    return _asked(*_ILLUMINATE).partition("+")[0]


def _asked(*command: str) -> str:
    """What the machine's own program says its version is."""
    if shutil.which(command[0]) is None:
        raise Missing(f"there is no {command[0]} (make parts)")
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30)
    if ran.returncode:
        raise Missing(f"{command[0]}: {ran.stderr.strip()} (make parts)")
    return ran.stdout.strip()


def _by_psql(line: str) -> Runner:
    return Runner("", lambda: f"psql {find_installation().version}", partial(_shell, line))


def _by_python(stack: str, *packages: str) -> Runner:
    return Runner("python", partial(_pinned, *packages), partial(_python, stack))


def _by_node(stack: str, *packages: str) -> Runner:
    return Runner("node-stacks", partial(_pinned, *packages), partial(_node, stack))


_ASK = "psql -XAtc 'select current_user'"
_LIBPQ_OF_RUBY = "require 'pg'; v = PG.library_version; print PG::VERSION, ', libpq ', v / 10000, '.', v % 10000"
_ILLUMINATE = ("dpkg-query", "-W", "-f=${Version}", "php-illuminate-database")
_RAILS = "require 'active_record'; print ActiveRecord.version, ', pg '; "

RUNNERS: Mapping[str, Runner] = {
    "psql": _by_psql("echo 'select current_user' | sh connect.sh"),
    "environment": _by_psql(f"set -a; . ./pg.env; {_ASK}"),
    "dotenv": _by_psql(f'set -a; . ./.env; {_ASK} "$DATABASE_URL"'),
    "service": _by_psql(f"export PGSERVICEFILE=pg_service.conf; {_ASK} service=pgwhy"),
    "vercel": _by_psql(f'set -a; . ./vercel.env; {_ASK} "$POSTGRES_URL"; {_ASK} "$POSTGRES_URL_NON_POOLING"'),
    "psycopg": _by_python("psycopg", "psycopg"),
    "psycopg2": _by_python("psycopg2", "psycopg2-binary"),
    "asyncpg": _by_python("asyncpg", "asyncpg"),
    "pg8000": _by_python("pg8000", "pg8000"),
    "sqlalchemy": _by_python("sqlalchemy", "sqlalchemy", "psycopg"),
    "sqlalchemy-asyncpg": _by_python("sqlalchemy-asyncpg", "sqlalchemy", "asyncpg"),
    "sqlalchemy-pg8000": _by_python("sqlalchemy-pg8000", "sqlalchemy", "pg8000"),
    "django": _by_python("django", "django", "psycopg"),
    "node-postgres": _by_node("node-postgres", "pg"),
    "postgres-js": _by_node("postgres-js", "postgres"),
    "drizzle": _by_node("drizzle", "drizzle-orm", "pg"),
    "knex": _by_node("knex", "knex", "pg"),
    "sequelize": _by_node("sequelize", "sequelize", "pg"),
    "typeorm": _by_node("typeorm", "typeorm", "pg"),
    "nextjs": Runner("node-stacks", partial(_pinned, "next", "pg"), _next),
    "neon-serverless": _by_node("neon-serverless", "@neondatabase/serverless", "ws"),
    "prisma": Runner("node-stacks", partial(_pinned, "@prisma/adapter-pg", "@prisma/client"), _prisma),
    "ruby-pg": Runner("ruby", partial(_asked, "ruby", "-e", _LIBPQ_OF_RUBY), partial(_ruby, "ruby-pg")),
    "rails": Runner("ruby", partial(_asked, "ruby", "-e", _RAILS + _LIBPQ_OF_RUBY), partial(_ruby, "rails")),
    "php-pdo": Runner("", partial(_asked, "php", "-r", "echo 'PHP ', PHP_VERSION;"), partial(_php, "php-pdo")),
    "laravel": Runner("", _laravel, partial(_php, "laravel")),
    "pgx": Runner("go", partial(_pinned, "github.com/jackc/pgx/v5"), partial(_go, "pgx")),
    "lib-pq": Runner("go", partial(_pinned, "github.com/lib/pq"), partial(_go, "lib-pq")),
    "tokio-postgres": Runner("rust", partial(_pinned, "tokio-postgres"), partial(_rust, "tokio-postgres")),
    "sqlx": Runner("rust", partial(_pinned, "sqlx"), partial(_rust, "sqlx")),
    "jdbc": Runner("java", partial(_pinned, "pgJDBC"), _java),
}
"""By the name that `--for` takes."""
