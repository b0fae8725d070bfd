"""Texts as people paste them, with `§§` where a secret stands: the places, under the detector that is for them.

`SHAPED` are secrets with a form of their own, which are found wherever they stand.
"""

# ruff: noqa: E501  texts as they are pasted
from __future__ import annotations

import base64
import json

_URL = "postgresql://alex:§§@db.example.com:5432/shop"
_CONFIG = {"db": {"host": "db.example.com", "user": "alex", "password": "§§", "port": 5432}}

PLACES: dict[str, tuple[str, ...]] = {
    "url": (
        f"could not parse {_URL}",
        f"DATABASE_URL={_URL}?sslmode=require",
        f'{{"url": "{_URL}"}}',
        f"sqlalchemy.exc.OperationalError: (Background on {_URL})",
        "redis://:§§@cache:6379/0",
        "https://bob:§§@git.example.com/repo.git",
        '"postgresql:\\/\\/alex:§§@db.example.com\\/shop"',
        "mongodb+srv://alex:§§@cluster.example.net/db",
    ),
    "cut url": (
        "psql: error: invalid port number in postgresql://alex:§§",
        "dsn = 'postgres://alex:§§'",
        "postgresql+asyncpg://alex:§§\n  File app.py",
        "invalid connection string: postgres://alex:§§...",
    ),
    "login": ("Error: getaddrinfo for alex:§§@db.example.com failed", "alex:§§@db.example.com:5432/shop"),
    "host with @": (
        'could not translate host name "§§@db.example.com" to address: Name or service not known',
        "getaddrinfo ENOTFOUND §§@db.example.com",
        "lookup §§@db.example.com: no such host",
        "java.net.UnknownHostException: host §§@db.example.com",
    ),
    "named value": (
        "host=db.example.com user=alex password=§§ dbname=shop",
        "host=db.example.com user=alex password='§§' dbname=shop",
        "Host=db.example.com;Username=alex;Password=§§;Database=shop",
        "jdbc:postgresql://db.example.com/shop?user=alex&password=§§&ssl=true",
        "PGPASSWORD=§§ psql -h db.example.com",
        "export DB_PASS=§§",
        "DB_PW='§§'",
        "AWS_SECRET_ACCESS_KEY=§§",
        "aws_session_token = §§",
        "spring.datasource.password=§§",
        "spring:\n  datasource:\n    username: alex\n    password: §§\n",
        "client_secret: §§",
        "secret_key: '§§'",
        "token: \"§§\"",
        "x-api-key: §§",
        "X-Auth-Token: §§",
        "Password: §§",
        "Passwort=§§",
        "Kennwort: §§",
        "contraseña=§§",
        "credential=§§",
        "apikey=§§",
        "jwt=§§",
        "passphrase = \"§§\"",
        "Config { user: Some(\"alex\"), password: Some(\"§§\"), dbname: Some(\"shop\") }",
        "{Host:db.example.com User:alex Password:§§ Database:shop}",
        "&{User:alex Password:§§}",
        "Properties{user=alex, password=§§, ssl=true}",
        "'database' => [ 'username' => 'alex', 'password' => '§§', ]",
        "$db['default']['password'] = '§§';",
        "define('DB_PASSWORD', '§§');".replace("', '", "' => '"),
        "{:password \"§§\"}".replace(":password ", "\"password\": "),
        "config :app, Repo, password: \"§§\", hostname: \"db\"",
        "{ host: 'db', password: '§§', port: 5432 }",
        "psycopg.connect(host='db', password='§§')",
        "psycopg2.connect(\"host=db user=alex password=§§\")",
        "await asyncpg.connect(user='alex', password=\"§§\")",
        "new Pool({ user: 'alex', password: `§§` })",
        "pg_connect(\"host=db dbname=shop user=alex password=§§\")",
        "DBI.connect(password => '§§')",
        "PG.connect(host: 'db', password: '§§')",
        "pgx.ConnConfig{Host: \"db\", Password: \"§§\"}",
        "dbConnect(RPostgres::Postgres(), user = 'alex', password = '§§')",
        json.dumps(_CONFIG),
        json.dumps({"msg": json.dumps(_CONFIG)}),
        json.dumps({"log": json.dumps({"msg": json.dumps(_CONFIG)})}),
        json.dumps(json.dumps(_CONFIG, indent=1)),
        "[database]\npassword = \"§§\"\n",
        "[client]\npassword=§§\n",
        "password = §§",
        "{&quot;password&quot;: &quot;§§&quot;}",
        "level=error msg=\"connect failed\" password=§§ user=alex",
        "kubectl create secret generic db --from-literal=password=§§",
        "docker run -e POSTGRES_PASSWORD=§§ postgres:17",
        "--password=§§",
        "curl 'https://api.example.com/v1?apikey=§§&page=2'",
        "user=alex&pwd=§§",
        "DATABASES = {'default': {'USER': 'alex', 'PASSWORD': '§§', 'HOST': 'db'}}",
        "  POSTGRES_PASSWORD: §§\n  POSTGRES_USER: alex",
        "production:\n  adapter: postgresql\n  password: §§\n",
        "hikari - dataSource.password=§§",
        "sig=§§",
    ),
    "role statement": (
        "ALTER ROLE app PASSWORD '§§';",
        "CREATE USER app WITH LOGIN PASSWORD '§§'",
        "CREATE ROLE app ENCRYPTED PASSWORD '§§' VALID UNTIL 'infinity'",
        "STATEMENT:  ALTER USER alex WITH PASSWORD E'§§'",
        "ERROR: syntax error in \"alter role app password '§§'\"",
        json.dumps({"query": "ALTER ROLE app PASSWORD '§§'"}),
        "GRANT ALL ON *.* TO 'app' IDENTIFIED BY '§§'",
        'I changed the password to "§§" yesterday',
    ),
    "dollar-quoted password": ("ALTER ROLE app PASSWORD $$§§$$", "ALTER ROLE app PASSWORD $pw$§§$pw$"),
    "password in a sentence": (
        "my password is §§ and it worked yesterday",
        "connection failed with password §§ for user alex",
        "authentication failed (password §§)",
    ),
    "option of a command": ("mysql --password §§ -h db", "az login --client-secret §§"),
    "element": (
        "<password>§§</password>",
        "<connection><Password>§§</Password></connection>",
        "<entry key=\"password\">§§</entry>".replace('entry key="password"', "db.password").replace("entry", "db.password"),
    ),
    "name and value": (
        '<property name="hibernate.connection.password" value="§§"/>',
        '<add key="DbPassword" value="§§" />',
        '{"name": "DB_PASSWORD", "value": "§§"}',
        '{\\"name\\": \\"DB_PASSWORD\\", \\"value\\": \\"§§\\"}',
        "- name: PGPASSWORD\n  value: \"§§\"",
    ),
    "name and value in lines": ("env:\n  - name: DB_PASSWORD\n    value: §§\n",),
    "name and value in a list": ("[('user', 'alex'), ('password', '§§')]",),
    "login in a call": (
        "new PDO('pgsql:host=db;dbname=shop', 'alex', '§§')",
        "#0 /app/index.php(12): PDO->__construct('pgsql:host=db.ex...', 'alex', '§§')",
        "Connector->createPdoConnection('pgsql:host=db', 'alex', '§§', Array)",
        'DriverManager.getConnection("jdbc:postgresql://db/shop", "alex", "§§")',
        "DriverManager.getConnection(url, user, \"§§\")",
        "new Sequelize('shop', 'alex', '§§', { dialect: 'postgres' })",
        "DBI->connect('dbi:Pg:dbname=shop', 'alex', '§§')",
        'Database.forURL("jdbc:postgresql://db/shop", "alex", "§§")',
    ),
    ".pgpass": (
        "db.example.com:5432:shop:alex:§§",
        "*:*:*:alex:§§",
        "localhost:5433:*:alex:§§\n",
        "# my file\n10.0.0.1:6543:shop:alex:§§",
    ),
    ".pgpass in quotes": ('{"msg": "localhost:5433:*:alex:§§\\n"}', "echo 'db.example.com:5432:shop:alex:§§' > ~/.pgpass"),
    "endpoint form": ("endpoint=ep-cool-darkness-123456;§§", "endpoint%3Dep-cool-darkness-123456%3B§§@host"),
    "authorization": ("Authorization: Bearer §§", "authorization: Basic §§"),
    "signed url": (
        "https://bucket.s3.amazonaws.com/x?X-Amz-Signature=§§&X-Amz-Expires=60",
        "https://acc.blob.core.windows.net/c/f?sv=2024&sig=§§",
        "https://cdn.example.com/f?Expires=1&Signature=§§",
        "db.rds.amazonaws.com:5432/?Action=connect&X-Amz-Security-Token=§§",
    ),
}  # fmt: skip


def _encoded(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()


ENCODED: dict[str, str] = {
    "kubernetes secret": "apiVersion: v1\nkind: Secret\ndata:\n  uri: §§\n  username: YWxleA==\n",
    "kubernetes secret, JSON": '{"kind": "Secret", "data": {"conn": "§§"}}',
    "named value": "data:\n  password: §§\n",
}
"""With the secret in base64."""

SHAPED: dict[str, str] = {
    "issued token, GitHub": "ghp_" + "Zq7vR2nW9tXkLm3pQs5uYb8cDf1gHj4kAa0e",
    "issued token, GitHub, fine": "github_pat_11ABCDEFG0" + "Zq7vR2nW9tXkLm3pQs5uYb",
    "issued token, GitLab": "glpat-" + "Zq7vR2nW9tXkLm3pQs5u",
    "issued token, Slack": "xoxb-" + "123456789012-Zq7vR2nW9tXk",
    "issued token, Stripe": "sk_live_" + "Zq7vR2nW9tXkLm3pQs5uYb8c",
    "issued token, AWS": "AKIA" + "Z7VR2NW9TXKLM3PQ",
    "issued token, Neon": "napi_" + "zq7vr2nw9txklm3pqs5u",
    "issued token, Supabase": "sbp_" + "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    "issued token, Aiven": "AVNS_" + "Zq7vR2nW9tXkLm3pQs5",
    "issued token, PlanetScale": "pscale_pw_" + "Zq7vR2nW9tXkLm3pQs5uYb8cDf1g",
    "issued token, DigitalOcean": "dop_v1_" + "0a1b2c3d" * 8,
    "issued token, npm": "npm_" + "Zq7vR2nW9tXkLm3pQs5uYb8cDf1gHj4kAa0e",
    "json web token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiIsInJvbGUiOiJhbm9uIn0.c2lnbmF0dXJlLXg_Zq7",
    "scram verifier": "SCRAM-SHA-256$4096:c2FsdHNhbHQ=$c3RvcmVka2V5:c2VydmVya2V5",
    "md5 verifier": "md5c4ca4238a0b923820dcc509a6f75849b",
    "bcrypt hash": "$2b$12$" + "Zq7vR2nW9tXkLm3pQs5uYb8cDf1gHj4kAa0eBb1c2",
    "private key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\nggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----",
    "private key, in JSON": "-----BEGIN RSA PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END RSA PRIVATE KEY-----",
    "private key, cut": "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBkg8q7vR2nW9tXkLm3pQs5uYb8c",
    "base64 of a url": base64.b64encode(b"postgresql://alex:Zq7vR2nW9tXk@db.example.com/shop").decode(),
}
SENTENCES = ("I pasted {} here", "error near {}", 'value "{}"', "{}", "x={}")

PASTED = (
    "Zq7vR2nW9tXk",
    "npg_AbC123dEf456",
    "Sommer-2024",
    "hunter2x",
    "Tr0ub4dor+3",
    "p4ss,w0rd",
    "x9!kd-Q2",
    "correcthorse9",
)
"""Secrets that nobody told us of."""
RAW = ('ab"§§', "ab'§§", "ab&§§x9", "ab;§§x9", "ab#§§x9", "[§§x9]", "<§§x9>", "$ecr§§x9")
