"""Manifests and lock files of a project (`--project`). The first line is the file's name, its content follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from hypothesis import strategies as st

from pgwhy.project import manifests, scan
from pgwhy.redaction import Redactor
from tests.fuzz.damage import damaged, joined
from tests.fuzz.invariants import plain
from tests.fuzz.places import EMPTY

FOLDER = EMPTY / "project"


def attempt(raw: bytes) -> None:
    name, _, content = raw.partition(b"\n")
    told = name.decode("utf-8", "replace")
    if "/" in told or "\0" in told or len(name) > 60 or not manifests.reader_of(told):
        return
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / told
    with suppress(OSError):
        file.write_bytes(content)
    found = scan(FOLDER)
    file.unlink(missing_ok=True)
    clean = Redactor().clean
    plain(clean("\n".join((*found.left_out, *(driver.title for driver in found.drivers)))))


def seeds() -> Iterator[bytes]:
    for name, content in FILES.items():
        yield f"{name}\n{content}".encode()


def inputs() -> st.SearchStrategy[bytes]:
    pieces = (
        *(word for content in FILES.values() for word in content.split()),
        "[" * 2000,
        "{",
        '"',
        "\n",
        " ",
        "9" * 5000,
    )
    head = st.sampled_from([name.encode() for name in FILES])
    return damaged(seeds()) | st.builds(lambda name, rest: name + b"\n" + rest, head, joined(pieces))


FILES = {
    "package.json": '{"dependencies": {"pg": "^8.11.0", "postgres": "~3.4.0"}}',
    "package-lock.json": '{"packages": {"node_modules/pg": {"version": "8.11.3"}}}',
    "yarn.lock": 'pg@^8.11.0:\n  version "8.11.3"\n',
    "pnpm-lock.yaml": "packages:\n  /pg@8.11.3:\n    resolution: {}\n",
    "requirements.txt": "psycopg2-binary==2.9.9\nasyncpg>=0.29  # x\n",
    "pyproject.toml": '[project]\ndependencies = ["psycopg[binary]>=3.2"]\n'
    '[tool.poetry.dependencies]\nasyncpg = "^0.29"\n',
    "poetry.lock": '[[package]]\nname = "psycopg"\nversion = "3.2.1"\n',
    "Pipfile": '[packages]\npsycopg2 = "==2.9.9"\n',
    "Pipfile.lock": '{"default": {"psycopg2": {"version": "==2.9.9"}}}',
    "go.mod": "module x\nrequire github.com/jackc/pgx/v5 v5.5.0\n",
    "Cargo.toml": '[dependencies]\ntokio-postgres = { version = "0.7" }\nsqlx = "0.7"\n',
    "Cargo.lock": '[[package]]\nname = "tokio-postgres"\nversion = "0.7.10"\n',
    "pom.xml": "<project><dependencies><dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId>"
    "<version>42.7.1</version></dependency></dependencies></project>",
    "build.gradle": "implementation 'org.postgresql:postgresql:42.7.1'\n",
    "Gemfile": "gem 'pg', '~> 1.5'\n",
    "Gemfile.lock": "GEM\n  specs:\n    pg (1.5.4)\n",
    "composer.json": '{"require": {"ext-pdo_pgsql": "*"}}',
    "mix.exs": '{:postgrex, "~> 0.17"}\n',
    "mix.lock": '"postgrex": {:hex, :postgrex, "0.17.3"}\n',
}
