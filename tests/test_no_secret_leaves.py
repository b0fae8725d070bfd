"""Forty shapes of secret in every place where pgwhy reads one, before servers that send them back: none leaves."""

from __future__ import annotations

import functools
import io
import json
import os
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwhy import api, redaction
from pgwhy import target as targets
from pgwhy.cli import run
from pgwhy.cli.options import FORMATS
from pgwhy.machine import Machine
from pgwhy.redaction import encodings
from tests import sampling
from tests.planted import NO_FORMAT, PLACES, SERVERS, SHAPES, Plant, forms, laid_out, refusing, url, welcoming
from tests.redaction.test_redaction import readable
from tests.servers import serving

FORMS = functools.cache(encodings.literals)
"""The same secret is planted in thirty places: its forms, which are computed from nothing else, once."""
PGWHY = [sys.executable, "-m", "pgwhy"]


@pytest.fixture(autouse=True)
def _a_home_of_our_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGWHY_DEBUG", "1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(encodings, "literals", FORMS)
    monkeypatch.chdir(tmp_path)


def content(file: Path) -> str:
    """The text of a file; of an archive, that of all its files and their names."""
    if not zipfile.is_zipfile(file):
        return file.read_text(encoding="utf-8", errors="replace")
    with zipfile.ZipFile(file) as archive:
        return "".join(name + archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def printed(plant: Plant, options: list[str], patch: pytest.MonkeyPatch, out: pytest.CaptureFixture[str]) -> str:
    """Everything that the command prints, and every file that it writes."""
    home = Path.cwd()
    laid_out(plant, home)
    with patch.context() as here:
        for name, value in plant.environment.items():
            here.setenv(name, value)
        here.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(plant.stdin.encode()), "utf-8"))
        here.setenv("GITHUB_STEP_SUMMARY", str(home / "summary.md"))
        if plant.arguments[0:1] == ["run"]:  # it takes the signals of its process, and ends like its command
            ran = subprocess.run([*PGWHY, *plant.arguments], capture_output=True, text=True, timeout=30)
            status, said = ran.returncode, ran.stdout + ran.stderr
        else:
            status = run([*plant.arguments, *options])
            said = "".join(out.readouterr())
    assert status in (0, 1, 3), said
    kept = [path for path in home.rglob("*") if path.is_file() and path.name not in plant.files]
    said += "".join(map(content, kept))
    for path in (*kept, *(home / name for name in plant.files)):
        path.unlink()
    return said


TOLD_BY_OTHERS = ("what the client printed", "an error text alone", "a command that fails")


def options_of(place: str, number: int) -> list[str]:
    """Formats in turn, so that every place meets every one of them."""
    if place in NO_FORMAT:
        return []
    form = FORMATS[number % len(FORMATS)]
    return ["--format", form, *(["-v"] if form == "text" else [])]


@pytest.mark.sampled(by=lambda shape: _turns(list(SHAPES).index(shape)))
@pytest.mark.parametrize("shape", SHAPES)
def test_every_place_tells_the_redactor_what_it_read(shape, monkeypatch, tmp_path):
    """All shapes in all places, in turn: what a server may send back later is known, in every encoding."""
    secret = SHAPES[shape]
    for place, planting in sampling.part(list(PLACES.items()), list(SHAPES).index(shape)):
        if place in TOLD_BY_OTHERS:
            continue
        plant = planting(secret, 5432)
        laid_out(plant, tmp_path)
        with monkeypatch.context() as here:
            for name, value in plant.environment.items():
                here.setenv(name, value)
            given = [text for text in plant.arguments if text == "-" or text.startswith(("env:", "@", "p"))]
            target = targets.read(given[0] if given else None, Machine.here(), stdin=plant.stdin.__str__)
        for name in plant.files:
            (tmp_path / name).unlink()
        redactor = redaction.for_target(target)
        assert not readable(secret, repr(target)), place
        for form in forms(secret):
            assert not readable(secret, redactor.clean(f"FATAL: it was {form} here")), f"{place}: {form}"
            with pytest.raises(redaction.SecretFound):
                redactor.check(f"FATAL: it was {form} here")


def _turns(number: int) -> set[tuple[str, int]]:
    """Whose turn it is with the shape of this number: which third of the places, which server first, which format."""
    return {("places", number % 3), ("server", number // 3 % len(SERVERS)), ("format", number % len(FORMATS))}


@pytest.mark.promise("no-secret-leaves", 1, 1)
@pytest.mark.sampled(by=lambda shape: _turns(list(SHAPES).index(shape)))
@pytest.mark.parametrize("shape", SHAPES)
def test_a_secret_leaves_in_no_output_wherever_it_is_read(shape, monkeypatch, capfd):
    """Every shape in a third of the places, in turn with servers and formats: each pair of them is met."""
    secret, number = SHAPES[shape], list(SHAPES).index(shape)
    for index, (place, planting) in enumerate(PLACES.items()):
        if (number + index) % 3:
            continue
        behave = list(SERVERS.values())[(number // 3 + index) % len(SERVERS)](secret)
        with serving(behave) as port:
            plant = planting(secret, port)
            options = options_of(place, number + index)
            text = printed(plant, options, monkeypatch, capfd)
        assert text, place
        assert not readable(secret, text), f"{place}, {options}: {shape}"


@pytest.mark.promise("no-secret-leaves", 1, 1)
@pytest.mark.sampled(by=sampling.each("form", "server"))
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("server", SERVERS)
def test_a_secret_leaves_in_no_format_whatever_the_server_says(server, form, monkeypatch, capfd):
    turn = list(SERVERS).index(server) + FORMATS.index(form)
    for secret in sampling.part(list(SHAPES.values())[::4], turn):
        with serving(SERVERS[server](secret)) as port:
            plant = Plant(["env:MY_URL", "--format", form, "-v"], {"MY_URL": url(secret, port)})
            text = printed(plant, [], monkeypatch, capfd)
        assert text and not readable(secret, text), secret


@pytest.mark.promise("no-secret-leaves", 1, 1)
@pytest.mark.sampled(by=lambda shape: {list(SHAPES).index(shape) % 3})
@pytest.mark.parametrize("shape", list(SHAPES)[::4])
def test_what_is_kept_of_a_run_holds_no_secret_when_it_is_read_again(shape, monkeypatch, tmp_path, capfd):
    """Reports, tickets, a folder of both and a backlog of texts: diff, explain and --batch, in every format."""
    secret, kept = SHAPES[shape], tmp_path / "kept"
    kept.mkdir()
    (tmp_path / "requirements.txt").write_text("psycopg2-binary==2.9.1\n")
    for number, behave in enumerate(SERVERS.values()):
        with serving(behave(secret)) as port:
            monkeypatch.setenv("MY_URL", url(secret, port))
            run(["env:MY_URL", "--project", ".", "--format", "json", "--output", str(kept / f"{number}.json")])
            run(["ticket", "env:MY_URL", "--no-verify", "--output", str(kept / f"{number}.zip")])
    monkeypatch.delenv("MY_URL")
    (kept / "told.txt").write_text(f"FATAL: {url(secret, 5432)}: password authentication failed for user 'alex'")
    batch = tmp_path / "texts.jsonl"
    batch.write_text(json.dumps({"id": 1, "text": f"could not connect to {url(secret, 5432)}: timeout expired"}) + "\n")
    reports, tickets = sorted(kept.glob("*.json")), sorted(kept.glob("*.zip"))
    for line in (
        *(["explain", str(file), "--format", form] for file in (*reports[:1], *tickets[:1]) for form in FORMATS),
        ["explain", str(kept)],
        ["explain", str(kept), "--format", "jsonl"],
        ["explain", "--batch", str(batch)],
        ["explain", str(kept / "told.txt"), "--why-not", "auth/wrong-password"],
        *(
            ["diff", str(reports[0]), str(file), "-v", "--format", form]
            for file in tickets
            for form in ("text", "json")
        ),
    ):
        assert run(line) in (0, 1, 3), line
    said = "".join(capfd.readouterr()) + "".join(map(content, (*reports, *tickets)))
    assert "psycopg2-binary" in said and not readable(secret, said)


def test_what_is_planted_would_be_found(monkeypatch, capfd):
    """Without the redactor each of these servers gives the secret away: the tests above look at something."""
    monkeypatch.setattr("pgwhy.redaction.Redactor.clean", lambda self, text: text)
    monkeypatch.setattr("pgwhy.redaction.Redactor.check", lambda self, text: None)
    secret = SHAPES["letters and digits"]
    for behave in SERVERS.values():
        with serving(behave(secret)) as port:
            plant = Plant(["env:MY_URL", "--format", "json"], {"MY_URL": url(secret, port)})
            assert readable(secret, printed(plant, [], monkeypatch, capfd))


def chain(error: BaseException) -> Iterator[BaseException]:
    """An exception with everything that led to it."""
    seen: list[BaseException] = [error]
    for one in seen:
        seen += [e for e in (one.__cause__, one.__context__) if e is not None and e not in seen]
    return iter(seen)


@pytest.mark.promise("no-secret-leaves", 1, 1)
@pytest.mark.parametrize("where", ["pgwhy.network.Network.connect", "pgwhy.engine.diagnosis.conclude"])
@pytest.mark.sampled(by=sampling.each("where", "shape"))
@pytest.mark.parametrize("shape", list(SHAPES)[::5])
def test_an_exception_holds_no_secret_in_any_attribute(shape, where, monkeypatch):
    """A bug of ours in a probe, or after the run: what a library's user may log of it."""
    secret = SHAPES[shape]

    def broken(*arguments: object, **named: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(where, broken)
    with serving(welcoming(secret)) as port, pytest.raises(Exception) as caught:
        api.diagnose_sync(url(secret, port))
    for error in chain(caught.value):
        told = [str(error), repr(error), repr(error.args), repr(vars(error)), *getattr(error, "__notes__", ())]
        assert not readable(secret, "\n".join([*told, "".join(traceback.format_exception(error))]))


@pytest.mark.parametrize("place", ["DATABASE_URL in .env", "a URL in a file", ".pgpass", "a service file", "a proxy's"])
def test_the_log_of_a_bug_holds_no_secret(place, monkeypatch, capfd):
    """PGWHY_DEBUG prints the trace of a bug; its message has the secret in it, wherever that was read."""
    secret = SHAPES["semicolons and equals signs"]

    def broken(*arguments: object) -> None:
        raise RuntimeError(f"could not parse {secret}")

    monkeypatch.setattr("pgwhy.engine.diagnosis.conclude", broken)
    with serving(refusing(secret)) as port:
        plant = PLACES[place](secret, port)
        laid_out(plant, Path.cwd())
        for name, value in plant.environment.items():
            monkeypatch.setenv(name, value)
        assert run(plant.arguments) == 70
    said = "".join(capfd.readouterr())
    assert "Traceback" in said and not readable(secret, said)


@pytest.mark.promise("no-secret-leaves", 1, 1)
@pytest.mark.parametrize(
    "place", ["DATABASE_URL", "DATABASE_URL in .env", "PGPASSWORD", ".pgpass", "a command that fails"]
)
def test_no_process_has_the_secret_on_its_command_line(place, tmp_path):
    """Of pgwhy and everything that it starts, as any user of the machine can read it in /proc."""
    secret = "npg_" + "Zq7vR2nW9tXk"
    with serving(welcoming(secret)) as port:
        plant = PLACES[place](secret, port)
        laid_out(plant, tmp_path)
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **plant.environment}
        running = subprocess.Popen([*PGWHY, *plant.arguments], env=environment, cwd=tmp_path, stdout=subprocess.PIPE)
        seen = set()
        while running.poll() is None:
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(file.read_bytes())
                except OSError:
                    continue
            try:
                running.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
        assert running.stdout is not None
        assert secret.encode() not in running.stdout.read()
        running.stdout.close()
    assert any(b"pgwhy" in line for line in seen)
    assert not any(secret.encode() in line for line in seen)
