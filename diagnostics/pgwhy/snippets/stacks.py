"""The stacks for which there is a snippet: which client connects, in which form it is written, and how it is used."""

from __future__ import annotations

from enum import StrEnum

from pgwhy.values import dataclass


class Use(StrEnum):
    """How a program of this stack connects, which decides between pooled and direct."""

    SERVERLESS = "serverless"
    """Many short-lived instances, each with connections of its own."""
    MIGRATIONS = "migrations"
    """Session state, advisory locks, prepared statements of the server."""
    SESSION = "session"
    """A person or a tool at one session: psql, a database tool."""
    SERVER = "server"
    """A program that runs on and keeps a pool of its own."""


@dataclass(frozen=True)
class Stack:
    """One stack."""

    name: str
    title: str
    client: str
    """Its id in `clients.toml`."""
    form: str
    """A name in `target.forms.FORMS`: what it can carry."""
    file: str
    """The name under which the snippet is pasted."""
    use: Use = Use.SERVER
    elsewhere: bool = False
    """It runs on another machine than this one, so a path of this machine says nothing."""


STACKS = {
    stack.name: stack
    for stack in (
        Stack("psql", "psql", "libpq", "keywords", "connect.sh", Use.SESSION),
        Stack("environment", "PG* variables", "libpq", "environment", "pg.env"),
        Stack("dotenv", "DATABASE_URL in .env", "libpq", "dotenv", ".env"),
        Stack("service", "libpq's service file", "libpq", "service", "pg_service.conf"),
        Stack("pgpass", "libpq's password file", "libpq", "pgpass", ".pgpass"),
        Stack("psycopg", "psycopg 3", "psycopg", "keywords", "database.py"),
        Stack("psycopg2", "psycopg2", "psycopg2", "keywords", "database.py"),
        Stack("asyncpg", "asyncpg", "asyncpg", "sqlalchemy-asyncpg", "database.py"),
        Stack("pg8000", "pg8000", "pg8000", "sqlalchemy-pg8000", "database.py"),
        Stack("sqlalchemy", "SQLAlchemy with psycopg", "psycopg", "sqlalchemy-psycopg", "database.py"),
        Stack("sqlalchemy-asyncpg", "SQLAlchemy with asyncpg", "asyncpg", "sqlalchemy-asyncpg", "database.py"),
        Stack("sqlalchemy-pg8000", "SQLAlchemy with pg8000", "pg8000", "sqlalchemy-pg8000", "database.py"),
        Stack("django", "Django", "psycopg", "django", "database_settings.py"),
        Stack("node-postgres", "node-postgres", "node-postgres", "node-postgres", "database.mjs"),
        Stack("postgres-js", "postgres.js", "postgres-js", "postgres-js", "database.mjs"),
        Stack("drizzle", "Drizzle with node-postgres", "node-postgres", "drizzle", "database.mjs"),
        Stack("knex", "Knex", "node-postgres", "knex", "knexfile.mjs"),
        Stack("sequelize", "Sequelize", "node-postgres", "sequelize", "database.mjs"),
        Stack("typeorm", "TypeORM", "node-postgres", "typeorm", "data-source.mjs"),
        Stack("nextjs", "Next.js", "node-postgres", "node-postgres", "app/api/time/route.js", Use.SERVERLESS),
        Stack(
            "neon-serverless",
            "@neondatabase/serverless",
            "neon-serverless",
            "neon-serverless",
            "database.mjs",
            Use.SERVERLESS,
        ),
        Stack("prisma", "Prisma 7 with its adapter", "node-postgres", "node-postgres", "database.ts", Use.SERVERLESS),
        Stack("prisma-migrate", "Prisma Migrate 7", "prisma", "prisma-config", "prisma.config.ts", Use.MIGRATIONS),
        Stack("ruby-pg", "Ruby pg", "libpq", "keywords", "database.rb"),
        Stack("rails", "Rails", "libpq", "rails", "config/database.yml"),
        Stack("php-pdo", "PHP PDO", "php-pdo", "keywords", "database.php"),
        Stack("laravel", "Laravel", "php-pdo", "laravel", "laravel.env"),
        Stack("pgx", "pgx 5", "pgx", "pgx", "database.go"),
        Stack("lib-pq", "lib/pq", "lib-pq", "lib-pq", "database.go"),
        Stack("tokio-postgres", "tokio-postgres", "tokio-postgres", "tokio-postgres", "database.rs"),
        Stack("sqlx", "sqlx", "sqlx", "sqlx", "database.rs"),
        Stack("jdbc", "pgJDBC", "pgjdbc", "jdbc", "Database.java"),
        Stack("dbeaver", "DBeaver", "dbeaver", "jdbc-fields", "dbeaver.txt", Use.SESSION),
        Stack("datagrip", "DataGrip", "datagrip", "jdbc-fields", "datagrip.txt", Use.SESSION),
        Stack("clion", "CLion", "datagrip", "jdbc-fields", "clion.txt", Use.SESSION),
        Stack("npgsql", "Npgsql", "npgsql", "npgsql", "Database.cs"),
        Stack("vercel", "Vercel", "libpq", "vercel", "vercel.env", Use.SERVERLESS, elsewhere=True),
        Stack("compose", "Docker Compose", "libpq", "compose", "compose.yaml", elsewhere=True),
        Stack("kubernetes", "Kubernetes", "libpq", "kubernetes", "secret.yaml", elsewhere=True),
    )
}
