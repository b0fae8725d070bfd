"""docs/stacks.md: what pgwhy reads and writes of each stack, and what it prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pgwhy.authoring.pages.generated import mark
from pgwhy.machine import Machine
from pgwhy.snippets import STACKS, snippet
from pgwhy.target import read
from pgwhy.target.files.kinds import kinds
from pgwhy.target.forms import FORMS, Form, lacking
from pgwhy.values import dataclass

EXAMPLE = (
    "postgresql://alex:npg_example@ep-cool-darkness-123456.us-east-2.aws.neon.tech/neondb"
    "?sslmode=require&channel_binding=require"
)
ROOTS = "/etc/ssl/certs/ca-certificates.crt"
"""Where Debian has its root certificates: the page does not depend on the machine that writes it."""
_SAMPLE = {
    "host": "h",
    "port": "5432",
    "user": "u",
    "password": "p",
    "dbname": "d",
    "sslmode": "verify-full",
    "sslrootcert": "/ca.pem",
    "channel_binding": "require",
    "connect_timeout": "15",
    "application_name": "a",
    "options": "endpoint=ep-x",
    "target_session_attrs": "read-write",
    "hostaddr": "10.0.0.1",
}


@dataclass(frozen=True)
class Shown:
    """What the tests show of a kind of file."""

    edited: str = "as its syntax"
    proof: str = "the files of its syntax"


def page(shown: Mapping[str, Shown]) -> str:
    """The whole page. `shown` has what the tests show, by the name of a kind of file."""
    return "".join(f"{line}\n" for line in (*_head(), *_files(shown), *_forms(), *_stacks()))


def _head() -> Iterator[str]:
    yield mark("diagnostics/pgwhy/snippets/, target/files/kinds.toml and tests/target/files/")
    yield "# Every stack's connection string"
    yield ""
    yield "`pgwhy @FILE` and `pgwhy snippets --from FORM` read these; `pgwhy snippets --for STACK` prints one file"
    yield "to paste. What a form has no place for is refused by name, and left out of a snippet with a sentence."
    yield "`tests/target/test_forms.py` writes 10,000 generated targets and reads them back."
    yield ""


def _files(shown: Mapping[str, Shown]) -> Iterator[str]:
    yield "## Settings files"
    yield ""
    yield "`pgwhy @FILE` reads these by their structure. Each value keeps its line. Variables are filled in from the"
    yield "environment and from `.env`. A file that names several connections lists them; `--in NAME` chooses one."
    yield "An edit changes one value and nothing else of the file, and names its line: `pgwhy fix --write` makes it."
    yield "Each kind has healthy files in `fixtures/settings`, and `make thorough` writes 5,000 healthy and 5,000"
    yield "broken ones out of them (`tests/target/files`). Where a framework is named, it read such a file itself, and"
    yield "went where pgwhy says that it goes (`fixtures/frameworks`)."
    yield ""
    yield "| file | usual names | read as | edited | proved by | described in |"
    yield "|---|---|---|---|---|---|"
    for kind in kinds():
        names = " ".join(f"`{name}`" for name in kind.files or kind.also)
        of = shown.get(kind.name, Shown())
        client, source = kind.client or "any client", kind.source or "its syntax alone"
        yield f"| {kind.title} | {names} | {client} | {of.edited} | {of.proof} | {source} |"
    yield ""


def _forms() -> Iterator[str]:
    yield "## Forms"
    yield ""
    yield "| form | read and written as | cannot carry |"
    yield "|---|---|---|"
    for form in FORMS.values():
        yield f"| `{form.name}` | {form.title} | {_lost(form)} |"
    yield ""
    yield (
        "Asked of: "
        + ", ".join(_SAMPLE)
        + ". Several hosts, sockets and odd characters are refused in their own right."
    )
    yield ""


def _lost(form: Form) -> str:
    return ", ".join(lacking(form, _SAMPLE)) or "nothing of these"


def _stacks() -> Iterator[str]:
    yield "## Snippets"
    yield ""
    yield "For a string as Neon's console shows it, on a machine with Debian's root certificates. The password is"
    yield "`PGPASSWORD` of the environment."
    now = datetime(2026, 1, 1, tzinfo=UTC)
    target = read(EXAMPLE, Machine({}, None, Path("/"), "linux", now))
    for name, stack in STACKS.items():
        one = snippet(target, name, roots=ROOTS)
        yield ""
        yield f"### {stack.title}"
        yield ""
        yield f"`pgwhy snippets --for {name}` → `{one.file}`"
        yield ""
        yield f"```{_MARKDOWN.get(Path(one.file).suffix, '')}"
        yield one.text.rstrip("\n")
        yield "```"
        yield ""
        yield from (f"- {note}" for note in (one.why, *one.notes) if note)


_MARKDOWN = {
    ".py": "python",
    ".mjs": "js",
    ".js": "js",
    ".ts": "ts",
    ".rb": "ruby",
    ".php": "php",
    ".sh": "sh",
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
    ".cs": "csharp",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".env": "sh",
}
