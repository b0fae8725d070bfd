"""Every kind of settings file that pgwhy knows: how it is recognised, its syntax, and how it names variables.

Where a connection is in such a file is not in the row: `pgwhy.target.files.places` finds it by one rule for all kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from fnmatch import fnmatchcase
from pathlib import PurePath

from pgwhy.target.files.entry import Entry
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of settings file."""

    name: str
    title: str
    syntax: str
    """A module of `pgwhy.target.files.syntaxes`."""
    files: str
    """Patterns of its usual names, in small letters; one with a slash is matched against the end of the path."""
    holds: str = ""
    """Paths of names of which it must have one, with `*` for any; empty: its file name is enough."""
    style: str = ""
    """How it names variables: a name of `references.STYLES`."""
    client: str | None = None
    """The client that reads it, by its id in `clients.toml`; `None` if that depends on the program."""
    profile: str = ""
    """The environment variable that chooses one of several connections, with the value that is usual without it."""
    source: str = ""
    """Where its format is described."""
    of_databases: bool = field(default=False)
    """Everything in it is about databases, so `host` and `url` need no word of Postgres beside them."""
    host_has_port: bool = field(default=False)
    """Its host may have the port behind a colon."""
    encoded: str = field(default="")
    """The name of the mapping whose values are in Base64."""


KINDS = (
    Kind(
        "spring-properties",
        "Spring's application.properties",
        "properties",
        "application*.properties bootstrap*.properties",
        "spring.*",
        "placeholder",
        "pgjdbc",
        source="docs.spring.io/spring-boot/reference/data/sql.html",
    ),
    Kind(
        "spring-yaml",
        "Spring's application.yml",
        "yaml",
        "application*.yml application*.yaml bootstrap*.yml",
        "spring.*",
        "placeholder",
        "pgjdbc",
        source="docs.spring.io/spring-boot/reference/data/sql.html",
    ),
    Kind(
        "quarkus-properties",
        "Quarkus' application.properties",
        "properties",
        "application*.properties",
        "quarkus.* %*.quarkus.*",
        "placeholder",
        "pgjdbc",
        source="quarkus.io/guides/datasource",
    ),
    Kind(
        "quarkus-yaml",
        "Quarkus' application.yml",
        "yaml",
        "application*.yml application*.yaml",
        "quarkus.* %*.quarkus.*",
        "placeholder",
        "pgjdbc",
        source="quarkus.io/guides/datasource",
    ),
    Kind(
        "micronaut-yaml",
        "Micronaut's application.yml",
        "yaml",
        "application*.yml application*.yaml",
        "datasources.* r2dbc.* micronaut.*",
        "placeholder",
        "pgjdbc",
        source="micronaut-projects.github.io/micronaut-sql/latest/guide",
    ),
    Kind(
        "micronaut-properties",
        "Micronaut's application.properties",
        "properties",
        "application*.properties",
        "datasources.* r2dbc.* micronaut.*",
        "placeholder",
        "pgjdbc",
        source="micronaut-projects.github.io/micronaut-sql/latest/guide",
    ),
    Kind(
        "flyway",
        "Flyway's configuration",
        "properties",
        "flyway*.conf flyway*.properties",
        "flyway.*",
        "placeholder",
        "pgjdbc",
        source="documentation.red-gate.com/flyway",
        of_databases=True,
    ),
    Kind(
        "flyway-toml",
        "Flyway's flyway.toml",
        "toml",
        "flyway*.toml",
        "environments.*",
        "placeholder",
        "pgjdbc",
        source="documentation.red-gate.com/flyway",
    ),
    Kind(
        "liquibase",
        "liquibase.properties",
        "properties",
        "liquibase*.properties",
        "",
        "placeholder",
        "pgjdbc",
        source="docs.liquibase.com",
        of_databases=True,
    ),
    Kind(
        "hibernate",
        "hibernate.properties",
        "properties",
        "hibernate*.properties",
        "",
        "placeholder",
        "pgjdbc",
        source="docs.jboss.org/hibernate/orm",
        of_databases=True,
    ),
    Kind(
        "appsettings",
        "appsettings.json",
        "json",
        "appsettings*.json secrets.json usersecrets/*/secrets.json local.settings.json",
        "ConnectionStrings.* ConnectionStrings:* Values.*",
        client="npgsql",
        source="learn.microsoft.com/aspnet/core/fundamentals/configuration",
    ),
    Kind(
        "web-config",
        "web.config",
        "xml",
        "web*.config app*.config *.exe.config connectionstrings.config",
        "configuration.connectionStrings.* connectionStrings.*",
        client="npgsql",
        source="learn.microsoft.com/dotnet/framework/data/adonet/connection-strings-and-configuration-files",
    ),
    Kind(
        "rails",
        "Rails' database.yml",
        "yaml",
        "database.yml database.yaml database.*.yml",
        "",
        "erb",
        "libpq",
        "RAILS_ENV=development",
        "guides.rubyonrails.org/configuring.html#configuring-a-database",
        of_databases=True,
    ),
    Kind(
        "dbt",
        "dbt's profiles.yml",
        "yaml",
        "profiles.yml profiles.yaml",
        "*.outputs.*",
        "jinja",
        "psycopg2",
        source="docs.getdbt.com/docs/core/connect-data-platform/postgres-setup",
        of_databases=True,
    ),
    Kind(
        "alembic",
        "alembic.ini",
        "ini",
        "alembic.ini",
        "",
        "configparser",
        source="alembic.sqlalchemy.org/en/latest/tutorial.html",
        of_databases=True,
    ),
    Kind(
        "airflow",
        "airflow.cfg",
        "ini",
        "airflow.cfg",
        "",
        "configparser",
        source="airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html",
    ),
    Kind(
        "grafana",
        "grafana.ini",
        "ini",
        "grafana.ini custom.ini defaults.ini",
        "database.*",
        "grafana",
        "lib-pq",
        source="grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#database",
        host_has_port=True,
    ),
    Kind(
        "postgrest",
        "PostgREST's configuration",
        "ini",
        "postgrest*.conf",
        "db-uri",
        source="docs.postgrest.org/en/stable/references/configuration.html",
        of_databases=True,
    ),
    Kind(
        "pgbouncer",
        "pgbouncer.ini",
        "ini",
        "pgbouncer*.ini",
        "databases.*",
        client="libpq",
        source="www.pgbouncer.org/config.html#section-databases",
        of_databases=True,
    ),
    Kind(
        "pgadmin",
        "pgAdmin's servers.json",
        "json",
        "servers.json",
        "Servers.*",
        client="pgadmin",
        source="www.pgadmin.org/docs/pgadmin4/latest/import_export_servers.html",
        of_databases=True,
    ),
    Kind(
        "dbeaver",
        "DBeaver's data-sources.json",
        "json",
        "data-sources*.json",
        "connections.*",
        client="dbeaver",
        source="dbeaver.com/docs/dbeaver",
        of_databases=True,
    ),
    Kind(
        "datagrip",
        "DataGrip's dataSources.xml",
        "xml",
        "datasources*.xml",
        "project.component.*",
        client="pgjdbc",
        source="www.jetbrains.com/help/datagrip",
        of_databases=True,
    ),
    Kind(
        "compose",
        "a Compose file",
        "yaml",
        "compose*.yml compose*.yaml docker-compose*.yml docker-compose*.yaml podman-compose*.yml",
        "services.*",
        "compose",
        source="docs.docker.com/reference/compose-file",
    ),
    Kind(
        "kubernetes-secret",
        "a Kubernetes Secret",
        "yaml",
        "*.yml *.yaml",
        "kind=Secret",
        encoded="data",
        source="kubernetes.io/docs/concepts/configuration/secret",
    ),
    Kind(
        "kubernetes",
        "a Kubernetes manifest",
        "yaml",
        "*.yml *.yaml",
        "kind=ConfigMap kind=Deployment kind=StatefulSet kind=DaemonSet kind=Job kind=CronJob kind=Pod",
        source="kubernetes.io/docs/concepts/configuration",
    ),
    Kind(
        "github-actions",
        "a GitHub Actions workflow",
        "yaml",
        ".github/workflows/*.yml .github/workflows/*.yaml *.yml *.yaml",
        "jobs.*.steps.* jobs.*.runs-on",
        "actions",
        source="docs.github.com/actions/reference/workflows-and-actions/workflow-syntax",
    ),
    Kind(
        "gitlab-ci",
        ".gitlab-ci.yml",
        "yaml",
        ".gitlab-ci*.yml",
        "",
        "shell",
        source="docs.gitlab.com/ci/yaml",
    ),
    Kind(
        "render",
        "render.yaml",
        "yaml",
        "render.yaml render.yml",
        "services.* databases.*",
        source="render.com/docs/blueprint-spec",
    ),
    Kind(
        "helm",
        "Helm's values.yaml",
        "yaml",
        "values*.yaml values*.yml",
        source="helm.sh/docs/chart_template_guide/values_files",
    ),
    Kind(
        "serverless",
        "serverless.yml",
        "yaml",
        "serverless.yml serverless.yaml",
        source="www.serverless.com/framework/docs",
    ),
    Kind(
        "heroku",
        "Heroku's app.json",
        "json",
        "app.json",
        "env.*",
        source="devcenter.heroku.com/articles/app-json-schema",
    ),
    Kind(
        "vercel-json",
        "vercel.json",
        "json",
        "vercel.json",
        "env.* build.*",
        source="vercel.com/docs/project-configuration",
    ),
    Kind("fly", "fly.toml", "toml", "fly*.toml", "env.*", source="fly.io/docs/reference/configuration"),
    Kind(
        "netlify",
        "netlify.toml",
        "toml",
        "netlify.toml",
        "",
        source="docs.netlify.com/build/configure-builds/file-based-configuration",
    ),
    Kind(
        "wrangler",
        "Wrangler's hyperdrive binding",
        "toml",
        "wrangler.toml",
        "hyperdrive.*",
        source="developers.cloudflare.com/hyperdrive/configuration/local-development",
    ),
    Kind(
        "wrangler-json",
        "Wrangler's hyperdrive binding",
        "json",
        "wrangler.json wrangler.jsonc",
        "hyperdrive.*",
        source="developers.cloudflare.com/hyperdrive/configuration/local-development",
    ),
    Kind(
        "terraform",
        "Terraform's provider block",
        "blocks",
        "*.tf",
        "provider.postgresql.*",
        "call",
        "lib-pq",
        source="registry.terraform.io/providers/cyrilgdn/postgresql/latest/docs",
        of_databases=True,
    ),
    Kind(
        "prisma-schema",
        "schema.prisma",
        "blocks",
        "*.prisma",
        "datasource.*",
        "call",
        "prisma",
        source="www.prisma.io/docs/orm/prisma-schema",
        of_databases=True,
    ),
    Kind(
        "ecto",
        "Elixir's configuration",
        "elixir",
        "*.exs",
        "",
        "call",
        "postgrex",
        source="hexdocs.pm/ecto/Ecto.Repo.html",
    ),
    Kind(
        "hasura",
        "Hasura's metadata",
        "yaml",
        "databases.yaml",
        "*.configuration.*",
        source="hasura.io/docs/2.0/databases/postgres",
        of_databases=True,
    ),
    Kind(
        "grafana-datasource",
        "Grafana's data sources",
        "yaml",
        "*.yml *.yaml",
        "datasources.*.type datasources.*.url",
        "grafana",
        "lib-pq",
        source="grafana.com/docs/grafana/latest/datasources/postgres",
        host_has_port=True,
    ),
    Kind(
        "symfony",
        "Symfony's doctrine.yaml",
        "yaml",
        "doctrine.yaml doctrine.yml",
        "doctrine.*",
        "symfony",
        "php-pdo",
        source="symfony.com/doc/current/doctrine.html",
        of_databases=True,
    ),
    Kind(
        "laravel",
        "Laravel's .env",
        "dotenv",
        ".env .env.* *.env",
        "DB_CONNECTION=pgsql",
        "shell",
        "php-pdo",
        source="laravel.com/docs/database",
    ),
    Kind(
        "dotenv",
        "a .env file",
        "dotenv",
        ".env .env.* *.env .dev.vars .flaskenv",
        source="docs.docker.com/reference/compose-file/services/#env_file",
    ),
    Kind("ini", "an INI file", "ini", "*.ini *.cfg *.conf"),
    Kind("properties", "a .properties file", "properties", "*.properties", "", "placeholder", "pgjdbc"),
    Kind("yaml", "a YAML file", "yaml", "*.yml *.yaml"),
    Kind("json", "a JSON file", "json", "*.json *.jsonc"),
    Kind("toml", "a TOML file", "toml", "*.toml"),
    Kind("xml", "an XML file", "xml", "*.xml *.config"),
)
"""The first row counts whose file pattern fits and that holds what it must; the last rows are any file of a syntax."""


def kinds_for(name: str) -> list[Kind]:
    """The kinds that a file of this name may be."""
    path = PurePath(name.lower())
    return [kind for kind in KINDS if any(_fits(path, pattern) for pattern in kind.files.split())]


def is_usual(name: str) -> bool:
    """A file of this name is one of settings, whatever is in it: `application.yml`, and not any YAML file."""
    path = PurePath(name.lower())
    patterns = (pattern for kind in KINDS if kind.source for pattern in kind.files.split())
    return any(_fits(path, pattern) for pattern in patterns if pattern not in ("*.yml", "*.yaml"))


def holds(kind: Kind, documents: Sequence[Sequence[Entry]]) -> bool:
    """The file has what its kind must have."""
    if not kind.holds:
        return True
    wanted = kind.holds.split()
    return any(_has(entry, pattern) for document in documents for entry in document for pattern in wanted)


def _has(entry: Entry, pattern: str) -> bool:
    key, equals, value = pattern.partition("=")
    if equals:
        return entry.path == (key,) and entry.value == value
    parts = pattern.split(".")
    names = [name for key in entry.path for name in key.split(".")]  # Spring reads `spring.datasource.url: x` too
    if len(parts) > len(names):
        return False
    return all(fnmatchcase(name, part) for name, part in zip(names, parts, strict=False))


def _fits(path: PurePath, pattern: str) -> bool:
    if "/" in pattern:
        return fnmatchcase(path.as_posix(), f"*{pattern}")
    return fnmatchcase(path.name, pattern)
