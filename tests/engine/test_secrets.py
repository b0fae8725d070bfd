"""The whole command, with a password that stands nowhere else: it is in nothing that leaves the process."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from pgwhy.lab.world import World
from tests.engine.runs import MARKER, check
from tests.servers import closed_port, serving, silent

ODD = "pässwört/@#%1 \"'&=;x9"
"""Every character that some syntax takes for its own."""
COMMAND = [sys.executable, "-m", "pgwhy", "env:DATABASE_URL"]


def printed(text: str, *options: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DATABASE_URL": text, "PGWHY_DEBUG": "1"}
    ran = subprocess.run([*COMMAND, *options], env=environment, capture_output=True, text=True, timeout=30)
    assert ran.returncode in (0, 1, 3), ran.stderr
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("options", [["-v"], ["--format", "json"]])
@pytest.mark.parametrize("client", [[], ["--client", "libpq@13"]])
def test_the_command_prints_no_password(world: World, options: list[str], client: list[str]) -> None:
    out = printed(world.uri(), *options, *client)
    assert world.password.reveal() not in out and quote(world.password.reveal()) not in out
    assert "alex" in out


def test_no_process_has_the_password_on_its_command_line() -> None:
    with serving(silent) as port:
        text = f"postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb"
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DATABASE_URL": text}
        running = subprocess.Popen([*COMMAND, "--timeout", "1"], env=environment, stdout=subprocess.PIPE)
        seen = set()
        while running.poll() is None:
            for place in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(place.read_bytes())
                except OSError:
                    continue
            try:
                running.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        assert running.stdout is not None
        assert MARKER.encode() not in running.stdout.read()
        running.stdout.close()
    assert any(b"env:DATABASE_URL" in line for line in seen)
    assert not any(MARKER.encode() in line for line in seen)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://alex:SECRET@127.0.0.1:PORT/neondb",
        "host=127.0.0.1 port=PORT user=alex password='SECRET' dbname=neondb",
        "jdbc:postgresql://127.0.0.1:PORT/neondb?user=alex&password=SECRET",
        "Host=127.0.0.1;Port=PORT;Username=alex;Password=SECRET;Database=neondb",
        "psql 'postgresql://alex:SECRET@127.0.0.1:PORT/neondb",
        "postgresql://alex:SECRET%@127.0.0.1:PORT/neondb?sslmod=x",
        "postgres:/alex:SECRET@127.0.0.1:PORT/neondb",
        "SECRET",
    ],
)
def test_a_string_in_any_syntax_broken_or_not_keeps_its_secret(text: str) -> None:
    """`check` looks for it in the report, before anything is redacted, and in its pages."""
    for error in (None, f'password authentication failed for user "alex" (password {MARKER})'):
        given = text.replace("PORT", str(closed_port())).replace("SECRET", MARKER)
        assert MARKER not in repr(check(given, error=error, deadline_s=5))


def test_a_password_of_odd_characters_is_found_in_every_form() -> None:
    encoded = quote(ODD, safe="")
    report = check(f"postgresql://alex:{encoded}@127.0.0.1:{closed_port()}/neondb?sslmod=x", client="libpq@13")
    for form in (ODD, encoded, ODD.replace("'", "\\'")):
        assert form not in repr(report)


def test_nothing_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        check(world.uri(), client="libpq@13")
    assert world.password.reveal() not in caplog.text
