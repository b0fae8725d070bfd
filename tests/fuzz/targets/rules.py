"""A rule file of a stranger's (`--rules`): read, asked, and told."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from hypothesis import strategies as st

from pgwhy.engine import reports
from pgwhy.probes import VOCABULARY
from pgwhy.redaction import Redactor
from pgwhy.rulebook.book import from_folders
from pgwhy.rulebook.compiled import RuleError
from pgwhy.shipped import built_in
from pgwhy.target.editing.repair import REPAIRS
from tests.fuzz.damage import damaged, joined
from tests.fuzz.invariants import plain
from tests.fuzz.places import EMPTY, MACHINE
from tests.fuzz.shown import pages

TEXT = 'FATAL:  gateway: no team for role "alex" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'


def attempt(raw: bytes) -> None:
    folder = EMPTY / "rules"
    (folder / "auth").mkdir(parents=True, exist_ok=True)
    (folder / "auth" / "no-team.toml").write_bytes(raw)
    try:
        rulebook = from_folders(VOCABULARY, folder, repairs=frozenset(REPAIRS))
    except RuleError as error:
        plain(Redactor().clean(str(error)))
        return
    report = reports.of_text(TEXT, MACHINE, rulebook=rulebook)
    plain(pages(Redactor().clean_value(report)))


def seeds() -> Iterator[bytes]:
    yield RULE.encode()
    for name in ("auth/role-cannot-login", "tls/root-file-missing", "startup/endpoint-not-specified"):
        yield (built_in() / f"{name}.toml").read_bytes()


@cache
def inputs() -> st.SearchStrategy[bytes]:
    lines = [line for seed in seeds() for line in seed.decode().splitlines(keepends=True)]
    mixed = st.lists(st.sampled_from(lines), max_size=20).map(lambda some: "".join(some).encode())
    return damaged(seeds()) | mixed | st.builds(_with, st.sampled_from(lines), joined(PIECES, 8))


def _with(line: str, operand: bytes) -> bytes:
    """The small rule with another test, or another value behind some key."""
    key = line.partition("=")[0].encode()
    return RULE.encode().replace(b"error.message = ", b"error.message = " + operand + b" #") + key + b"= " + operand


RULE = """title      = "the gateway knows no team for this role"
cause      = "permission-denied-connect"
severity   = "error"
owner      = "credentials"
because    = "The gateway lets in only roles of a team."
references = ["https://example.com/teams"]

[[when]]
error.message = { contains = "gateway: no team for role" }

[fix.join]
kind   = "repair"
title  = "join the team of {target.database}"
steps  = "Ask its owner."
change = { set = { sslmode = "verify-full" } }
expect = { startup.reached = "auth" }

[[example]]
name = "psql"
[example.given]
error.message = "FATAL:  gateway: no team for role"
"""
PIECES = (
    "{ ", " }", "[", "]", '"', "'", "contains = ", "matches = ", "empty = true", ", ", "(a+)+$", "(?:x{0,300}){0,300}",
    ".*", "\\\\d+", "inf", "nan", "1e400", "99999999999999999999", "true", "1979-05-27", '"\\u001b[31m"', "'''", "=",
    "{target.password}", "{target.host}",
)  # fmt: skip
