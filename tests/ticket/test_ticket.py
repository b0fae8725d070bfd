"""`pgwhy ticket`, with runs on the lab: what is in the file, and what never is."""

import json
import stat
import zipfile

import pytest

from pgwhy.cli import run
from pgwhy.lab.world import DATABASE, ENDPOINT, ROLE
from pgwhy.redaction import encodings
from pgwhy.ticket.overview import summary
from tests.report.scenarios import SLUGS, recorded


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def opened(archive):
    with zipfile.ZipFile(archive) as files:
        return {name: files.read(name).decode() for name in files.namelist()}


def test_a_ticket_is_one_file_with_everything_in_it(world, folder, capfd):
    assert run(["ticket", world.uri(channel_binding=None), "--client", "libpq@13", "--output", "t.zip"]) == 1
    files = opened(folder / "t.zip")
    assert list(files) == ["ticket.md", "report.json", "report.html"]
    assert json.loads(files["report.json"])["verdict"]["cause"] == "sni-missing"
    assert files["report.html"].startswith("<!doctype html>")
    text = files["ticket.md"]
    for label in ("Cause", "Stage", "Target", "When", "Tried"):
        assert f"- **{label}**: " in text
    assert "### The machine" in text and "### Left out" in text
    assert stat.S_IMODE((folder / "t.zip").stat().st_mode) == 0o600
    assert capfd.readouterr().out.count("\n") == 7  # the five lines, and where the file is


def test_each_connection_stands_in_the_summary_with_both_ends(world, folder):
    run(["ticket", world.uri(), "--output", "t.zip"])
    line = next(line for line in opened(folder / "t.zip")["ticket.md"].splitlines() if "**When**" in line)
    assert line.count("127.0.0.1:") >= 10
    assert "authentication at +" in line


def test_no_form_of_the_password_is_in_any_file(world, folder, monkeypatch):
    monkeypatch.setenv("https_proxy", f"http://me:{world.password.reveal()}@proxy.test:3128")
    run(["ticket", world.uri(), "--output", "t.zip"])
    files = opened(folder / "t.zip")
    assert "https_proxy=proxy.test:3128" in files["ticket.md"]
    for form in encodings.literals(world.password.reveal()):
        assert not [name for name, text in files.items() if form in text]


def test_it_can_be_printed_instead(world, folder, capfd):
    assert run(["ticket", world.uri(), "--stdout"]) == 0
    assert capfd.readouterr().out.startswith("# Connection ticket ")
    assert not list(folder.glob("*.zip"))


def test_a_saved_report_becomes_a_ticket_that_says_so(world, folder):
    run([world.uri(), "--format", "json", "--output", "run.json"])
    assert run(["ticket", "run.json", "--output", "t.zip"]) == 0
    text = opened(folder / "t.zip")["ticket.md"]
    assert "this ticket was made from a saved report" in text
    assert "### The machine" not in text


def test_a_ticket_is_read_wherever_a_report_is(world, folder, capfd):
    run(["ticket", world.uri(channel_binding=None), "--client", "libpq@13", "--output", "t.zip"])
    run([world.uri(channel_binding=None), "--format", "json", "--output", "run.json"])
    capfd.readouterr()
    assert run(["explain", "t.zip"]) == 0
    assert "sni-missing" in capfd.readouterr().out
    assert run(["diff", "run.json", "t.zip"]) == 1
    assert run(["explain", str(folder), "--format", "jsonl"]) == 0
    causes = {told["id"]: told["cause"] for told in map(json.loads, capfd.readouterr().out.splitlines()[-2:])}
    assert causes["t.zip"] == "sni-missing"


def test_another_zip_is_refused_with_a_sentence(folder, capfd):
    with zipfile.ZipFile("other.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    assert run(["explain", "other.zip"]) == 2
    assert "no ticket of pgwhy" in capfd.readouterr().err


@pytest.mark.parametrize("slug", SLUGS)
def test_the_first_reply_has_five_lines_whatever_happened(slug):
    lines = summary(recorded(slug))
    assert [line.label for line in lines] == ["Cause", "Stage", "Target", "When", "Tried"]
    assert all(line.text and "\n" not in line.text and "None" not in line.text for line in lines)


class TestPseudonyms:
    @pytest.fixture
    def made(self, world, folder):
        """Makes a ticket with pseudonyms, and gives its files."""

        def make(name="t.zip", *options):
            line = ["ticket", world.uri(channel_binding=None), "--client", "libpq@13", "--pseudonyms"]
            assert run([*line, "--output", name, *options]) == 1
            return opened(folder / name)

        return make

    def test_no_name_is_in_any_file_in_any_form(self, made):
        everything = "\n".join(made().values())
        assert "ep-pseudonym-" in everything and "us-east-2.aws.neon.tech" in everything
        assert ENDPOINT not in everything
        assert f'"{ROLE}"' not in everything and f"{ROLE}@" not in everything
        assert f'"{DATABASE}"' in everything  # Neon's default: it hides nothing

    def test_the_same_key_gives_the_same_pseudonyms(self, made, folder):
        first, second = (json.loads(made(name)["report.json"])["target"]["host"] for name in ("a.zip", "b.zip"))
        assert first == second
        (folder / "pgwhy-pseudonyms.json").rename(folder / "old.json")
        assert json.loads(made("c.zip")["report.json"])["target"]["host"] != first

    def test_the_key_file_says_what_each_stands_for_and_is_not_in_the_ticket(self, made, folder):
        files = made()
        kept = json.loads((folder / "pgwhy-pseudonyms.json").read_text())
        host = json.loads(files["report.json"])["target"]["host"]["value"]
        assert kept["names"][host].startswith(ENDPOINT)
        assert kept["key"] not in "\n".join(files.values())
        assert stat.S_IMODE((folder / "pgwhy-pseudonyms.json").stat().st_mode) == 0o600

    def test_a_file_that_is_no_key_is_left_as_it_is(self, world, folder, capfd):
        (folder / "key.json").write_text("{}")
        assert run(["ticket", world.uri(), "--pseudonyms", "--key", "key.json"]) == 2
        assert "not a key file" in capfd.readouterr().err
        assert (folder / "key.json").read_text() == "{}"
