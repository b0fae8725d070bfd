"""The server: four tools over standard input and output, with the official SDK (extra `mcp`).

https://modelcontextprotocol.io/specification. No result holds a secret: each is cleaned and checked as every output of
pgwhy is. What the operator of the server has not allowed (`Limits`), no agent can ask for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from pgwhy import __version__, redaction
from pgwhy.agents import answers
from pgwhy.agents.references import NoReference, named
from pgwhy.client import UnknownClient, resolve
from pgwhy.engine import reports
from pgwhy.engine.diagnosis import Request, diagnose, selector_loop
from pgwhy.incident.ledger import INTERVAL_S, may_log_in
from pgwhy.machine import Machine
from pgwhy.probes.probe import Options
from pgwhy.snippets import STACKS, snippet
from pgwhy.snippets.choices import bundle
from pgwhy.target.forms import CannotCarry
from pgwhy.target.model import CannotChange
from pgwhy.values import dataclass

P = ParamSpec("P")
T = TypeVar("T")

INSTRUCTIONS = """Diagnoses Postgres connections. Use `explain` for an error text that you already have: it opens no
connection. Then use `check` with a reference to the target (env:NAME or @FILE, never a connection string) to find
the cause on this machine and to try the fixes. A fix with outcome `confirmed` was tried and works.
If `cause` is null, the cause is not known: do what `next` says, and do not guess."""
_NO_LOGIN = (
    f"Checked without a login: this target was logged in to less than {INTERVAL_S // 60} minutes ago. "
    "A changed password or setting is tried at once."
)
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_CONNECTS = ToolAnnotations(read_only_hint=True, open_world_hint=True)


@dataclass(frozen=True)
class Limits:
    """What the operator allows to every agent."""

    login: bool = True
    verify: bool = True
    web: bool | None = None
    timeout_s: float = 10.0
    rules: tuple[Path, ...] = ()


def serve(limits: Limits) -> None:
    """Answer on standard input and output until the other side closes them."""
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        runner.run(server(limits).run_stdio_async())


def server(limits: Limits) -> MCPServer:
    """The server with its tools; their descriptions are what a model reads."""
    made = MCPServer("pgwhy", instructions=INSTRUCTIONS, version=__version__, log_level="CRITICAL")

    @made.tool(annotations=_CONNECTS)
    @_told
    async def check(
        target: str = "", client: str = "", error: str = "", connection: str = "", login: bool = True
    ) -> answers.Answer:
        """Find out why a Postgres connection fails from this machine, and try the fixes.

        target: env:NAME or @FILE (a settings file in this project); empty: DATABASE_URL, .env or PG* as a client finds
        them. Never a connection string. connection: the name of one connection of a file that has several. client: the
        driver that fails (psycopg2, pgjdbc@42.7, node-postgres ...). error: what the failing program printed, without
        passwords. login=false skips every step that needs the password. A run takes up to about ten seconds and logs in
        to a target at most once in five minutes.
        """
        return await _check(limits, target, client, error, connection, login)

    @made.tool(annotations=_READS)
    @_told
    async def explain(text: str, client: str = "") -> answers.Answer:
        """Say what an error text of a Postgres client, driver, pooler or server means. Opens no connection.

        text: as much of the error as there is, without passwords. client: the driver that printed it, if known.
        """
        machine = Machine.here()
        redactor = redaction.for_machine(machine)
        report = redactor.clean_value(reports.of_text(text, machine, client or None, limits.rules))
        return _checked(answers.of_report(report), redactor)

    @made.tool(annotations=_READS)
    @_told
    async def rules(word: str = "") -> answers.RuleAnswer:
        """The manual page of a rule id, a cause slug or a code (28P01, P1001); for other words, the rules with them."""
        return _checked(answers.of_rules(word, reports.all_rules(limits.rules)), redaction.Redactor())

    @made.tool(annotations=_READS, description=f"{_SNIPPETS}{', '.join(STACKS)}.")
    @_told
    async def snippets(stack: str, target: str = "", connection: str = "") -> answers.SnippetAnswer:
        if stack not in STACKS:
            raise ToolError(f"stack must be one of: {', '.join(STACKS)}")
        read = named(target, Machine.here(), connection)
        found = snippet(read, stack, roots=bundle())
        return _checked(answers.SnippetAnswer(found.file, found.text, list(found.notes)), redaction.for_target(read))

    return made


_SNIPPETS = """The file that connects a stack to a target correctly; the password is read from PGPASSWORD.

target: env:NAME or @FILE, or empty, as in check. stack: one of """


async def _check(
    limits: Limits, reference: str, client: str, error: str, connection: str, login: bool
) -> answers.Answer:
    machine = Machine.here()
    target = named(reference, machine, connection)
    redactor, said = redaction.for_target(target), ""
    spoken_for = resolve(client or None, error or None, target.driver)
    login = login and limits.login
    if login and not may_log_in(target, machine):
        login, said = False, _NO_LOGIN
    request = Request(
        target=target,
        machine=machine,
        client=spoken_for,
        error=error or None,
        options=Options(login=login, web=limits.web),
        deadline_s=limits.timeout_s,
        verify=limits.verify,
        rules=limits.rules,
    )
    report = redactor.clean_value(await diagnose(request))
    return _checked(answers.of_report(report, said), redactor)


def _checked(answer: T, redactor: redaction.Redactor) -> T:
    """The answer, cleaned once more and checked as it will be written. Raises `SecretFound`."""
    cleaned = redactor.clean_value(answer)
    redactor.check(json.dumps(asdict(cleaned), ensure_ascii=False))  # type: ignore[call-overload]
    return cleaned


def _told(tool: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """What goes wrong is told in a sentence that holds no secret; of a mistake of ours only its kind."""

    @wraps(tool)
    async def called(*given: P.args, **named: P.kwargs) -> T:
        try:
            return await tool(*given, **named)
        except ToolError:
            raise
        except (NoReference, UnknownClient, CannotCarry, CannotChange) as problem:
            sentence = redaction.for_machine(Machine.here()).clean(str(problem))
        except Exception as mistake:
            sentence = f"this is a bug in pgwhy, not in the connection: {type(mistake).__name__}"
        raise ToolError(sentence)

    return called
