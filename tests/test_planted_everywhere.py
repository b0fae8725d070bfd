"""Secrets that nobody told us of, in pasted texts, mistaken strings, saved reports and the environment: none leaves."""

# ruff: noqa: E501  commands and texts as a whole
from __future__ import annotations

import copy
import dataclasses
import itertools
import json
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwhy import api, redaction
from pgwhy.cli import run
from pgwhy.cli.options import FORMATS
from pgwhy.engine.diagnosis import Request
from pgwhy.machine import Machine
from pgwhy.report import document
from pgwhy.target import read
from tests.mistaken_strings import MISTAKEN
from tests.planted import SHAPES, refusing, url
from tests.secret_texts import PASTED, PLACES, SENTENCES, SHAPED
from tests.servers import closed_port, serving

SECRETS = (*PASTED[:4], "Tr0ub4dor9", "correcthorse9", "x9kdQ2mmZ")
"""Secrets without a character that some syntax reads as structure: whatever is left of one is the whole of it."""


def pasted() -> Iterator[tuple[str, str]]:
    """Text and the secret in it."""
    for number, text in enumerate(itertools.chain.from_iterable(PLACES.values())):
        secret = SECRETS[number % len(SECRETS)]
        yield text.replace("§§", secret), secret
    for number, secret in enumerate(SHAPED.values()):
        yield SENTENCES[number % len(SENTENCES)].format(secret), secret[-12:]


def commands(home: Path) -> Iterator[tuple[list[str], str]]:
    """Command lines in every format, with the secret that must not come out; without end."""
    texts, strings, secrets = itertools.cycle(pasted()), itertools.cycle(MISTAKEN), itertools.cycle(SECRETS)
    port = closed_port()
    for number in itertools.count():
        form = FORMATS[number % len(FORMATS)]
        text, secret = next(texts)
        yield ["explain", "--format", form, "-v", "--", text], secret
        (home / "error.log").write_text(json.dumps({"msg": text}))
        yield ["explain", "@error.log", "--format", form], secret
        other = next(secrets)
        string = next(strings).replace("§§", other)
        yield ["--format", form, "--no-verify", "--timeout", "2", "--no-login", "-v", "--", string], other
        text, secret = next(texts)
        yield (
            ["--format", form, "--no-verify", "--timeout", "2", f"postgresql://u@127.0.0.1:{port}/d", "--error", text],
            secret,
        )
        other = next(secrets)
        string = next(strings).replace("§§", other)
        yield ["anatomy", "--", string], other
        yield ["snippets", "--", string], other
        yield ["--plan", "--", string], other
        if number % 4 == 0:
            yield ["ticket", "--no-verify", "--timeout", "2", "--output", "t.zip", "--", string], other
            text, secret = next(texts)
            yield (
                [
                    "ticket",
                    "--no-verify",
                    "--timeout",
                    "2",
                    "--error",
                    text,
                    "--output",
                    "t.zip",
                    f"postgresql://u@127.0.0.1:{port}/d",
                ],
                secret,
            )
            report = document.to_json(api.explain("FATAL: x", machine=Machine.here()))
            report["observations"]["error"]["message"] = report["verdict"]["summary"] = text
            (home / "report.json").write_text(json.dumps(report))
            yield ["explain", "report.json", "--format", form], secret
            yield ["rules", "example", "report.json"], secret


@pytest.mark.promise("no-secret-leaves", 50, 1500)
def test_no_secret_that_nobody_told_us_leaves_a_command(inputs, monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGWHY_DEBUG", "1")
    monkeypatch.chdir(tmp_path)
    left = []
    for line, secret in itertools.islice(commands(tmp_path), inputs):
        status = run(line)
        said = "".join(capfd.readouterr())
        for file in tmp_path.glob("*.zip"):
            with zipfile.ZipFile(file) as archive:
                said += "".join(name + archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
            file.unlink()
        if secret in said or status == 70:
            left.append((line, status, [each for each in said.split("\n") if secret in each][:2]))
    assert not left, left[:10]


@pytest.mark.parametrize("shape", [shape for shape in list(SHAPES)[::3] if shape != "a URL"])
def test_a_secret_alone_in_place_of_a_target_is_not_shown(shape, monkeypatch, tmp_path, capfd):
    monkeypatch.chdir(tmp_path)
    for form in ("json", "text"):
        assert run(["--format", form, "--no-login", "--timeout", "2", "--", SHAPES[shape]]) in (0, 1, 3)
        assert SHAPES[shape] not in "".join(capfd.readouterr())


def test_secrets_of_the_environment_do_not_leave_with_a_server_that_says_them(monkeypatch, tmp_path, capfd):
    for name, secret in (
        ("APP_API_TOKEN", "Zq7vR2nW9tXk"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI7"),
        ("DB_PASS", "s3cr3tDbPass"),
    ):
        monkeypatch.setenv(name, secret)
        with serving(refusing(secret)) as port:
            run(["--format", "json", "--no-verify", url("x8Kq2w", port)])
        assert secret not in "".join(capfd.readouterr())


WORDS = [
    "the",
    "server",
    "password",
    "database",
    "user",
    "role",
    "connection",
    "client",
    "host",
    "port",
    "address",
    "name",
    "string",
    "secret",
    "token",
    "key",
    "network",
    "time",
    "out",
    "failed",
    "refused",
    "reset",
    "closed",
    "error",
    "fatal",
    "query",
    "session",
    "login",
    "access",
    "denied",
    "allowed",
    "required",
    "invalid",
    "missing",
    "unknown",
    "found",
    "not",
    "found",
    "file",
    "line",
    "value",
    "setting",
    "option",
    "default",
    "local",
    "remote",
    "public",
    "private",
    "production",
    "test",
    "testing",
    "example",
    "sample",
    "demo",
    "app",
    "application",
    "service",
    "system",
    "process",
    "thread",
    "memory",
    "disk",
    "table",
    "schema",
    "index",
    "column",
    "row",
    "record",
    "data",
    "type",
    "text",
    "number",
    "letter",
    "word",
    "sentence",
    "page",
    "report",
    "rule",
    "cause",
    "fix",
    "change",
    "repair",
    "check",
    "confirm",
    "verify",
    "try",
    "again",
    "later",
    "now",
    "never",
    "always",
    "often",
    "maybe",
    "yes",
    "no",
    "on",
    "off",
    "true",
    "false",
    "null",
    "none",
    "require",
    "prefer",
    "disable",
    "allow",
    "utf-8",
    "ssl",
    "tls",
    "tcp",
    "dns",
    "http",
    "https",
    "sql",
    "postgres",
    "postgresql",
    "psql",
    "libpq",
    "neon",
    "cloud",
    "region",
    "endpoint",
    "pooler",
    "pool",
    "proxy",
    "gateway",
    "firewall",
    "router",
    "switch",
    "cable",
    "wire",
    "packet",
    "certificate",
    "authority",
    "root",
    "leaf",
    "chain",
    "trust",
    "store",
    "handshake",
    "hello",
    "finish",
    "start",
    "startup",
    "begin",
    "end",
    "stop",
    "wait",
    "sleep",
    "wake",
    "active",
    "idle",
    "ready",
    "busy",
    "full",
    "empty",
    "open",
    "close",
    "read",
    "write",
    "send",
    "receive",
    "answer",
    "reply",
    "request",
    "ask",
    "tell",
    "say",
    "show",
    "hide",
    "print",
    "log",
    "trace",
    "debug",
    "info",
    "warning",
    "notice",
    "hint",
    "detail",
    "context",
    "summer",
    "winter",
    "spring",
    "autumn",
    "monday",
    "friday",
    "january",
    "sunshine",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "princess",
    "welcome",
    "letmein",
    "master",
    "shadow",
    "superman",
    "batman",
    "hunter",
    "love",
    "money",
    "freedom",
    "whatever",
    "computer",
    "internet",
    "keyboard",
    "monitor",
    "coffee",
    "tea",
    "127.0.0.1",
    "localhost",
    "5432",
    "SCRAM-SHA-256",
    "verify-full",
    "connects",
    "fails",
    "observed",
    "reported",
    "json",
    "html",
]


def test_a_common_word_as_password_tears_no_page():
    """The pages of 200 words are those of a random password: nothing on them tells which word it is."""
    from pgwhy.cli.output import Terminal, rendered

    words = sorted(set(WORDS))
    assert len(words) >= 200
    machine = dataclasses.replace(Machine.here(), environment={})

    def pages(password: str) -> dict[str, str]:
        report = api.explain(
            'connection to server at "localhost" (127.0.0.1), port 5432 failed: FATAL:  password authentication failed for user "alex"',
            machine=dataclasses.replace(machine, environment={"PGPASSWORD": password}),
        )
        report = dataclasses.replace(report, report_id="0a0a0a", started_at="2026-01-01T00:00:00.000Z")
        told = {form: rendered(report, form, Terminal(), verbose=True) for form in ("text", "markdown", "json")}
        redactor = redaction.for_machine(dataclasses.replace(machine, environment={"PGPASSWORD": password}))
        for text in told.values():
            redactor.check(text)
        return told

    usual = pages("Zq7vR2nW9tXk")
    assert [word for word in words if pages(word) != usual] == []


def test_nothing_that_is_printed_copied_or_pickled_shows_the_environment():
    machine = dataclasses.replace(
        Machine.here(), environment={"PGPASSWORD": "Zq7vR2nW9tXk", "DATABASE_URL": url("Zq7vR2nW9tXk", 1)}
    )
    target = read(None, machine)
    request = Request(target, machine, error="password=Zq7vR2nW9tXk")
    for value in (machine, target, request):
        assert "Zq7vR2nW9tXk" not in repr(value)
        assert "Zq7vR2nW9tXk" not in repr(copy.copy(value))
        with pytest.raises(Exception) as caught:
            pickle.dumps(value)
        assert "Zq7vR2nW9tXk" not in str(caught.value)
    for value in (machine, target):
        assert "Zq7vR2nW9tXk" not in repr(dataclasses.asdict(value))
    with pytest.raises(KeyError) as missing:
        machine.environment["NOTHING"]
    assert "Zq7vR2nW9tXk" not in repr(missing.value)


@pytest.mark.parametrize(
    "secret", [b"p\xe4ssw\xf6rd-9".decode("utf-8", "surrogateescape"), "half\ud83dx9 emoji", "\udcff\udcfe12ab"]
)
def test_a_password_that_is_no_utf_8_is_hidden_and_breaks_nothing(secret, monkeypatch, tmp_path, capfdbinary):
    redactor = redaction.Redactor([secret])
    data = redaction.encodings.bytes_of(secret)
    for form in (
        secret,
        repr(secret),
        ascii(secret),
        data.decode("utf-8", "replace"),
        data.decode("latin-1"),
        data.hex(),
        repr(data),
    ):
        assert form not in redactor.clean(f"it was {form} here")
    monkeypatch.setenv("HOME", str(tmp_path))
    if "\ud83d" not in secret:
        monkeypatch.setenv("PGPASSWORD", secret)
    for form in FORMATS:
        assert (
            run(["--format", form, "--no-verify", "--timeout", "2", f"postgresql://u@127.0.0.1:{closed_port()}/d"]) == 1
        )
        assert data not in capfdbinary.readouterr().out


@pytest.mark.parametrize("control", ["\u200e", "\u200f", "\u061c", "\u202e", "\u2066"])
def test_controls_of_the_direction_of_text_are_removed(control):
    assert redaction.Redactor().clean(f"a{control}b") == "ab"
    assert redaction.Redactor().clean("a\u2028b\u2029c") == "a\nb\nc"


@pytest.mark.parametrize(
    "line", [["diff", "Tr0ub4dor9x", "y"], ["--rules", "Tr0ub4dor9x"], ["lab", "up", "Tr0ub4dor9x"]]
)
def test_a_message_about_an_argument_does_not_repeat_what_may_be_a_password(line, capfd):
    assert run(line) == 2
    assert "Tr0ub4dor9x" not in "".join(capfd.readouterr())
