"""What a file of somebody else's may not do: block, fill the memory, forge a page, or write where it likes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from pgwhy.cli import run
from pgwhy.facts import Vocabulary
from pgwhy.foreign.archive import Damaged, member
from pgwhy.probes import VOCABULARY
from pgwhy.report import document, markdown, saved
from pgwhy.report.document import NotAReport
from pgwhy.report.html import page as html_page
from tests.foreign.mutants import REPORTS, places

A_HANG_S = 60
LOGIN_ERROR = 'FATAL:  password authentication failed for user "alex"'
FOLDER = Path(__file__).parents[2] / "fixtures" / "scenarios"
WITH_FIXES = FOLDER / "sni-missing-elsewhere" / "seen.json"


def loaded(file: Path = WITH_FIXES) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))


def read(told: dict, vocabulary: Vocabulary = VOCABULARY):
    return saved.read(json.dumps(told), vocabulary)


def changed(path: tuple, value: object, told: dict | None = None) -> dict:
    told = told or loaded()
    holder = told
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return told


# One strict decoder.


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("findings", 0, "fixes", 0, "id"), 5, "findings[0].fixes[0].id is a number where a text is expected"),
        (("findings", 0, "evidence"), {}, "findings[0].evidence is an object where a list is expected"),
        (("verdict", "summary"), None, "verdict.summary is null where a text is expected"),
        (("verdict", "status"), "splendid", "verdict.status is 'splendid', and this pgwhy knows only connects"),
        (("duration_ms",), "long", "duration_ms is a text where a number is expected"),
        (("duration_ms",), True, "duration_ms is true or false where a number is expected"),
        (("started_at",), "<img src=x>", "started_at is '<img src=x>' where a time such as"),
        (("started_at",), "2026-02-30T00:00:00Z", "where a time such as"),
        (("report_id",), "x/../../y", "report_id is 'x/../../y', which is not a short id"),
        (("report_id",), "x" * 65, "which is not a short id"),
        (("report_id",), "7f3c91\n", "which is not a short id"),
        (("findings", 0, "references", 0), "javascript:alert(1)", "[0] is 'javascript:alert(1)', which is not"),
        (("findings", 0, "references", 0), "https://a b", "which is not an http or https address"),
        (("observations", "tls", "chain"), 5, "observations.tls.chain is a number where a list is expected"),
        (("observations", "tls", "chain", 0, "names"), [5], "observations.tls.chain[0].names[0] is a number"),
        (("observations", "tls"), [], "observations.tls is a list where an object is expected"),
        (("observations", "newer"), "x", "observations.newer is a text where an object is expected"),
        (("target", "host"), "h", "target.host is a text where an object is expected"),
        (("target", "host", "overrode"), [5], "target.host.overrode[0] is a number where an object is expected"),
        (("timeline", 0, "end_ms"), 2**65, "a number that is too large at timeline[0].end_ms"),
        (("ignored",), [7], "ignored[0] is a number where an object is expected"),
        (("waited",), {"for": 1}, "waited.for is a number where a list is expected"),
        (("project",), {"drivers": [{}]}, "project.drivers[0].driver is missing"),
        (("findings", 0, "title"), "x" * 300_000, "a text of more than 250,000 characters at findings[0].title"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_path(path, value, sentence) -> None:
    with pytest.raises(NotAReport) as refusal:
        read(changed(path, value))
    assert sentence in str(refusal.value)


def test_no_value_of_another_kind_is_a_mistake_of_ours(capfd, tmp_path) -> None:
    """At each place but the facts, which the mutants change."""
    told = loaded()
    file = tmp_path / "report.json"
    every = [path for path in places(told) if path[0] != "observations"]
    for number, path in enumerate(every):
        for value in ((5, "x", [1], {"a": 1}, None)[number % 5],):
            file.write_text(json.dumps(changed(path, value, loaded())))
            assert run(["explain", str(file), "--format", "json"]) in (0, 1, 2, 3), (path, value)
    capfd.readouterr()


@pytest.mark.parametrize(
    "text",
    [
        '{"schema": "pgwhy/report/1", "duration_ms": ' + "9" * 5000 + "}",
        '{"schema": "pgwhy/report/1", "duration_ms": NaN}',
        '{"schema": "pgwhy/report/1", "duration_ms": -Infinity}',
        '{"schema": "pgwhy/report/1", "duration_ms": 1e999}',
        '{"schema": "pgwhy/report/1", "x": ' + "[" * 60 + "]" * 60 + "}",
        '{"schema": "pgwhy/report/1", "x": ' + '{"a":' * 100_000,
        '{"schema": "pgwhy/report/1", "x": [' + "[]," * 300_000 + "[]]}",
        '{"schema": "pgwhy/report/1", "tool": {"name"',
        json.dumps({"schema": "pgwhy/report/\x1b[31m"}),
    ],
    ids=range(9),
)
def test_json_is_read_with_a_bound_on_everything(text, capfd, tmp_path) -> None:
    file = tmp_path / "report.json"
    file.write_text(text)
    assert run(["explain", str(file)]) == 2
    told = capfd.readouterr().err
    assert "report.json: this" in told.replace("\n", " ") and "\x1b" not in told


def test_keys_are_cleaned_as_values_are_at_every_depth() -> None:
    evil = "\x1b[31mred\x1b]8;;http://evil\x07\u202e\0"
    told = loaded()
    told[evil] = {evil: [{evil: evil}]}
    told["target"][evil] = {"value": evil, "source": evil, "overrode": []}
    told["findings"][0]["fixes"][0]["change"] = {evil: {evil: evil}}
    told["observations"][evil] = {evil: evil}
    told["observations"]["tls"][evil] = evil
    out = document.to_text(read(told))
    assert all(f"\\u{ord(c):04x}" not in out and c not in out for c in "\x1b\u202e\0\x07")


def test_a_word_of_a_newer_version_among_the_facts_is_kept_and_not_judged() -> None:
    report = read(changed(("observations", "tls", "trust"), "notarised"))
    assert report.observations.get("tls.trust") is None
    assert document.to_json(report)["observations"]["tls"]["trust"] == "notarised"


# Pages.


def evil_report():
    """Everything that is free text is HTML, and formats Markdown."""
    evil = "<img src=x onerror=alert(1)> [click](javascript:alert(1)) ![](http://evil/x) **b** `c` @root </details>"
    told = loaded()
    for part in (told["verdict"], *told["findings"], *told["findings"][0]["fixes"]):
        for key in ("summary", "title", "because", "steps", "caution", "edit", "connection_string", "here", "note"):
            if key in part:
                part[key] = evil
    told["tool"]["version"] = told["verdict"]["rule"] = told["findings"][0]["rule"] = evil
    told["target"][evil] = {"value": evil, "source": evil, "overrode": []}
    told["observations"]["error"] = {"message": evil, "origin": "reported"}
    return read(told)


def test_foreign_texts_are_inert_in_markdown() -> None:
    from pgwhy import ticket

    report = evil_report()
    for text in (markdown.page(report), ticket.as_markdown(report, (), ())):
        shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
        assert "<img" not in shown and 'href="javascript' not in shown and "<strong>b</strong>" not in shown
        assert shown.count("</details>") == 1


def test_foreign_texts_are_inert_in_html() -> None:
    shown = html_page(evil_report())
    assert "<img" not in shown and 'href="javascript' not in shown


def test_a_reference_of_a_foreign_rule_is_no_link_unless_it_leads_to_the_web() -> None:
    from dataclasses import replace

    report = read(loaded())
    report = replace(
        report, findings=(replace(report.findings[0], references=("javascript:alert(1)", "https://a/>x")),)
    )
    assert 'href="javascript' not in html_page(report)
    assert "<javascript" not in markdown.page(report) and "<https://a" not in markdown.page(report)


def test_a_ticket_is_written_in_its_folder_only(capfd, tmp_path, monkeypatch) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    (tmp_path / "r.json").write_text(json.dumps(changed(("report_id",), "x/../../y")))
    assert run(["ticket", str(tmp_path / "r.json")]) == 2
    assert [path.name for path in tmp_path.rglob("*.zip")] == []


# Archives.


def zipped(names: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, attributes: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in names.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.external_attr = method, attributes
            archive.writestr(entry, content)
    return out.getvalue()


WHOLE = zipped({"report.json": WITH_FIXES.read_bytes(), "ticket.md": b"x"})


def encrypted() -> bytes:
    raw = bytearray(WHOLE)
    raw[6] |= 1
    raw[raw.rindex(b"PK\x01\x02", 0, raw.rindex(b"PK\x01\x02")) + 8] |= 1
    return bytes(raw)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (WHOLE[:300], "it is damaged"),
        (WHOLE[:100] + b"\0\0\0\0" + WHOLE[104:], "it is damaged"),
        (b"PK\x03\x04", "it is damaged"),
        (encrypted(), "is encrypted"),
        (zipped({"report.json": b"{}"}, zipfile.ZIP_LZMA), "compressed in a way"),
        (zipped({"x": b""}), "no report.json is in it"),
        (zipped({"report.json": b" " * 9_000_000}), "larger than 8 MB"),
        (zipped({"report.json": b"{}", "x": b" " * 21_000_000}), "larger than 20 MB"),
        (zipped({"report.json": b"{}"} | {f"{n}": b"" for n in range(1001)}), "more than 1000 files"),
        (zipped({"report.json": b"{}", "../x": b""}), "a name that leaves its folder"),
        (zipped({"report.json": b"{}", "/x": b""}), "a name that leaves its folder"),
        (zipped({"report.json": b"{}", "C:x": b""}), "a name that leaves its folder"),
        (zipped({"report.json": b"x"}, attributes=0o120777 << 16), "holds a link"),
    ],
    ids=range(13),
)
def test_an_archive_that_is_no_ticket_is_refused_with_a_sentence(content, sentence, capfd, tmp_path) -> None:
    with pytest.raises(Damaged, match=sentence):
        member(content, "report.json", 8_000_000)
    (tmp_path / "t.zip").write_bytes(content)
    good = str(REPORTS[0])
    for line in (
        ["explain", str(tmp_path / "t.zip")],
        ["diff", good, str(tmp_path / "t.zip")],
        ["ticket", str(tmp_path / "t.zip")],
    ):
        assert run(line) == 2
        assert "t.zip: this .zip is no ticket" in " ".join(capfd.readouterr().err.split())


def test_a_damaged_file_does_not_keep_a_folder_from_being_read(capfd, tmp_path) -> None:
    (tmp_path / "a.log").write_text(LOGIN_ERROR)
    (tmp_path / "b.zip").write_bytes(WHOLE[:100] + b"\0\0\0\0" + WHOLE[104:])
    (tmp_path / "c.json").write_text(json.dumps(changed(("observations", "dns", "outcome"), 5)))
    (tmp_path / "d.zip").write_bytes(WHOLE)
    (tmp_path / "zero").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "fifo")
    assert run(["explain", str(tmp_path)]) == 3
    out = " ".join(capfd.readouterr().out.split())
    assert "1 wrong-password" in out and "1 sni-missing" in out and out.startswith("6 files, 2 causes, 4 not read ")
    assert "b.zip: this .zip is no ticket of pgwhy that can be read: it is damaged" in out
    assert "observations.dns.outcome is a number where a text is expected" in out
    assert "zero: it is a device" in out and "fifo: it is a FIFO" in out


# Files without an end, and files that nobody writes to.


def pgwhy(*line: str, environment: dict[str, str] | None = None, stdin: Path | None = None):
    with (stdin or Path(os.devnull)).open("rb") as source:
        return subprocess.run(
            [sys.executable, "-m", "pgwhy", *line],
            env={**os.environ, **(environment or {})},
            stdin=source,
            capture_output=True,
            text=True,
            timeout=A_HANG_S,
            check=False,
        )


@pytest.mark.parametrize("kind", ["device", "fifo", "large"])
@pytest.mark.parametrize(
    ("line", "status"),
    [
        (["diff", "FILE", "FILE"], 2),
        (["ticket", "FILE", "--stdout"], 2),
        (["rules", "example", "FILE"], 2),
        (["--error", "@FILE", "@FILE", "--no-login"], 2),
        (["@FILE", "--no-login"], 1),
        (["anatomy", "@FILE"], 1),
        (["checklist", "--answers", "FILE"], 2),
        (["checklist", "--baseline", "FILE"], 2),
        (["ticket", "--pseudonyms", "--key", "FILE", str(WITH_FIXES), "--stdout"], 2),
    ],
    ids=range(9),
)
def test_a_file_that_is_none_ends_with_a_sentence(line, status, kind, capfd, tmp_path) -> None:
    file = Path("/dev/zero") if kind == "device" else tmp_path / kind
    if kind == "fifo":
        os.mkfifo(file)
    elif kind == "large":
        with file.open("wb") as out:
            out.truncate(10**11)
    if kind == "large" and "--error" in line:
        return  # of a large log the ends are read
    assert run([word.replace("FILE", str(file)) for word in line]) == status
    told = capfd.readouterr()
    said = " ".join((told.out + told.err).split())
    assert any(words in said for words in ("is a device", "is a FIFO", "is larger than", "cannot be read"))


@pytest.mark.parametrize("kind", ["device", "fifo"])
@pytest.mark.parametrize("variable", ["PGSERVICEFILE", "PGPASSFILE", "HISTFILE", "SSL_CERT_FILE"])
def test_a_file_that_a_variable_names_ends_in_a_diagnosis(variable, kind, tmp_path) -> None:
    file = Path("/dev/zero") if kind == "device" else tmp_path / "fifo"
    if kind == "fifo":
        os.mkfifo(file, 0o600)
    line = ["service=x", "-v"] if variable == "PGSERVICEFILE" else ["postgresql://u@127.0.0.1:1/d"]
    ran = pgwhy(*(["checklist"] if variable == "HISTFILE" else []), *line, environment={variable: str(file)})
    assert ran.returncode == 1, ran.stderr
    if variable == "PGSERVICEFILE":
        assert "not a regular file" in " ".join(ran.stdout.split())


def test_standard_input_without_an_end_is_refused() -> None:
    ran = pgwhy("explain", "-", stdin=Path("/dev/zero"))
    assert ran.returncode == 2 and "standard input cannot be read: it is larger than 20 MB" in ran.stderr
    ran = pgwhy("-", "--no-login", stdin=Path("/dev/zero"))
    assert ran.returncode == 1 and not ran.stderr


def test_of_a_large_log_the_ends_are_read(tmp_path) -> None:
    file = tmp_path / "app.log"
    with file.open("wb") as out:
        out.write(b"starting\n")
        out.seek(10**9)
        out.write(b"\n" + LOGIN_ERROR.encode())
    ran = pgwhy("explain", str(file))
    assert ran.returncode == 0 and "password" in ran.stdout
    assert "app.log has 1 GB: its first 1 MB and its last 1 MB are read." in ran.stderr


def test_a_log_that_powershell_wrote_is_read(capfd, tmp_path) -> None:
    (tmp_path / "app.log").write_bytes(LOGIN_ERROR.encode("utf-16"))
    assert run(["explain", str(tmp_path / "app.log"), "--format", "json"]) == 0
    assert json.loads(capfd.readouterr().out)["verdict"]["cause"] == "wrong-password"


def test_a_batch_passes_over_a_line_of_any_length(tmp_path) -> None:
    file = tmp_path / "lines"
    with file.open("wb") as out:
        out.seek(300_000_000)
        out.write(b'\n{"id": 18446744073709551615, "text": "' + LOGIN_ERROR.replace('"', "").encode() + b'"}\n')
        out.write(b'{"id": ' + b"[" * 200 + b"]" * 200 + b', "text": "x"}\n{"id": NaN, "text": "x"}\n')
    ran = pgwhy("explain", "--batch", str(file))
    first, second, third, fourth = map(json.loads, ran.stdout.splitlines())
    assert ran.returncode == 1 and first["error"] == "line 1 is longer than 4 MB"
    assert second["id"] == 2**64 - 1 and second["cause"] == "wrong-password"
    assert third["error"].startswith("line 3 is nested") and fourth["error"].startswith("line 4 is not JSON")


def test_a_batch_without_an_end_of_its_line_ends() -> None:
    from pgwhy.engine import batch
    from pgwhy.redaction import Redactor

    with Path("/dev/zero").open("rb") as endless:
        found = list(batch.answers(batch.lines(endless), rulebook=None, redactor=Redactor()))  # type: ignore[arg-type]  # it is not asked
    assert [each["error"] for each in found] == ["line 1 has no end after 2 GB: nothing after it is read"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("url.txt", "postgresql://u:p@h:" + "9" * 5000 + "/d"),
        ("database.yml", "production:\n  host: h\n  database: d\n  port: " + "0" * 5000 + "5432\n"),
        ("index.js", "new Client({ host: 'h\\u{FFFFFFFF}', port: " + "9" * 5000 + " })"),
    ],
)
@pytest.mark.parametrize("line", [["anatomy"], ["snippets"], ["--no-login", "--timeout", "1"]], ids=range(3))
def test_a_number_of_any_length_is_no_mistake_of_ours(name, text, line, capfd, tmp_path) -> None:
    (tmp_path / name).write_text(text)
    assert run([*line, f"@{tmp_path / name}"]) in (0, 1)
    capfd.readouterr()


@pytest.mark.parametrize("mode", ["require", "verify-full"])
@pytest.mark.parametrize("name", ["sslrootcert", "sslcert"])
def test_a_certificate_that_is_a_fifo_ends_in_a_diagnosis(name, mode, world, tmp_path) -> None:
    os.mkfifo(tmp_path / "fifo")
    target = world.uri(sslmode=mode, **{name: str(tmp_path / "fifo")})
    ran = pgwhy("--timeout", "5", "--format", "json", target, environment={"HOME": str(tmp_path)})
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "it is a FIFO, not a regular file" in ran.stdout


def test_a_snippet_holds_no_escape_out_of_a_foreign_file(capfd, tmp_path) -> None:
    import base64

    url = base64.b64encode(b"postgresql://u:p@h/d?application_name=\x1b[31mred\x01").decode()
    (tmp_path / "secret.yaml").write_text(f"kind: Secret\ndata:\n  DATABASE_URL: {url}\n")
    assert run(["snippets", f"@{tmp_path / 'secret.yaml'}", "--for", "psql"]) in (0, 1)
    told = capfd.readouterr()
    assert "\x1b" not in told.out + told.err and "\x01" not in told.out + told.err
