"""A password that is an access token: what is told of it, and that nothing else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pgwhy.cli import run
from pgwhy.cli.output import FORMATS
from pgwhy.engine.diagnosis import diagnose_sync
from pgwhy.network import wire
from pgwhy.probes import token
from pgwhy.probes.token import TokenFacts
from pgwhy.target.token import TokenKind, read
from tests.engine import runs
from tests.engine.password_taker import PasswordTaker
from tests.probes.conftest import Look
from tests.redaction.test_redaction import readable
from tests.servers import serving
from tests.tokens import HIDDEN_CLAIM, NO_TOKENS, NOW, RDS, Sample, samples

SAMPLES = [pytest.param(number, id=sample.name) for number, sample in enumerate(samples())]
EXTERNAL = "auth/external"
"""What is said where the token says nothing against itself."""
REFUSAL = 'PAM authentication failed for user "alex"'


def target(sample: Sample, port: int = 5432) -> str:
    return f"host={sample.host} hostaddr=127.0.0.1 port={port} user={sample.user} dbname=app sslmode=disable"


def request(sample: Sample, port: int = 5432) -> runs.Request:
    machine = replace(runs.machine(PGPASSWORD=sample.password), now=NOW)
    return runs.request(target(sample, port), on=machine)


@pytest.mark.parametrize("number", SAMPLES)
def test_a_rejected_token_is_told_right_and_appears_nowhere(number: int) -> None:
    server = PasswordTaker(wire.Auth.CLEARTEXT_PASSWORD, refusal=REFUSAL)
    with serving(server) as port:
        sample = samples(port)[number]
        asked = request(sample, port)
        report = diagnose_sync(asked)
    record = report.observations.of(TokenFacts)
    assert {name: getattr(record, name) for name in sample.told} == sample.told
    assert report.verdict.rule == (sample.rule or EXTERNAL)
    runs.hold(report, asked.target)
    for page in runs.everything(report):
        assert HIDDEN_CLAIM not in page
        assert not readable(sample.password, page)


@pytest.mark.parametrize("number", SAMPLES[::5])
def test_a_token_appears_in_no_output_of_the_command(
    number: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sample = samples()[number]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGPASSWORD", sample.password)
    # A server that repeats what it was sent, as no server should.
    server = PasswordTaker(wire.Auth.CLEARTEXT_PASSWORD, refusal=f"{REFUSAL}: {sample.password}")
    with serving(server) as port:
        for form in ("text", FORMATS[number % len(FORMATS)]):
            run(["--format", form, "--no-web", "--no-verify", "--", target(sample, port)])
        run(["ticket", "--no-web", "--no-verify", "--output", "ticket.json", "--", target(sample, port)])
        run(["anatomy", "--", f"postgresql://{sample.user.replace('@', '%40')}:{sample.password}@{sample.host}/app"])
    said = "".join(capfd.readouterr())
    for text in (said, *(path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())):
        assert HIDDEN_CLAIM not in text
        assert not readable(sample.password, text)


@pytest.mark.parametrize("password", NO_TOKENS)
def test_what_only_looks_like_a_token_is_an_ordinary_password(password: str) -> None:
    assert read(password) is None


def test_an_ordinary_password_and_none_at_all_say_that_there_is_no_token(look: Look) -> None:
    for text in ("postgresql://u:hunter2@h/d", "postgresql://u@h/d"):
        record = look(text, token.PROBE).of(TokenFacts)
        assert (record.kind, record.expired, record.elsewhere, record.opaque) == (TokenKind.NONE, False, False, "")


def test_a_token_does_not_print_itself() -> None:
    password = samples()[0].password
    found = read(password)
    assert found is not None and found.text == password
    assert password[:20] not in f"{found} {found!r}"


def test_the_command_for_a_new_token_is_for_this_login() -> None:
    record = diagnose_sync(replace(request(samples()[0]), options=runs.Options(login=False))).observations.of(
        TokenFacts
    )
    assert record.new_one == (
        f"aws rds generate-db-auth-token --hostname {RDS} --region eu-west-1 --port 5432 --username alex"
    )
