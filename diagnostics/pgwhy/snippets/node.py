"""Snippets for Node: node-postgres and what builds on it, postgres.js, Neon's driver, Next.js and Prisma."""

from __future__ import annotations

from pgwhy.snippets.choices import Choice
from pgwhy.snippets.hole import HOLE, VARIABLE, in_form, literal, values_of
from pgwhy.snippets.stacks import Stack
from pgwhy.target.dialects import percent, uri
from pgwhy.target.forms import javascript, node

PASSWORD = f"process.env.{VARIABLE}"
_IN_URL = "${encodeURIComponent(process.env." + VARIABLE + ' ?? "")}'


def write(stack: Stack, choice: Choice) -> tuple[str, list[str]]:
    """The module and what to know of it."""
    if stack.name == "neon-serverless":
        return _neon(choice)
    if stack.name == "prisma-migrate":
        return _migrate(choice)
    values = {name: value for name, value in values_of(choice).items() if name != "channel_binding"}
    fields = node.fields(values, stack.form)
    inner = fields["connection"] if stack.form in ("knex", "drizzle") else fields
    notes = list(_NOTES.get(stack.name, ()))
    if choice.values.get("channel_binding") in ("require", "prefer") and stack.form != "sequelize":
        place = inner.setdefault("extra", {}) if stack.form == "typeorm" else inner
        if stack.client == "node-postgres":
            place["enableChannelBinding"] = True
            notes.append("enableChannelBinding uses channel binding where it is offered; nothing makes it insist")
    if stack.name == "nextjs":
        inner["max"] = 5
    config = literal(javascript.write(fields), PASSWORD)
    reads = 'import { readFileSync } from "node:fs";\n' if "readFileSync(" in config else ""
    return reads + _TEMPLATES[stack.name].replace("CONFIG", config), notes


def _neon(choice: Choice) -> tuple[str, list[str]]:
    text = (
        'import { neon, Pool } from "@neondatabase/serverless";\n\n'
        f"const url = {_url(uri.render(values_of(choice)))};\n\n"
        "export const sql = neon(url); // one query, one HTTPS request\n"
        "export const pool = new Pool({ connectionString: url }); // sessions and transactions, over a WebSocket\n"
    )
    return text, ["Node before 22 has no WebSocket: set neonConfig.webSocketConstructor = ws, of the package ws"]


def _migrate(choice: Choice) -> tuple[str, list[str]]:
    values = dict(values_of(choice))
    roots = values.pop("sslrootcert", "")
    text = in_form("prisma-config", _with(choice, values), lambda written: written)
    if values.get("sslmode") == "require":
        extra = "&sslaccept=strict" + (
            f"&sslcert={percent.encode(roots, keep='/')}" if roots not in ("", "system") else ""
        )
        text = text.replace("sslmode=require", "sslmode=require" + extra)
    quoted = next(line.partition("url: ")[2].rstrip(",") for line in text.splitlines() if "url: " in line)
    return text.replace(quoted, _url(javascript.unquoted(quoted))), [
        "sslaccept=strict makes Prisma's engine check the certificate, which it does not do by itself"
    ]


def _with(choice: Choice, values: dict[str, str]) -> Choice:
    told = {name: value for name, value in values.items() if name != "password"}
    return Choice(told, choice.client, choice.host, choice.notes, choice.has_password)


def _url(url: str) -> str:
    """The URL as code. It is percent-encoded, so nothing in it means anything in a template."""
    return f"`{url.replace(HOLE, _IN_URL)}`" if HOLE in url else javascript.quoted(url)


_LISTENS = 'pool.on("error", (error) => console.error("an idle connection was closed:", error.message));\n'
_TEMPLATES = {
    "node-postgres": f'import pg from "pg";\n\nexport const pool = new pg.Pool(CONFIG);\n{_LISTENS}',
    "postgres-js": 'import postgres from "postgres";\n\nexport const sql = postgres(CONFIG);\n',
    "drizzle": 'import { drizzle } from "drizzle-orm/node-postgres";\n\nexport const db = drizzle(CONFIG);\n',
    "knex": "export default CONFIG;\n",
    "sequelize": 'import { Sequelize } from "sequelize";\n\nexport const sequelize = new Sequelize(CONFIG);\n',
    "typeorm": 'import { DataSource } from "typeorm";\n\nexport const dataSource = new DataSource(CONFIG);\n',
    "nextjs": f"""import pg from "pg";

export const dynamic = "force-dynamic"; // asks the database at each request, and never while it is built

const pool = new pg.Pool(CONFIG);
{_LISTENS}
export async function GET() {{
  const {{ rows }} = await pool.query("select now() as now");
  return Response.json(rows[0]);
}}
""",
    "prisma": """import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/prisma/client";

const adapter = new PrismaPg(CONFIG);
export const prisma = new PrismaClient({ adapter });
""",
}
_NOTES = {"prisma": ["./generated/prisma is what `output` of the generator in schema.prisma says"]}
