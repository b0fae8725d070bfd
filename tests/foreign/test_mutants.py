"""Whatever is in a file that somebody else wrote, a command ends with an answer or with a sentence."""

from __future__ import annotations

import contextlib
import io
import os
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pgwhy import cli
from tests.foreign import mutants

FORMATS = ("text", "json", "jsonl", "markdown", "html", "junit", "github")
GOOD = str(mutants.REPORTS[0])
ANSWERS = (0, 1, 2, 3)
A_HANG_S = 30
"""Of one mutant, on a machine that has other things to do; it is less than a second on one that has not."""
MEMORY_MB = 200


def command(kind: str, file: str, chance: random.Random) -> list[str]:
    """A command that reads this file."""
    if kind == "yaml":
        return chance.choice((["anatomy", f"@{file}"], ["snippets", f"@{file}", "--for", "psql"]))
    if kind == "log":
        return chance.choice(
            (["explain", file, "--format", chance.choice(FORMATS)], ["explain", str(Path(file).parent)])
        )
    return chance.choice(
        (
            ["explain", file, "--format", chance.choice(FORMATS)],
            ["explain", file, "-v"],
            ["explain", file, "--why-not", "auth/wrong-password"],
            ["explain", str(Path(file).parent), "--format", chance.choice(("text", "json"))],
            ["diff", file, GOOD, "-v"],
            ["diff", GOOD, file, "--format", "json"],
            ["ticket", file, "--stdout"],
            ["ticket", file, "--stdout", "--pseudonyms"],
            ["ticket", file],
            ["rules", "example", file],
        )
    )


NAMES = {
    "report": ("report.json",),
    "ticket": ("ticket.zip",),
    "yaml": ("database.yml", "compose.yaml", "secret.yaml"),
    "log": ("app.log",),
}


def refusals(kind: str, count: int, seed: int) -> list[str]:
    """The mutants of one kind that did not end as they should, each with its command: nothing if all is well."""
    wrong = []
    for number in range(count):
        chance = random.Random(f"{seed} {kind} {number}")
        file = Path(chance.choice(NAMES[kind]))
        file.write_bytes(getattr(mutants, kind)(chance))
        line = command(kind, str(file.absolute()), chance)
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.run(line)
        said = err.buffer.getvalue().decode("utf-8")
        printed = out.buffer.getvalue().decode("utf-8") + said
        sentence = bool(said) or status != 2
        escapes = [
            c for c in printed if (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" or "\u202a" <= c <= "\u202e"
        ]
        if status not in ANSWERS or not sentence or escapes:
            wrong.append(f"{kind} {number} of seed {seed}: {status} {escapes[:3]} {line}\n{printed[-400:]}")
        for left in Path().iterdir():
            left.unlink()
    return wrong


@pytest.mark.promise("foreign-input", 15, 1250)
@pytest.mark.parametrize("kind", NAMES)
def test_a_mutant_is_answered_or_refused_with_a_sentence(kind, inputs, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusals(kind, inputs, 1) == []


@pytest.mark.parametrize("kind", NAMES)
def test_in_a_process_of_its_own_a_mutant_takes_little_memory(kind, tmp_path) -> None:
    program = f"from tests.foreign.test_mutants import *; assert not refusals({kind!r}, 10, 2); print(peak_mb())"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=A_HANG_S * 20,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert int(ran.stdout) < MEMORY_MB


def peak_mb() -> int:
    """The most memory that this process has had. On Linux, `ru_maxrss` begins with that of its parent."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
