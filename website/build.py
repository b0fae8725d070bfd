"""Writes the site into a folder: pages, search index, styles and scripts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2

from pgwhy import __version__
from pgwhy.engine.reports import all_rules
from pgwhy.progress import Stage
from pgwhy.report import html
from website import bundle, knowledge, prose
from website.knowledge import CausePage, RulePage

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).parent
DOCS = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "fixtures/README.md",
    "benchmarks/RESULTS.md",
    "docs/*.md",
    "docs/providers/*.md",
)
"""The Markdown files that have a page; docs/rules is what the pages of the rules are."""
SITE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)


def ask_policy() -> str:
    """Of the page that runs the rulebook. Its worker inherits it, so not even Python in it can reach another host; the
    report that it shows has a style of its own."""
    return (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
        f"style-src 'self' '{html.style_digest()}'; img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def build(folder: Path) -> int:
    """Everything, in place of what is there; how many pages were made. Raises `bundle.MissingPart`."""
    made = Site(folder)
    made.start()
    made.write_all()
    bundle.put(folder / "python")
    return made.pages


class Site:
    """A site that is being made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"prose": prose.of_rule}
        self._index: list[dict[str, str]] = []
        self.pages = 0

    def start(self) -> None:
        """An empty folder with styles and scripts."""
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(HERE / "static", self._folder)
        shutil.copytree(ROOT / "docs/pictures", self._folder / "docs/pictures")
        (self._folder / "page.css").write_text(html.style(), encoding="utf-8")

    def write_all(self) -> None:
        """Every page, and then the index of them."""
        rulebook = all_rules()
        rules = knowledge.rule_pages(rulebook)
        causes = knowledge.cause_pages(rulebook, rules)
        for page in causes:
            self._cause(page)
        for rule in rules:
            self._rule(rule)
        stages = [(stage, [page for page in causes if page.cause.about.stage is stage]) for stage in Stage]
        stages = [(stage, pages) for stage, pages in stages if pages]
        documents = sorted(self._documents())
        self._write("index.html", "index.html", "pgwhy: why does this Postgres connection fail?", stages=stages)
        by_stage = [(stage, [page for page in rules if page.rule.stage is stage]) for stage in Stage]
        self._write("rules/index.html", "rules.html", "All rules", stages=[each for each in by_stage if each[1]])
        self._write("docs/index.html", "docs.html", "Documentation", documents=documents)
        self._write("ask.html", "ask.html", "Paste your error", policy=ask_policy())
        (self._folder / "search.json").write_text(json.dumps(self._index, ensure_ascii=False), encoding="utf-8")

    def _cause(self, page: CausePage) -> None:
        about = page.cause.about
        self._write(page.url, "cause.html", f"{page.cause.value}: {about.meaning}", page=page, about=about)
        codes = " ".join(code for each in page.rules for code in each.codes)
        self._find("cause", page.url, f"{page.cause.value}: {about.meaning}", " ".join((codes, *page.texts)))

    def _rule(self, page: RulePage) -> None:
        cause = page.rule.cause
        self._write(page.url, "rule.html", page.manual.title, page=page, cause_url=cause and knowledge.cause_url(cause))
        texts = " ".join((*page.codes, *page.examples, *(each.text for each in page.messages)))
        self._find("rule", page.url, page.manual.title, f"{page.rule.id} {cause or ''} {texts}")

    def _documents(self) -> Iterator[tuple[str, str]]:
        for pattern in DOCS:
            for file in sorted(ROOT.glob(pattern)):
                source = PurePosixPath(file.relative_to(ROOT).as_posix())
                text, url = file.read_text(encoding="utf-8"), document_url(source)
                assert url is not None
                title = prose.title_of(text)
                content = prose.of_page(text, source, document_url)
                self._write(url, "document.html", title, content=content)
                self._find("page", url, title, text)
                yield title, url

    def _write(self, url: str, template: str, title: str, **values: Any) -> None:
        top = os.path.relpath(".", PurePosixPath(url).parent) if "/" in url else "."
        values = {"policy": SITE_POLICY, "top": top, "title": title, "version": __version__, **values}
        file = self._folder / url
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self._templates.get_template(template).render(**values), encoding="utf-8")
        self.pages += 1

    def _find(self, kind: str, url: str, title: str, words: str) -> None:
        self._index.append({"kind": kind, "url": url, "title": title, "words": " ".join(words.split()).lower()[:6000]})


def document_url(source: PurePosixPath) -> str | None:
    """The page of a file of the repository, from the top of the site; `None` if it has none."""
    name = str(source)
    if name.startswith("docs/pictures/"):
        return name
    if name.startswith(("docs/rules", "rules/README")):
        return "rules/index.html"
    if not any(source.match(pattern) and len(source.parts) == pattern.count("/") + 1 for pattern in DOCS):
        return None
    page = source.with_suffix(".html")
    return str(page if page.parts[0] == "docs" else "docs" / page)
