"""Healthy settings files of every kind, as people have them, all for one connection, with comments and other keys.

Each names the host `db.acme.internal`, port 5433, the role `shop_app`, the database `shop` and the password `PASSWORD`,
as far as its kind has a place for it.
"""

from __future__ import annotations

from tests.target.machines import MARKER

PASSWORD = f"s3cret_{MARKER}"
HOST, PORT, ROLE, DATABASE = "db.acme.internal", "5433", "shop_app", "shop"
URL = f"postgresql://{ROLE}:{PASSWORD}@{HOST}:{PORT}/{DATABASE}"
JDBC = f"jdbc:postgresql://{HOST}:{PORT}/{DATABASE}"
NET = f"Host={HOST};Port={PORT};Username={ROLE};Password={PASSWORD};Database={DATABASE}"
VARIABLES = {
    "DATABASE_URL": URL,
    "SHOP_DB_URL": JDBC,
    "SHOP_DB_PASSWORD": PASSWORD,
    "SHOP_DB_HOST": HOST,
}
"""What the environment has where a file names a variable."""

HEALTHY: dict[str, dict[str, list[str]]] = {
    "spring-properties": {
        "application.properties": [
            f"spring.datasource.url={JDBC}\nspring.datasource.username={ROLE}\nspring.datasource.password={PASSWORD}\n",
            f"# production\nserver.port=8080\nspring.application.name=shop\nspring.datasource.url = {JDBC}\n"
            f"spring.datasource.username : {ROLE}\nspring.datasource.password {PASSWORD}\n"
            "spring.jpa.hibernate.ddl-auto=update\nspring.data.redis.host=cache\nspring.data.redis.port=6379\n",
            "spring.datasource.url=${SHOP_DB_URL}\nspring.datasource.username=${SHOP_DB_USER:shop_app}\n"
            "spring.datasource.password=${SHOP_DB_PASSWORD}\n",
            f"spring.datasource.url=jdbc\\:postgresql\\://{HOST}\\:{PORT}/\\\n    {DATABASE}\n"
            f"spring.datasource.hikari.maximum-pool-size=5\nspring.datasource.username={ROLE}\n"
            f"spring.datasource.password={PASSWORD}\nspring.datasource.driver-class-name=org.postgresql.Driver\n",
            f"spring.r2dbc.url=r2dbc:postgresql://{HOST}:{PORT}/{DATABASE}\nspring.r2dbc.username={ROLE}\n"
            f"spring.r2dbc.password={PASSWORD}\n",
        ],
    },
    "spring-yaml": {
        "application.yml": [
            f"spring:\n  datasource:\n    url: {JDBC}\n    username: {ROLE}\n    password: {PASSWORD}\n",
            f"spring:\n  application: {{name: shop}}\n  datasource:\n    url: \"{JDBC}\"\n    username: '{ROLE}'\n"
            f"    password: {PASSWORD}  # rotate\n    hikari:\n      maximum-pool-size: 5\n  mail:\n    host: smtp\n"
            "    username: mailer\n    password: other\n  data:\n    redis: {host: cache, port: 6379, database: 0}\n",
            "spring:\n  datasource:\n    url: ${SHOP_DB_URL}\n    username: ${SHOP_DB_USER:shop_app}\n"
            "    password: ${SHOP_DB_PASSWORD}\n",
            f"spring.datasource.url: {JDBC}\nspring.datasource.username: {ROLE}\nspring.datasource.password: {PASSWORD}\n",
            f"server:\n  port: 8080\n---\nspring:\n  datasource:\n    url: {JDBC}\n    username: {ROLE}\n"
            f"    password: {PASSWORD}\n",
        ],
    },
    "quarkus-properties": {
        "application.properties": [
            f"quarkus.datasource.db-kind=postgresql\nquarkus.datasource.username={ROLE}\n"
            f"quarkus.datasource.password={PASSWORD}\nquarkus.datasource.jdbc.url={JDBC}\n",
            f"quarkus.http.port=8081\nquarkus.datasource.jdbc.url={JDBC}\nquarkus.datasource.username={ROLE}\n"
            f"quarkus.datasource.password={PASSWORD}\nquarkus.datasource.jdbc.max-size=8\n",
            "quarkus.datasource.db-kind=postgresql\nquarkus.datasource.jdbc.url=${SHOP_DB_URL}\n"
            f"quarkus.datasource.username={ROLE}\nquarkus.datasource.password=${{SHOP_DB_PASSWORD}}\n",
            f"quarkus.datasource.reactive.url=postgresql://{HOST}:{PORT}/{DATABASE}\n"
            f"quarkus.datasource.username={ROLE}\nquarkus.datasource.password={PASSWORD}\n",
            f"! kept by ops\nquarkus.datasource.orders.jdbc.url={JDBC}\nquarkus.datasource.orders.username={ROLE}\n"
            f"quarkus.datasource.orders.password={PASSWORD}\n",
        ],
    },
    "micronaut-yaml": {
        "application.yml": [
            f"micronaut:\n  application:\n    name: shop\ndatasources:\n  default:\n    url: {JDBC}\n"
            f"    username: {ROLE}\n    password: {PASSWORD}\n",
            f"datasources:\n  default:\n    url: {JDBC}\n    driverClassName: org.postgresql.Driver\n    username: {ROLE}\n"
            f"    password: {PASSWORD}\n    dialect: POSTGRES\n",
            "datasources:\n  default:\n    url: ${SHOP_DB_URL}\n    username: shop_app\n    password: ${SHOP_DB_PASSWORD}\n",
            f'datasources: {{default: {{url: "{JDBC}", username: {ROLE}, password: {PASSWORD}}}}}\n',
            f"redis:\n  uri: redis://cache\ndatasources:\n  default:\n    url: {JDBC}\n    username: {ROLE}\n"
            f"    password: {PASSWORD}\n",
        ],
    },
    "flyway": {
        "flyway.conf": [
            f"flyway.url={JDBC}\nflyway.user={ROLE}\nflyway.password={PASSWORD}\n",
            f"# migrations\nflyway.url={JDBC}\nflyway.user={ROLE}\nflyway.password={PASSWORD}\nflyway.schemas=app\n",
            f"flyway.locations=filesystem:sql\nflyway.user={ROLE}\nflyway.password={PASSWORD}\nflyway.url={JDBC}\n",
            "flyway.url=${SHOP_DB_URL}\nflyway.user=shop_app\nflyway.password=${SHOP_DB_PASSWORD}\n",
            f"flyway.url = {JDBC}\nflyway.user = {ROLE}\nflyway.password = {PASSWORD}\nflyway.connectRetries=10\n",
        ],
    },
    "liquibase": {
        "liquibase.properties": [
            f"url={JDBC}\nusername={ROLE}\npassword={PASSWORD}\n",
            f"changeLogFile=db.xml\nurl: {JDBC}\nusername: {ROLE}\npassword: {PASSWORD}\n",
            f"driver=org.postgresql.Driver\nurl={JDBC}\nusername={ROLE}\npassword={PASSWORD}\nlogLevel=info\n",
            f"liquibase.command.url={JDBC}\nliquibase.command.username={ROLE}\nliquibase.command.password={PASSWORD}\n",
            f"# local\nclasspath=postgresql.jar\nurl={JDBC}\nusername={ROLE}\npassword={PASSWORD}\n",
        ],
    },
    "appsettings": {
        "appsettings.json": [
            f'{{"ConnectionStrings": {{"Shop": "{NET}"}}}}',
            f'{{\n  // local\n  "Logging": {{"LogLevel": {{"Default": "Information"}}}},\n  "ConnectionStrings": {{\n'
            f'    "DefaultConnection": "{NET};SSL Mode=Require;Trust Server Certificate=true;"\n  }},\n'
            '  "AllowedHosts": "*",\n}',
            f'{{"ConnectionStrings": {{"Legacy": "Server=.;Database=old;Trusted_Connection=True", "Shop": "{NET}"}}}}',
            f'{{"ConnectionStrings:Shop": "{NET}"}}',
            f'{{"ConnectionStrings": {{"Redis": "cache:6379,password=x", "Shop": "{NET};Pooling=true"}}}}',
        ],
    },
    "web-config": {
        "web.config": [
            f'<configuration><connectionStrings><add name="Shop" connectionString="{NET}" providerName="Npgsql"/>'
            "</connectionStrings></configuration>",
            '<?xml version="1.0"?>\n<!-- shop -->\n<configuration>\n  <appSettings><add key="Mode" value="on"/></appSettings>\n'
            f'  <connectionStrings>\n    <add name="Shop" connectionString="{NET}" />\n  </connectionStrings>\n'
            "</configuration>\n",
            '<configuration><connectionStrings><add name="Old" connectionString="Server=.;Database=d;User Id=u" '
            f'providerName="System.Data.SqlClient"/><add name="Shop" connectionString="{NET}" providerName="Npgsql"/>'
            "</connectionStrings></configuration>",
            f'<connectionStrings><add name="Shop" connectionString="{NET}"/></connectionStrings>',
            f"<configuration>\n<connectionStrings>\n<clear/>\n<add connectionString='{NET}'\n     name='Shop'\n"
            "     providerName='Npgsql'/>\n</connectionStrings>\n</configuration>",
        ],
    },
    "rails": {
        "database.yml": [
            f"development:\n  adapter: postgresql\n  host: {HOST}\n  port: {PORT}\n  username: {ROLE}\n"
            f"  password: {PASSWORD}\n  database: {DATABASE}\n",
            "default: &default\n  adapter: postgresql\n  encoding: unicode\n"
            '  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>\n\n'
            f"development:\n  <<: *default\n  host: {HOST}\n  port: {PORT}\n  username: {ROLE}\n  password: {PASSWORD}\n"
            f"  database: {DATABASE}\n\ntest:\n  <<: *default\n  database: shop_test\n",
            'development:\n  url: <%= ENV["DATABASE_URL"] %>\n',
            'development:\n  adapter: postgresql\n  host: <%= ENV.fetch("SHOP_DB_HOST") %>\n  port: 5433\n'
            f"  username: {ROLE}\n  password: <%= ENV['SHOP_DB_PASSWORD'] %>\n  database: {DATABASE}\n",
            f"# two databases\ndevelopment:\n  primary:\n    adapter: postgresql\n    url: {URL}\n    pool: 5\n",
        ],
    },
    "dbt": {
        "profiles.yml": [
            f"shop:\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n      host: {HOST}\n      port: {PORT}\n"
            f"      user: {ROLE}\n      password: {PASSWORD}\n      dbname: {DATABASE}\n      schema: public\n      threads: 4\n",
            f"shop:\n  outputs:\n    dev:\n      type: postgres\n      host: {HOST}\n      port: {PORT}\n      user: {ROLE}\n"
            f"      pass: {PASSWORD}\n      dbname: {DATABASE}\n      schema: public\n  target: dev\n",
            "shop:\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n"
            "      host: \"{{ env_var('SHOP_DB_HOST') }}\"\n      port: 5433\n      user: shop_app\n"
            f"      password: \"{{{{ env_var('SHOP_DB_PASSWORD') }}}}\"\n      dbname: {DATABASE}\n      schema: public\n",
            f"shop:\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n      host: {HOST}\n      port: {PORT}\n"
            f"      user: {ROLE}\n      password: {PASSWORD}\n      dbname: {DATABASE}\n      schema: a\n"
            f"    prod:\n      type: postgres\n      host: prod.acme.internal\n      user: other\n      password: other\n"
            "      dbname: shop\n      schema: a\n",
            f"config:\n  send_anonymous_usage_stats: false\nshop:\n  target: dev\n  outputs:\n    dev: {{type: postgres, "
            f"host: {HOST}, port: {PORT}, user: {ROLE}, password: {PASSWORD}, dbname: {DATABASE}, schema: s}}\n",
        ],
    },
    "alembic": {
        "alembic.ini": [
            f"[alembic]\nscript_location = alembic\nsqlalchemy.url = {URL.replace('postgresql', 'postgresql+psycopg')}\n",
            f"# A generic configuration\n[alembic]\nscript_location = %(here)s/alembic\nsqlalchemy.url = {URL}\n\n"
            "[loggers]\nkeys = root,sqlalchemy\n",
            f"[alembic]\nsqlalchemy.url={URL}\nfile_template = %%(rev)s\n",
            f"[DEFAULT]\nx = 1\n[alembic]\nprepend_sys_path = .\nsqlalchemy.url: {URL}\n",
            f"[alembic]\n; the shop\nsqlalchemy.url = {URL}\n[post_write_hooks]\n[handlers]\nkeys = console\n",
        ],
    },
    "grafana": {
        "grafana.ini": [
            f"[database]\ntype = postgres\nhost = {HOST}:{PORT}\nname = {DATABASE}\nuser = {ROLE}\npassword = {PASSWORD}\n",
            f"[server]\nhttp_port = 3000\n[database]\ntype = postgres\nhost = {HOST}:{PORT}\nname = {DATABASE}\n"
            f'user = {ROLE}\npassword = """{PASSWORD}"""\nssl_mode = require\n[smtp]\nhost = mail:25\nuser = a\n',
            f"[database]\nurl = {URL}\n",
            f"[database]\n; postgres or mysql\ntype = postgres\nhost = $__env{{SHOP_DB_HOST}}:{PORT}\nname = {DATABASE}\n"
            f"user = {ROLE}\npassword = $__env{{SHOP_DB_PASSWORD}}\n",
            f"app_mode = production\n[database]\ntype=postgres\nhost={HOST}:{PORT}\nname={DATABASE}\nuser={ROLE}\n"
            f"password={PASSWORD}\nmax_open_conn = 5\n",
        ],
    },
    "pgbouncer": {
        "pgbouncer.ini": [
            f"[databases]\nshop = host={HOST} port={PORT} user={ROLE} password={PASSWORD} dbname={DATABASE}\n[pgbouncer]\n"
            "listen_port = 6432\nauth_type = scram-sha-256\n",
            f";; databases\n[databases]\nshop = host={HOST} port={PORT} user={ROLE} password={PASSWORD} dbname={DATABASE} "
            "pool_size=5\n[pgbouncer]\nlisten_addr = *\n",
            f"[pgbouncer]\nlogfile = /tmp/l\n[databases]\nshop=host={HOST} port={PORT} user={ROLE} password={PASSWORD} "
            f"dbname={DATABASE}\n",
            f"[databases]\nshop = host={HOST} port={PORT} dbname={DATABASE} user={ROLE} password='{PASSWORD}'\n",
            f"[databases]\n\nshop =   port={PORT} host={HOST} dbname={DATABASE} user={ROLE} password={PASSWORD}\n",
        ],
    },
    "compose": {
        "docker-compose.yml": [
            f"services:\n  app:\n    image: shop\n    environment:\n      DATABASE_URL: {URL}\n",
            f"version: '3.8'\nservices:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: other\n"
            f"      POSTGRES_DB: shop\n    ports: ['5433:5432']\n  app:\n    build: .\n    environment:\n"
            f"      - NODE_ENV=production\n      - DATABASE_URL={URL}\n",
            "services:\n  app:\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n",
            f"services:\n  app:\n    environment:\n      APP_DB_HOST: {HOST}\n      APP_DB_PORT: '{PORT}'\n"
            f"      APP_DB_USER: {ROLE}\n      APP_DB_PASSWORD: {PASSWORD}\n      APP_DB_NAME: {DATABASE}\n"
            "      REDIS_HOST: cache\n",
            f"x-env: &env\n  DATABASE_URL: {URL}\nservices:\n  app:\n    environment: *env\n  worker:\n    environment:\n"
            "      <<: *env\n      QUEUE: mail\n",
        ],
    },
    "kubernetes-secret": {
        "secret.yaml": [
            f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  DATABASE_URL: {URL}\n",
            f"apiVersion: v1\nkind: Secret\nstringData:\n  host: {HOST}\n  port: '{PORT}'\n  username: {ROLE}\n"
            f"  password: {PASSWORD}\n  dbname: {DATABASE}\n",
            f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{MODE: x}}\n---\napiVersion: v1\nkind: Secret\n"
            f"type: Opaque\nstringData:\n  DB_HOST: {HOST}\n  DB_PORT: '{PORT}'\n  DB_USER: {ROLE}\n"
            f"  DB_PASSWORD: {PASSWORD}\n  DB_NAME: {DATABASE}\n",
            f"kind: Secret\napiVersion: v1\ntype: Opaque\nstringData:\n  uri: {URL}\n  API_KEY: other\n",
            f"apiVersion: v1\nkind: Secret\nstringData:\n  .env-mode: x\n  POSTGRES_URL: '{URL}'\n",
        ],
    },
    "kubernetes": {
        "deployment.yaml": [
            "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n"
            f"        env:\n        - name: DATABASE_URL\n          value: {URL}\n",
            f"apiVersion: v1\nkind: ConfigMap\ndata:\n  DB_HOST: {HOST}\n  DB_PORT: '{PORT}'\n  DB_USER: {ROLE}\n"
            f"  DB_NAME: {DATABASE}\n  DB_PASSWORD: {PASSWORD}\n",
            f"apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      containers:\n      - name: migrate\n"
            f"        env:\n        - {{name: PGHOST, value: {HOST}}}\n        - {{name: PGPORT, value: '{PORT}'}}\n"
            f"        - {{name: PGUSER, value: {ROLE}}}\n        - {{name: PGPASSWORD, value: {PASSWORD}}}\n"
            f"        - {{name: PGDATABASE, value: {DATABASE}}}\n",
            f"kind: Deployment\napiVersion: apps/v1\nspec:\n  template:\n    spec:\n      containers:\n      - env:\n"
            f"        - name: REDIS_HOST\n          value: cache\n        - name: DATABASE_URL\n          value: '{URL}'\n",
            f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    env:\n    - name: APP_PG_CONNECTION_STRING\n"
            f"      value: host={HOST} port={PORT} user={ROLE} password={PASSWORD} dbname={DATABASE}\n",
        ],
    },
    "github-actions": {
        ".github/workflows/ci.yml": [
            "name: ci\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres:\n"
            "        image: postgres:16\n        env:\n          POSTGRES_PASSWORD: x\n    steps:\n    - run: npm test\n"
            f"      env:\n        DATABASE_URL: {URL}\n",
            f"jobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      DATABASE_URL: {URL}\n      CI: 'true'\n    steps: []\n",
            f"jobs:\n  test:\n    runs-on: x\n    env:\n      PGHOST: {HOST}\n      PGPORT: {PORT}\n      PGUSER: {ROLE}\n"
            f"      PGPASSWORD: {PASSWORD}\n      PGDATABASE: {DATABASE}\n    steps: []\n",
            "jobs:\n  test:\n    runs-on: x\n    steps:\n    - uses: actions/checkout@v4\n    - run: rake\n      env:\n"
            "        DATABASE_URL: ${{ secrets.DATABASE_URL }}\n",
            f"env:\n  DATABASE_URL: {URL}\njobs:\n  test:\n    runs-on: x\n    steps: []\n",
        ],
    },
    "gitlab-ci": {
        ".gitlab-ci.yml": [
            f"variables:\n  DATABASE_URL: {URL}\ntest:\n  script: rake\n",
            f"services: [postgres:16]\nvariables:\n  POSTGRES_PASSWORD: x\n  POSTGRES_DB: y\n  DATABASE_URL: '{URL}'\n",
            f"test:\n  variables:\n    PGHOST: {HOST}\n    PGPORT: '{PORT}'\n    PGUSER: {ROLE}\n    PGPASSWORD: {PASSWORD}\n"
            f"    PGDATABASE: {DATABASE}\n  script: [psql]\n",
            "test:\n  variables:\n    DATABASE_URL: $DATABASE_URL\n  script: rake\n",
            f"default: {{image: ruby}}\nvariables: {{MODE: a, DB_HOST: {HOST}, DB_PORT: '{PORT}', DB_USERNAME: {ROLE}, "
            f"DB_PASSWORD: {PASSWORD}, DB_DATABASE: {DATABASE}}}\n",
        ],
    },
    "helm": {
        "values.yaml": [
            f"externalDatabase:\n  host: {HOST}\n  port: {PORT}\n  user: {ROLE}\n  password: {PASSWORD}\n"
            f"  database: {DATABASE}\n",
            f"replicaCount: 2\npostgresql:\n  enabled: false\nexternalPostgresql:\n  host: {HOST}\n  port: {PORT}\n"
            f"  username: {ROLE}\n  password: {PASSWORD}\n  database: {DATABASE}\nredis:\n  host: cache\n  password: x\n",
            f"env:\n  DATABASE_URL: {URL}\n",
            f"env:\n- name: DATABASE_URL\n  value: {URL}\nservice: {{port: 80}}\n",
            f"config:\n  database:\n    url: {URL}\n",
        ],
    },
    "fly": {
        "fly.toml": [
            f'app = "shop"\n[env]\n  DATABASE_URL = "{URL}"\n',
            f"app = 'shop'\nprimary_region = 'ams'\n[env]\nPORT = '8080'\nDATABASE_URL = '{URL}'\n[http_service]\nx = 1\n",
            f'[env]\nDB_HOST = "{HOST}"\nDB_PORT = "{PORT}"\nDB_USER = "{ROLE}"\nDB_PASSWORD = "{PASSWORD}"\n'
            f'DB_NAME = "{DATABASE}"\n',
            f'[env]\nPGHOST="{HOST}"\nPGPORT="{PORT}"\nPGUSER="{ROLE}"\nPGPASSWORD="{PASSWORD}"\nPGDATABASE="{DATABASE}"\n',
            f'# fly\n[build]\n[env] # settings\nPOSTGRES_URL = """{URL}"""\n',
        ],
    },
    "wrangler": {
        "wrangler.toml": [
            f'name = "shop"\n[[hyperdrive]]\nbinding = "HYPERDRIVE"\nid = "a"\nlocalConnectionString = "{URL}"\n',
            f'[[hyperdrive]]\nlocalConnectionString = "{URL}"\nbinding = "DB"\nid = "b"\n[vars]\nMODE = "x"\n',
            f"name='a'\nmain='src/i.ts'\n[[hyperdrive]]\nbinding='H'\nid='c'\nlocalConnectionString='{URL}'\n",
            f'compatibility_flags = ["nodejs_compat"]\n[[hyperdrive]]\nid="d"\nlocalConnectionString="{URL}"\n',
            f'# local\n[[hyperdrive]]\nbinding = "H"\nid = "e"\nlocalConnectionString = "{URL}" # dev\n',
        ],
    },
    "terraform": {
        "main.tf": [
            f'provider "postgresql" {{\n  host     = "{HOST}"\n  port     = {PORT}\n  username = "{ROLE}"\n'
            f'  password = "{PASSWORD}"\n  database = "{DATABASE}"\n}}\n',
            f'# shop\nterraform {{\n  required_providers {{\n    postgresql = {{\n      source = "cyrilgdn/postgresql"\n'
            f'    }}\n  }}\n}}\nprovider "postgresql" {{\n  host = "{HOST}"\n  port = {PORT}\n  database = "{DATABASE}"\n'
            f'  username = "{ROLE}"\n  password = "{PASSWORD}"\n  sslmode = "require"\n  superuser = false\n}}\n',
            f'provider "postgresql" {{\n  alias = "a"\n  host = "{HOST}"\n  port = {PORT}\n  database = "{DATABASE}"\n'
            f'  username = "{ROLE}"\n  password = "{PASSWORD}"\n  connect_timeout = 15\n}}\n'
            'resource "postgresql_role" "x" {\n  name = "y"\n  login = true\n  password = "other"\n}\n',
            f'provider "postgresql" {{ # one\n  scheme = "postgres"\n  host = "{HOST}"\n  port = {PORT}\n'
            f'  username = "{ROLE}"\n  password = "{PASSWORD}"\n  database = "{DATABASE}"\n}}\n',
            f'provider "aws" {{\n  region = "x"\n}}\nprovider "postgresql" {{\n  host = "{HOST}"\n  port = "{PORT}"\n'
            f'  username = "{ROLE}"\n  password = "{PASSWORD}"\n  database = "{DATABASE}"\n  expected_version = "16"\n}}\n',
        ],
    },
    "prisma-schema": {
        "schema.prisma": [
            f'datasource db {{\n  provider = "postgresql"\n  url      = "{URL}"\n}}\n',
            'datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n',
            'generator client {\n  provider = "prisma-client-js"\n}\n\ndatasource db {\n  provider = "postgresql"\n'
            '  url = env("DATABASE_URL") // pooled\n}\n\nmodel A {\n  id Int @id\n  url String\n}\n',
            f'// shop\ndatasource shop {{\n  url = "{URL}"\n  provider = "postgres"\n}}\n',
            'datasource db {\n  provider     = "cockroachdb"\n  url          = env("DATABASE_URL")\n'
            '  relationMode = "prisma"\n}\n',
        ],
    },
    "ecto": {
        "runtime.exs": [
            f'import Config\nconfig :shop, Shop.Repo, url: "{URL.replace("postgresql", "ecto")}", pool_size: 10\n',
            f'import Config\n\n# the shop\nconfig :shop, Shop.Repo,\n  username: "{ROLE}",\n  password: "{PASSWORD}",\n'
            f'  hostname: "{HOST}",\n  port: {PORT},\n  database: "{DATABASE}",\n  pool_size: 10\n\n'
            'config :shop, ShopWeb.Endpoint, url: [host: "x.example", port: 443]\n',
            'import Config\nconfig :shop, Shop.Repo,\n  url: System.get_env("DATABASE_URL"),\n  ssl: true\n',
            "import Config\nif config_env() == :prod do\n  config :shop, Shop.Repo,\n"
            '    url: System.fetch_env!("DATABASE_URL"),\n    pool_size: 5\nend\n',
            f"import Config\nconfig :logger, level: :info\nconfig :shop, Shop.Repo, adapter: Ecto.Adapters.Postgres,\n"
            f'  hostname: "{HOST}", port: {PORT}, username: "{ROLE}", password: "{PASSWORD}", database: "{DATABASE}"\n',
        ],
    },
    "pgadmin": {
        "servers.json": [
            f'{{"Servers": {{"1": {{"Name": "Shop", "Group": "Servers", "Host": "{HOST}", "Port": {PORT}, '
            f'"MaintenanceDB": "{DATABASE}", "Username": "{ROLE}", "SSLMode": "prefer"}}}}}}',
            f'{{\n  "Servers": {{\n    "7": {{\n      "Name": "s",\n      "Host": "{HOST}",\n      "Port": {PORT},\n'
            f'      "MaintenanceDB": "{DATABASE}",\n      "Username": "{ROLE}",\n      "Comment": "mine"\n    }}\n  }}\n}}',
            f'{{"Servers": {{"1": {{"Host": "{HOST}", "Port": {PORT}, "Username": "{ROLE}", "Name": "n", '
            f'"MaintenanceDB": "{DATABASE}", "ConnectionParameters": {{"sslmode": "require"}}}}}}}}',
            f'{{"Servers": {{"1": {{"Username": "{ROLE}", "Host": "{HOST}", "MaintenanceDB": "{DATABASE}", "Port": {PORT}, '
            '"Group": "G", "Name": "x", "Shared": false}}}',
            f'{{"Servers": {{"1": {{"Group": "G", "Name": "x", "Host": "{HOST}", "Port": {PORT}, '
            f'"MaintenanceDB": "{DATABASE}", "Username": "{ROLE}", "BGColor": "#fff"}}}}}}',
        ],
    },
    "dbeaver": {
        "data-sources.json": [
            '{"folders": {}, "connections": {"postgres-jdbc-1": {"provider": "postgresql", "driver": "postgres-jdbc", '
            f'"name": "shop", "configuration": {{"host": "{HOST}", "port": "{PORT}", "database": "{DATABASE}", '
            f'"url": "{JDBC}", "configurationType": "MANUAL", "type": "dev"}}}}}}}}',
            f'{{"connections": {{"a": {{"provider": "postgresql", "configuration": {{"url": "{JDBC}"}}}}}}}}',
            '{"connections": {"m": {"provider": "mysql", "configuration": {"host": "x", "database": "y", '
            '"url": "jdbc:mysql://x/y"}}, "p": {"provider": "postgresql", "name": "shop", "configuration": '
            f'{{"host": "{HOST}", "port": "{PORT}", "database": "{DATABASE}", "url": "{JDBC}"}}}}}}}}',
            f'{{"connections": {{"a": {{"save-password": true, "configuration": {{"database": "{DATABASE}", '
            f'"host": "{HOST}", "port": "{PORT}", "url": "{JDBC}", "home": "x"}}}}}}}}',
            f'{{\n"connections": {{\n"a": {{\n"provider": "postgresql",\n"configuration": {{\n"url": "{JDBC}",\n'
            '"handlers": {}\n}\n}\n}\n}',
        ],
    },
    "datagrip": {
        "dataSources.xml": [
            '<?xml version="1.0" encoding="UTF-8"?>\n<project version="4">\n<component name="DataSourceManagerImpl">\n'
            '<data-source source="LOCAL" name="shop" uuid="u1">\n<driver-ref>postgresql</driver-ref>\n'
            f"<jdbc-url>{JDBC}</jdbc-url>\n</data-source>\n</component>\n</project>\n",
            f'<project><component name="C"><data-source name="s" uuid="u"><jdbc-url>{JDBC}</jdbc-url></data-source>'
            "</component></project>",
            '<project><component name="C"><data-source name="m" uuid="1"><jdbc-url>jdbc:mysql://x/y</jdbc-url>'
            f'</data-source><data-source name="s" uuid="2"><jdbc-url>{JDBC}</jdbc-url></data-source></component></project>',
            f'<project><component name="C"><data-source name="s" uuid="u"><jdbc-url>\n{JDBC}\n</jdbc-url>'
            "<working-dir>$ProjectFileDir$</working-dir></data-source></component></project>",
            f'<!-- mine --><project><component name="C"><data-source name="s" uuid="u" read-only="true">'
            f"<synchronize>true</synchronize><jdbc-url>{JDBC}</jdbc-url></data-source></component></project>",
        ],
    },
    "laravel": {
        ".env": [
            f"APP_NAME=Shop\nDB_CONNECTION=pgsql\nDB_HOST={HOST}\nDB_PORT={PORT}\nDB_DATABASE={DATABASE}\n"
            f"DB_USERNAME={ROLE}\nDB_PASSWORD={PASSWORD}\nREDIS_HOST=127.0.0.1\nMAIL_HOST=smtp\nMAIL_USERNAME=null\n",
            f'DB_CONNECTION=pgsql\nDB_URL="{URL}"\n',
            f"# shop\nDB_CONNECTION=pgsql\nDB_HOST={HOST} # main\nDB_PORT={PORT}\nDB_DATABASE='{DATABASE}'\n"
            f'DB_USERNAME={ROLE}\nDB_PASSWORD="{PASSWORD}"\nDB_SSLMODE=require\n',
            f"APP_KEY=base64:x\nAPP_URL=http://localhost\nDB_CONNECTION=pgsql\nDB_PORT={PORT}\nDB_HOST={HOST}\n"
            f"DB_USERNAME={ROLE}\nDB_PASSWORD={PASSWORD}\nDB_DATABASE={DATABASE}\nCACHE_DRIVER=file\n",
            f"DB_CONNECTION=pgsql\nDB_URL={URL}\nSESSION_DRIVER=database\n",
        ],
    },
    "dotenv": {
        ".env": [
            f"APP_DB_HOST={HOST}\nAPP_DB_PORT={PORT}\nAPP_DB_USER={ROLE}\nAPP_DB_PASSWORD={PASSWORD}\n"
            f"APP_DB_NAME={DATABASE}\n",
            f"export LD_DB_HOST={HOST}\nexport LD_DB_PORT={PORT}\nexport LD_DB_USER={ROLE}\n"
            f"export LD_DB_PASS={PASSWORD}\nexport LD_DB_DATABASE={DATABASE}\nAPP_HOST=0.0.0.0\nAPP_PORT=3000\nAPP_NAME=x\n",
            f"PG_CONNECTION_STRING='host={HOST} port={PORT} user={ROLE} password={PASSWORD} dbname={DATABASE}'\n",
            f"MB_DB_TYPE=postgres\nMB_DB_DBNAME={DATABASE}\nMB_DB_PORT={PORT}\nMB_DB_USER={ROLE}\nMB_DB_PASS={PASSWORD}\n"
            f"MB_DB_HOST={HOST}\n",
            f"SPRING_DATASOURCE_URL={JDBC}\nSPRING_DATASOURCE_USERNAME={ROLE}\nSPRING_DATASOURCE_PASSWORD={PASSWORD}\n",
            f"POSTGRES_HOST={HOST}\nPOSTGRES_PORT={PORT}\nPOSTGRES_USER={ROLE}\nPOSTGRES_PASSWORD={PASSWORD}\n"
            f"POSTGRES_DB={DATABASE}\nREDIS_DB=0\nREDIS_HOST=cache\n",
            f"HASURA_GRAPHQL_DATABASE_URL={URL}\nHASURA_GRAPHQL_ADMIN_SECRET=other\n",
            f"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN={URL.replace('postgresql', 'postgresql+psycopg2')}\n",
        ],
    },
    "heroku": {
        "app.json": [
            f'{{"name": "shop", "env": {{"DATABASE_URL": {{"value": "{URL}"}}}}}}',
            f'{{"env": {{"SECRET": {{"generator": "secret"}}, "DATABASE_URL": "{URL}"}}, "addons": []}}',
            f'{{"env": {{"DATABASE_URL": {{"description": "db", "value": "{URL}", "required": true}}}}}}',
            f'{{\n "env": {{\n  "POSTGRES_URL": {{\n   "value": "{URL}"\n  }}\n }}\n}}',
            f'{{"stack": "heroku-24", "env": {{"DB_HOST": "{HOST}", "DB_PORT": "{PORT}", "DB_USER": "{ROLE}", '
            f'"DB_PASSWORD": "{PASSWORD}", "DB_NAME": "{DATABASE}"}}}}',
        ],
    },
    "render": {
        "render.yaml": [
            f"services:\n- type: web\n  name: shop\n  envVars:\n  - key: DATABASE_URL\n    value: {URL}\n",
            f"services:\n  - type: web\n    envVars:\n      - {{key: MODE, value: x}}\n      - {{key: DATABASE_URL, value: '{URL}'}}\n",
            f"databases:\n- name: d\n  databaseName: other\n  user: u\nservices:\n- type: web\n  envVars:\n"
            f"  - key: POSTGRES_URL\n    value: {URL}\n",
            f"services:\n- type: worker\n  envVars:\n  - key: DB_HOST\n    value: {HOST}\n  - key: DB_PORT\n    value: '{PORT}'\n"
            f"  - key: DB_USER\n    value: {ROLE}\n  - key: DB_PASSWORD\n    value: {PASSWORD}\n  - key: DB_NAME\n"
            f"    value: {DATABASE}\n",
            f"envVarGroups:\n- name: g\n  envVars:\n  - key: DATABASE_URL\n    value: {URL}\nservices: [{{type: web}}]\n",
        ],
    },
    "postgrest": {
        "postgrest.conf": [
            f'db-uri = "{URL}"\ndb-schemas = "api"\ndb-anon-role = "web"\n',
            f"# api\ndb-uri = {URL}\nserver-port = 3000\n",
            f'db-uri = "host={HOST} port={PORT} user={ROLE} password={PASSWORD} dbname={DATABASE}"\n',
            f"db-anon-role = anon\ndb-uri={URL}\ndb-pool = 10\n",
            f'db-uri       = "{URL}"\njwt-secret   = "other"\n',
        ],
    },
}
"""Kind → the name of its file → the files. The password is only in those that hold one."""
