"""Snippets in Go, Rust, Java and C#."""

from __future__ import annotations

from pgwhy.snippets.choices import Choice
from pgwhy.snippets.hole import VARIABLE
from pgwhy.snippets.stacks import Stack
from pgwhy.target.dialects import jdbc, npgsql, uri
from pgwhy.target.forms import javascript


def write(stack: Stack, choice: Choice) -> tuple[str, list[str]]:
    """The source file and what to know of it."""
    maker = {"pgx": _pgx, "lib-pq": _lib_pq, "tokio-postgres": _tokio, "sqlx": _sqlx, "jdbc": _java, "npgsql": _dotnet}
    return maker[stack.name](choice)


def _pgx(choice: Choice) -> tuple[str, list[str]]:
    text = (
        'package main\n\nimport (\n\t"context"\n\n\t"github.com/jackc/pgx/v5"\n)\n\n'
        f"// connect opens one connection. The password is {VARIABLE} of the environment, which pgx reads itself.\n"
        f"func connect(ctx context.Context) (*pgx.Conn, error) {{\n\treturn pgx.Connect(ctx, {_url(choice)})\n}}\n"
    )
    return text, []


def _lib_pq(choice: Choice) -> tuple[str, list[str]]:
    text = (
        'package main\n\nimport (\n\t"database/sql"\n\n\t_ "github.com/lib/pq"\n)\n\n'
        f"// open makes a pool. The password is {VARIABLE} of the environment, which lib/pq reads itself.\n"
        f'func open() (*sql.DB, error) {{\n\treturn sql.Open("postgres", {_url(choice)})\n}}\n'
    )
    return text, []


def _tokio(choice: Choice) -> tuple[str, list[str]]:
    values = dict(choice.values)
    roots = values.pop("sslrootcert", "")
    password = f'    config.password(std::env::var("{VARIABLE}")?);\n' if choice.has_password else ""
    trusted = ""
    if roots not in ("", "system"):
        trusted = (
            f"    for one in native_tls::Certificate::stack_from_pem(&std::fs::read({javascript.quoted(roots)})?)? {{\n"
            "        tls.add_root_certificate(one);\n    }\n"
        )
    mutable = "mut " if trusted else ""
    url = javascript.quoted(uri.render(values))
    text = (
        "pub async fn connect() -> Result<tokio_postgres::Client, Box<dyn std::error::Error>> {\n"
        f"    let {'mut ' if password else ''}config: tokio_postgres::Config = {url}.parse()?;\n"
        f"{password}"
        f"    let {mutable}tls = native_tls::TlsConnector::builder();\n{trusted}"
        "    let tls = postgres_native_tls::MakeTlsConnector::new(tls.build()?);\n"
        "    let (client, connection) = config.connect(tls).await?;\n"
        "    tokio::spawn(async move {\n"
        "        if let Err(error) = connection.await {\n"
        '            eprintln!("the connection was lost: {error}");\n'
        "        }\n    });\n    Ok(client)\n}\n"
    )
    if values.get("sslmode") == "disable":
        return _plain_tokio(text), []
    return text, ["native-tls checks the certificate and the name, whatever sslmode says"]


def _plain_tokio(text: str) -> str:
    """Without TLS, where the target itself says so."""
    begin, end = text.index("    let tls = native_tls"), text.index("    let (client")
    return text[:begin] + text[end:].replace("connect(tls)", "connect(tokio_postgres::NoTls)")


def _sqlx(choice: Choice) -> tuple[str, list[str]]:
    password = f'.password(&std::env::var("{VARIABLE}")?)' if choice.has_password else ""
    text = (
        "use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};\n\n"
        "pub async fn connect() -> Result<PgPool, Box<dyn std::error::Error>> {\n"
        f"    let options = {_url(choice)}.parse::<PgConnectOptions>()?{password};\n"
        "    Ok(PgPoolOptions::new().connect_with(options).await?)\n}\n"
    )
    return text, []


def _java(choice: Choice) -> tuple[str, list[str]]:
    values = dict(choice.values)
    url = jdbc.render({name: values.pop(name) for name in ("host", "port", "dbname") if name in values})
    pairs = [jdbc.own(name, value) for name, value in values.items()]
    if values.get("sslmode") == "verify-full" and values.get("sslrootcert", "system") == "system":
        pairs = [pair for pair in pairs if pair[0] != "sslrootcert"]
        pairs.append(("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"))
    lines = "".join(
        f"        properties.setProperty({javascript.quoted(name)}, {javascript.quoted(value)});\n"
        for name, value in pairs
    )
    if choice.has_password:
        lines += f'        properties.setProperty("password", System.getenv("{VARIABLE}"));\n'
    text = (
        "import java.sql.Connection;\nimport java.sql.DriverManager;\nimport java.sql.SQLException;\n"
        "import java.util.Properties;\n\npublic final class Database {\n"
        "    public static Connection connect() throws SQLException {\n"
        "        Properties properties = new Properties();\n"
        f"{lines}        return DriverManager.getConnection({javascript.quoted(url)}, properties);\n    }}\n}}\n"
    )
    return text, []


def _dotnet(choice: Choice) -> tuple[str, list[str]]:
    text = npgsql.render(choice.values).replace('"', '""')
    tail = f' {{ Password = Environment.GetEnvironmentVariable("{VARIABLE}") }}' if choice.has_password else ""
    body = (
        "using System;\nusing Npgsql;\n\npublic static class Database\n{\n"
        "    public static NpgsqlDataSource Open()\n    {\n"
        f'        var settings = new NpgsqlConnectionStringBuilder(@"{text}"){tail};\n'
        "        return NpgsqlDataSource.Create(settings);\n    }\n}\n"
    )
    return body, []


def _url(choice: Choice) -> str:
    return javascript.quoted(uri.render(choice.values))
