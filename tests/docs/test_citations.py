"""What a comment, a docstring or a page cites is in the repository: the file, its section, the number of a gotcha."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("diagnostics", "tests", "benchmarks", "rules", "docs", "fixtures/README.md")
NEON = "docs/neon.md"
_PAGE = re.compile(r"(?<![\w/.-])(docs/[\w/-]+\.md)(?:, (?:\"([^\"]+)\"|(\d(?:\.\d)?(?: (?:and|to) \d(?:\.\d)?)?)\b))?")
_GOTCHA = re.compile(r"\bG-\d+\b")
_ELSEWHERE = re.compile(r"\bDESIGN\b|\bknowledge[/:]|(?<![\w/])(?:neon|causes|lab)\.md")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")


def cited(text: str) -> Iterator[str]:
    """What is wrong with the citations of a text."""
    for page, heading, numbers in _PAGE.findall(text):
        if not (ROOT / page).is_file():
            yield f"{page} does not exist"
            continue
        headings = _headings(page)
        if heading and heading not in headings:
            yield f'{page} has no section "{heading}"'
        for number in re.findall(r"\d(?:\.\d)?", numbers):
            if not any(re.match(rf"{re.escape(number)}\.? ", each) for each in headings):
                yield f"{page} has no section {number}"
    known = set(_GOTCHA.findall((ROOT / NEON).read_text("utf-8").partition("## 5. ")[2]))
    yield from (f"{NEON} has no {number}" for number in sorted(set(_GOTCHA.findall(text)) - known))
    yield from (f"{found[0]} is not in the repository" for found in _ELSEWHERE.finditer(text))


def _headings(page: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)


def _anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _texts(*endings: str) -> dict[str, str]:
    """The files of the repository with these endings, by path; this one has dead citations on purpose."""
    files = (path for name in FOLDERS for path in ([ROOT / name] if "." in name else (ROOT / name).rglob("*")))
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in (*files, *ROOT.glob("*.md"), *ROOT.glob("*.toml"), ROOT / "Makefile")
        if (path.suffix in endings or path.name in endings) and path != Path(__file__)
    }


def test_every_citation_leads_somewhere() -> None:
    texts = _texts(".py", ".md", ".toml", "Makefile")
    assert len(texts) > 500
    assert {path: wrong for path, text in texts.items() if (wrong := list(cited(text)))} == {}


def test_every_link_of_a_page_leads_to_a_file_and_a_heading() -> None:
    dead = []
    for path, text in _texts(".md").items():
        for link in _LINK.findall(_CODE.sub("", text)):
            file, _, anchor = unquote(link).partition("#")
            where = ((ROOT / path).parent / file).resolve() if file else ROOT / path
            if not where.exists():
                dead.append((path, link))
            elif anchor and where.suffix == ".md" and where.parent.name != "rules":  # tests/authoring has those
                headings = _headings(where.relative_to(ROOT).as_posix())
                dead += [] if anchor in map(_anchor, headings) else [(path, link)]
    assert dead == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("docs/neon.md, 3.2 and 3.3", []),
        ('docs/design.md, "Contracts"', []),
        ("docs/neon.md, G-9", []),
        ("https://neon.com/docs/connect.md", []),
        ("docs/neon.md, 9.9", ["docs/neon.md has no section 9.9"]),
        ('docs/design.md, "Plans"', ['docs/design.md has no section "Plans"']),
        ("docs/nowhere.md", ["docs/nowhere.md does not exist"]),
        ("G-99", ["docs/neon.md has no G-99"]),
        ("DESIGN part 6", ["DESIGN is not in the repository"]),
        ("see neon.md 2.2", ["neon.md is not in the repository"]),
    ],
)
def test_a_dead_citation_is_found(text: str, wrong: list[str]) -> None:
    assert list(cited(text)) == wrong
