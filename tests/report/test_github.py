"""What the runner of GitHub Actions makes of our output, after its own rules (actions/runner, ActionCommand)."""

import re

import pytest

from pgwhy.redaction.texts import with_texts
from pgwhy.report.github import ANNOTATIONS, page
from pgwhy.report.text import page as text_page
from tests.report.scenarios import SLUGS, recorded


def run(output: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    """The annotations (level, title, message) and the lines of the log that are no commands."""
    annotations, log, token = [], [], ""
    for line in output.splitlines():
        found = re.fullmatch(r"::([\w-]+|[0-9a-f]{64})(?: (.*?))?::(.*)", line)
        if token:
            if found and found[1] == token:
                token = ""
            else:
                log.append(line)
        elif found and found[1] == "stop-commands":
            token = found[3]
        elif found and found[1] in ("error", "warning", "notice"):
            properties = dict(part.split("=", 1) for part in (found[2] or "").split(","))
            annotations.append((found[1], unescaped(properties["title"]), unescaped(found[3])))
        elif not found:
            log.append(line)
    return annotations, log


def unescaped(text: str) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


@pytest.mark.parametrize("slug", SLUGS)
def test_the_answer_is_an_annotation_and_the_page_is_in_the_log(slug):
    report = recorded(slug)
    annotations, log = run(page(report))
    level, title, message = annotations[0]
    words = {"FAILS": "error", "CONNECTS": "notice", "REACHABLE": "notice", "CAUSE NOT FOUND": "warning"}
    assert [level] == [kind for word, kind in words.items() if title.startswith(word)]
    assert message
    assert log == text_page(report, 100, verbose=True).rstrip("\n").splitlines()


def test_findings_that_are_no_failure_are_annotations_of_their_own():
    report = recorded("healthy-local")
    annotations, _ = run(page(report))
    assert [level for level, _, _ in annotations] == ["notice", "warning", "notice"]
    assert {f.rule for f in report.findings} == {title.rpartition("(")[2][:-1] for _, title, _ in annotations[1:]}


def test_no_more_than_github_shows():
    report = recorded("crowded")
    many = [f for f in report.findings if f.severity != "error"] * 20
    annotations, _ = run(page(type(report)(**{**vars(report), "findings": (report.findings[0], *many)})))
    for kind in ("warning", "notice"):
        assert sum(level == kind for level, _, _ in annotations) <= ANNOTATIONS


@pytest.mark.parametrize("hostile", ["\n::error title=x::pwned", "%0A::error::x", "a,b=c::d", "\r\n::stop-commands::x"])
def test_what_a_server_says_is_never_a_command(hostile):
    report = with_texts(recorded("lab-wrong-password"), lambda text: f"{text}{hostile}" if " " in text else text)
    annotations, _ = run(page(report))
    assert len(annotations) == 1 + sum(f.severity != "error" for f in report.findings)
    assert not [title for _, title, _ in annotations if title == "x"]
