"""Manifests and lock files: the packages they name, and in which versions."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwhy.project.manifests import _READERS, Package, Unreadable, reader_of


def read(name, text):
    return [(p.name, p.version, p.exact) for p in reader_of(name)(text)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("package.json", '{"dependencies": {"pg": "^8.11.3"}}', ("pg", "8.11.3", False)),
        ("package.json", '{"devDependencies": {"pg": "*"}}', ("pg", "", False)),
        ("package.json", '{"dependencies": {"pg": "<9"}}', ("pg", "", False)),
        ("package-lock.json", '{"packages": {"node_modules/pg": {"version": "8.11.5"}}}', ("pg", "8.11.5", True)),
        ("package-lock.json", '{"dependencies": {"pg": {"version": "7.4.1"}}}', ("pg", "7.4.1", True)),
        ("yarn.lock", 'pg@^8.0.0, pg@^8.11.3:\n  version "8.11.5"\n  resolved "x"\n', ("pg", "8.11.5", True)),
        ("yarn.lock", '"pg@npm:^8.11.3":\n  version: 8.11.5\n', ("pg", "8.11.5", True)),
        ("pnpm-lock.yaml", "packages:\n\n  pg@8.11.5:\n    resolution: {}\n", ("pg", "8.11.5", True)),
        ("pnpm-lock.yaml", "packages:\n\n  '@prisma/client@5.1.0(prisma@5.1.0)':\n", ("@prisma/client", "5.1.0", True)),
        ("requirements.txt", "psycopg2_Binary == 2.9.1  # why\n", ("psycopg2-binary", "2.9.1", True)),
        ("requirements-dev.txt", "asyncpg>=0.29,<1 ; python_version > '3.8'", ("asyncpg", "0.29", False)),
        ("pyproject.toml", '[project]\ndependencies = ["asyncpg~=0.29"]', ("asyncpg", "0.29", False)),
        ("pyproject.toml", '[tool.poetry.dependencies]\nasyncpg = "^0.29"', ("asyncpg", "0.29", False)),
        ("pyproject.toml", '[dependency-groups]\ntest = ["pg8000==1.12.5"]', ("pg8000", "1.12.5", True)),
        ("uv.lock", '[[package]]\nname = "asyncpg"\nversion = "0.30.0"', ("asyncpg", "0.30.0", True)),
        ("Pipfile", '[packages]\nasyncpg = "*"', ("asyncpg", "", False)),
        ("Pipfile.lock", '{"default": {"asyncpg": {"version": "==0.30.0"}}}', ("asyncpg", "0.30.0", True)),
        ("go.mod", "require github.com/lib/pq v1.10.6\n", ("github.com/lib/pq", "1.10.6", True)),
        ("Cargo.toml", '[dependencies]\npostgres = "0.19"', ("postgres", "0.19", False)),
        (
            "Cargo.toml",
            '[dependencies]\ndb = { package = "postgres", version = "=0.19.7" }',
            ("postgres", "0.19.7", True),
        ),
        ("Cargo.lock", '[[package]]\nname = "postgres"\nversion = "0.19.7"', ("postgres", "0.19.7", True)),
        (
            "build.gradle",
            'runtimeOnly "org.postgresql:postgresql:42.7.3"',
            ("org.postgresql:postgresql", "42.7.3", True),
        ),
        ("build.gradle.kts", 'runtimeOnly("org.postgresql:postgresql")', ("org.postgresql:postgresql", "", False)),
        ("Gemfile", "gem 'pg', '~> 1.5'", ("pg", "1.5", False)),
        ("Gemfile.lock", "GEM\n  specs:\n    pg (1.5.6-x86_64-linux)\n", ("pg", "1.5.6", True)),
        ("composer.json", '{"require": {"ext-pdo_pgsql": "*"}}', ("ext-pdo_pgsql", "", False)),
        ("App.csproj", '<PackageReference Include="Npgsql" Version="8.0.3" />', ("npgsql", "8.0.3", True)),
        (
            "App.csproj",
            '<PackageReference Include="Npgsql">\n<Version>7.0</Version></PackageReference>',
            ("npgsql", "7.0", True),
        ),
        ("mix.exs", '{:postgrex, "~> 0.17"}', ("postgrex", "0.17", False)),
        ("mix.lock", '%{\n  "postgrex": {:hex, :postgrex, "0.17.5", "x"},\n}', ("postgrex", "0.17.5", True)),
    ],
)
def test_a_file_says_which_package_in_which_version(name, text, expected):
    assert expected in read(name, text)


def test_a_pom_takes_the_version_from_its_own_properties_and_no_comment_counts():
    text = """<project><properties><pg.version>42.5.5</pg.version></properties><dependencies>
    <!-- <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId>
    <version>9.4</version></dependency> -->
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId>
    <version>${pg.version}</version></dependency></dependencies></project>"""
    assert read("pom.xml", text) == [("org.postgresql:postgresql", "42.5.5", True)]


def test_an_extra_of_psycopg_is_the_wheel_with_its_own_libpq():
    assert list(reader_of("requirements.txt")("psycopg[binary,pool]>=3.1")) == [
        Package("pypi", "psycopg", "3.1", False),
        Package("pypi", "psycopg-binary", "3.1", False),
    ]


def test_what_go_only_needs_indirectly_is_not_the_projects_choice():
    assert read("go.mod", "require (\n\tgithub.com/lib/pq v1.10.6 // indirect\n)\n") == []


@pytest.mark.parametrize("name", ["package.json", "pyproject.toml", "Cargo.lock"])
def test_a_file_that_is_not_what_its_name_says_is_named(name):
    with pytest.raises(Unreadable, match=r"is no (JSON|TOML)"):
        read(name, "<<<<<<< HEAD {")


@pytest.mark.parametrize(
    "reader", list(dict.fromkeys(reader for _, reader in _READERS)), ids=lambda reader: reader.__name__
)
@given(text=st.text(max_size=400))
def test_no_text_makes_a_reader_stumble(reader, text):
    with contextlib.suppress(Unreadable):
        list(reader(text))
