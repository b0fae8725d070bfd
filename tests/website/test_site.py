"""The site in a real browser: 200 pasted texts, a ticket that is dropped, every width, and no word to another host."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pgwhy import ticket
from pgwhy.cli import run
from pgwhy.cli.output import write_archive
from pgwhy.engine.reports import all_rules
from pgwhy.redaction import Redactor
from pgwhy.rulebook.conditions import Answer
from tests import parts
from tests.browser import chromium
from tests.report.scenarios import recorded
from website.build import build

ROOT = Path(__file__).parents[2]
PAGES = ("index.html", "ask.html", "causes/wrong-password.html", "rules/startup/endpoint-not-specified.html")
PAGES += ("rules/index.html", "docs/index.html", "docs/drivers.html", "docs/README.html")
WIDTHS = (360, 800, 1600)
TEXTS = 200
ODD = [
    "",
    " ",
    "nothing that anybody knows",
    "\x1b[31mFATAL\x1b[0m: \x00 x",
    "täglich 😀 FATAL: role »x« gibt es nicht",
]
ASK_ALL = """async (texts) => {
    const all = [];
    for (const text of texts) all.push((await pgwhyAsk(text, false)).json);
    return all;
}"""
CHANGES = ("report_id", "started_at", "duration_ms")


class Quiet(SimpleHTTPRequestHandler):
    """A static server, as any host of static pages is."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    for name in ("pyodide", "axe-core"):
        is_there = (ROOT / f".parts/{name}/node_modules/{name}").is_dir()
        parts.permitted("" if is_there else f"the npm package {name} is missing (make parts)")
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


class Visit:
    """The browser at the site, with what it asked for and what its console says."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        page.set_default_timeout(120_000)  # two cores that others use too load Python slowly
        self.console: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda said: self.console.append(said.text) if said.type in ("warning", "error") else None)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.context.on("request", lambda request: self.requests.append(request.url))

    def go(self, name: str) -> None:
        self.page.goto(f"{self.address}/{name}")

    @property
    def elsewhere(self) -> list[str]:
        """Requests to anything but this site."""
        own = (self.address, f"blob:{self.address}", "data:", "about:")
        return [url for url in self.requests if not url.startswith(own)]


@pytest.fixture(scope="module")
def visit(site) -> Iterator[Visit]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with chromium() as browser:
            yield Visit(browser.new_page(), f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


def texts() -> list[str]:
    """Texts of all rules, evenly; and some that are none."""
    every = [
        str(example.given["error"]["message"])
        for rule in all_rules()
        for example in rule.examples
        if example.expect is Answer.YES and example.given.get("error", {}).get("message")
    ]
    step = len(every) / (TEXTS - len(ODD))
    return ODD + [every[int(place * step)] for place in range(TEXTS - len(ODD))]


def told(text: str) -> dict[str, Any]:
    return {key: value for key, value in json.loads(text).items() if key not in CHANGES}


def test_200_texts_give_what_the_command_gives(visit, capfd, tmp_path):
    visit.go("ask.html")
    assert not any("/python/" in url for url in visit.requests)  # loaded only when asked
    given = texts()
    assert len(set(given)) > TEXTS * 0.9
    answers = visit.page.evaluate(ASK_ALL, given)
    file = tmp_path / "error.txt"
    for text, answer in zip(given, answers, strict=True):
        file.write_text(text, encoding="utf-8")
        assert run(["explain", "--json", str(file)]) in (0, 3)
        assert told(answer) == told(capfd.readouterr().out), text


def test_a_text_is_pasted_and_a_ticket_is_dropped(visit, tmp_path):
    page = visit.page
    page.fill("#text", 'FATAL:  password authentication failed for user "alex"')
    page.click("#ask button")
    page.locator("#answer").wait_for()
    assert page.locator("#state").inner_text().startswith("FAILS for your client")
    assert "wrong-password" in page.frame_locator("#report").locator("main, header").first.inner_text()
    assert json.loads(page.locator("#as-json").text_content())["verdict"]["cause"] == "wrong-password"
    report = recorded("lab-no-sni")
    archive = tmp_path / "ticket.zip"
    write_archive(ticket.files(report, (), []), Redactor(), archive)
    drop = """(bytes) => { const data = new DataTransfer(); data.items.add(new File([new Uint8Array(bytes)], "t.zip"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })) }"""
    page.evaluate(drop, list(archive.read_bytes()))
    page.locator("#as-json", has_text="sni-missing").wait_for(state="attached")
    answer = json.loads(page.locator("#as-json").text_content())
    assert (answer["report_id"], answer["verdict"]["cause"]) == (report.report_id, report.verdict.cause)
    page.set_input_files(
        "#file", {"name": "x.json", "mimeType": "text/plain", "buffer": b'{"schema": "pgwhy/report/9"}'}
    )
    page.locator("#state", has_text="upgrade pgwhy").wait_for()
    assert visit.elsewhere == [] and visit.console == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_page_fits_and_can_be_used_by_everybody(visit, scheme):
    axe = (ROOT / ".parts/axe-core/node_modules/axe-core/axe.min.js").read_text("utf-8")
    page = visit.page
    page.emulate_media(color_scheme=scheme)
    for name in PAGES:
        visit.go(name)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        page.evaluate(axe)
        broken = page.evaluate("axe.run().then((found) => found.violations)")
        assert [(one["id"], one["nodes"][0]["html"]) for one in broken] == [], name
    assert visit.elsewhere == [] and visit.console == []


def test_a_search_finds_the_page_of_an_error(visit):
    visit.go("docs/ci.html")
    for words, url in (("endpoint id is not specified", "sni-missing"), ("28P01", "wrong-password")):
        visit.page.fill("#search", words)
        visit.page.locator("#found a").first.wait_for()
        found = visit.page.locator("#found a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        assert any(url in one for one in found[:6]), found
    visit.page.fill("#search", "qqqqq")
    visit.page.locator("#found p").wait_for()


def test_every_link_of_the_site_leads_somewhere(site):
    missing = [
        (str(file.relative_to(site)), address)
        for file in site.rglob("*.html")
        for address in re.findall(r'(?:href|src)="([^"#:]+)(?:#[^"]*)?"', file.read_text("utf-8"))
        if not (file.parent / address).resolve().exists()
    ]
    assert missing == []
