"""An error text or a log that somebody pasted, explained in every format."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from hypothesis import strategies as st

from pgwhy.engine import reports
from pgwhy.foreign import files
from pgwhy.redaction import Redactor
from tests.foreign import mutants
from tests.fuzz.damage import damaged, joined
from tests.fuzz.invariants import SECRET, hidden, plain
from tests.fuzz.places import MACHINE
from tests.fuzz.shown import pages
from tests.test_fuzz import PIECES


def attempt(raw: bytes) -> None:
    text = files.decoded(raw)
    report = reports.of_text(text, MACHINE, rulebook=_rules())
    shown = pages(Redactor([SECRET]).clean_value(report))
    plain(shown)
    hidden(shown)


def seeds() -> Iterator[bytes]:
    yield mutants.LOG
    for text in TEXTS:
        yield text.encode()
    yield TEXTS[0].encode("utf-16")


def inputs() -> st.SearchStrategy[bytes]:
    return damaged(seeds()) | joined((*PIECES, SECRET)) | st.binary(max_size=400)


@cache
def _rules() -> reports.Rulebook:
    return reports.all_rules()


TEXTS = (
    'psql: error: connection to server at "db.example.com" (192.0.2.7), port 5432 failed: FATAL:  password'
    ' authentication failed for user "alex"\n',
    "Error: getaddrinfo ENOTFOUND db.example.com\n    at GetAddrInfoReqWrap.onlookup {"
    "\n  errno: -3008,\n  code: 'ENOTFOUND'\n}",
    f"SQLSTATE[08006] [7] could not connect to postgresql://alex:{SECRET}@db.example.com/neondb: timeout expired",
    '{"level":"error","msg":"dial tcp [::1]:5432: connect: connection refused","time":"2026-11-28T09:14:07Z"}',
    "web-1  | django.db.utils.OperationalError: FATAL:  remaining connection slots are reserved\nweb-1  | \n",
    "FATAL:  Passwort-Authentifizierung f\u00fcr Benutzer \u00bbalex\u00ab fehlgeschlagen",
    '"connection to server at \\"db\\" failed: \\u001b[31mtimeout\\n"',
    "org.postgresql.util.PSQLException: FATAL: no pg_hba.conf entry for host &quot;192.0.2.7&quot;<br>",
)
