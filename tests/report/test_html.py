"""The HTML page in a real browser: what it says, how it lies, what it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pgwhy.redaction.texts import with_texts
from pgwhy.report.html import page
from tests import sampling
from tests.browser import Shown, shown
from tests.report.scenarios import SLUGS, recorded

CONTRAST = (Path(__file__).parents[1] / "contrast.js").read_text(encoding="utf-8")
LOOKED_AT = ("lab-no-sni", "lab-wrong-password", "healthy-neon", "healthy-local", "silent-server", "unknown-text")
OVERFLOW = """() => [...document.querySelectorAll("body *")]
    .filter(e => !e.closest("svg, .aside, .jump") && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => `${e.tagName} ${e.className}`)"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.html"


def look(browser: Any, file: Path, slug: str, width: int = 1400, scheme: str = "light") -> Any:
    file.write_text(page(recorded(slug)), encoding="utf-8")
    return shown(browser, file, width, scheme)


@pytest.fixture
def no_sni(browser: Any, file: Path) -> Iterator[Shown]:
    with look(browser, file, "lab-no-sni") as seen:
        yield seen


@pytest.mark.sampled(by=lambda slug: {recorded(slug).verdict.status, recorded(slug).verdict.stage})
@pytest.mark.parametrize("slug", SLUGS)
def test_the_page_is_quiet_alone_and_fits(browser, file, slug):
    """No message on the console, no request but for the file, no part wider than the window, narrow or wide."""
    with look(browser, file, slug) as seen:
        for width in (1400, 400, 320):
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.evaluate("() => document.querySelectorAll('details').forEach(part => part.open = true)")
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            assert seen.page.evaluate(OVERFLOW) == []
        assert seen.console == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [file.as_uri()]


@pytest.mark.sampled(by=sampling.each("scheme"))
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("slug", LOOKED_AT)
def test_every_text_can_be_read(browser, file, slug, scheme):
    """WCAG 2.2: 4.5 to 1 for text (1.4.3), 3 to 1 for what is drawn (1.4.11), of the colours really computed."""
    with look(browser, file, slug, scheme=scheme) as seen:
        measured = seen.page.evaluate(CONTRAST)
    assert len(measured) > 10
    assert [one for one in measured if one["ratio"] < one["least"]] == []


def test_the_verdict_comes_first_then_the_way_the_evidence_and_the_fixes(no_sni):
    headings = no_sni.page.locator("h1, h2").all_inner_texts()
    assert headings[0].startswith("FAILS in libpq 13: it names no endpoint")
    assert headings[1:] == [
        "How far it gets", "Where the time goes", "Why", "What to do", "Certificate chain", "Everything that was seen",
    ]  # fmt: skip
    assert no_sni.page.title() == headings[0]


def test_a_fix_says_what_became_of_it_and_its_line_can_be_copied(browser, file):
    with look(browser, file, "lab-no-sni") as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        fix = seen.page.locator(".fixes > li.confirmed")
        assert "confirmed: failed before, logged in with it (14 ms)" in fix.inner_text()
        fix.get_by_role("button").click()
        seen.page.get_by_role("status").get_by_text("Copied").wait_for(timeout=5000)
        pasted = seen.page.evaluate("navigator.clipboard.readText()")
        assert pasted == "&options=endpoint%3Dep-cool-darkness-a1b2c3d4"


def test_where_the_clipboard_is_refused_the_line_is_selected(no_sni):
    no_sni.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    no_sni.page.get_by_role("button", name="Copy the line of fix 2").click()
    no_sni.page.get_by_role("status").get_by_text("Selected").wait_for(timeout=5000)
    assert no_sni.page.evaluate("String(getSelection())").strip() == "&options=endpoint%3Dep-cool-darkness-a1b2c3d4"


def test_bars_lie_where_their_times_say(no_sni):
    """Each bar of the picture against the span of the report that it stands for."""
    report = recorded("lab-no-sni")
    whole = max(span.end_ms for span in report.timeline)
    spans = sorted(report.timeline, key=lambda span: (span.start_ms, -span.end_ms))
    boxes = no_sni.page.evaluate(
        """() => [...document.querySelectorAll(".waterfall tbody tr")].map(row => {
            const all = row.querySelector("svg").getBoundingClientRect();
            const bar = row.querySelector(".bar").getBoundingClientRect();
            return [(bar.left - all.left) / all.width, bar.width / all.width];
        })"""
    )
    assert len(boxes) == len(spans)
    for span, (left, width) in zip(spans, boxes, strict=True):
        assert left == pytest.approx(span.start_ms / whole, abs=0.01)
        assert width == pytest.approx((span.end_ms - span.start_ms) / whole, abs=0.01)


def test_the_waterfall_says_where_it_stopped_and_what_the_network_takes_at_least(no_sni):
    stopped = no_sni.page.locator(".waterfall tr.stopped")
    assert "login, sslmode=require failed" in " ".join(stopped.inner_text().split())
    assert no_sni.page.locator(".waterfall .stop").count() > 0
    assert no_sni.page.locator(".waterfall tbody .floor").count() > 3
    assert "One round trip to the server takes 6 ms" in no_sni.page.locator("main").inner_text()
    assert "Up to 5 of these ran side by side" in no_sni.page.locator("main").inner_text()


def test_the_keyboard_reaches_everything_that_can_be_used(no_sni):
    usable = (
        "() => [...document.querySelectorAll('a, button, summary, pre[tabindex]')].filter(e => e.checkVisibility())"
    )
    focused = f"(() => ({usable})().indexOf(document.activeElement))()"
    reached = []
    for _ in range(no_sni.page.evaluate(f"({usable})().length")):
        no_sni.page.keyboard.press("Tab")
        reached.append(no_sni.page.evaluate(focused))
        assert no_sni.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached == list(range(len(reached))) and len(reached) > 15


def test_the_first_key_leads_to_what_to_do(no_sni):
    no_sni.page.keyboard.press("Tab")
    no_sni.page.keyboard.press("Enter")
    assert no_sni.page.url.endswith("#do")


def test_a_screen_reader_hears_a_table_with_its_headings(no_sni):
    told = no_sni.page.locator("main").aria_snapshot()
    assert 'heading "Where the time goes" [level=2]' in told
    assert 'columnheader "Step"' in told and 'rowheader "tcp 127.0.0.1:41513"' in told
    assert "from 3 ms on" in told
    assert "(the client was stopped here)" in told
    assert 'button "Copy the line of fix 2"' in told


def test_on_paper_nothing_is_folded_away_and_it_is_light(browser, file):
    with look(browser, file, "lab-no-sni", scheme="dark") as seen:
        seen.page.emulate_media(media="print", color_scheme="dark")
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert seen.page.locator("details:not([open])").count() == 0
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not seen.page.locator("button").first.is_visible()
        assert seen.page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "<img src=//evil.example/x>", '"><style>*{display:none}</style>', "{{ 7*7 }}"],
)
def test_what_a_server_says_is_only_text(browser, file, hostile):
    report = with_texts(recorded("lab-wrong-password"), lambda text: f"{text} {hostile}" if " " in text else text)
    file.write_text(page(report), encoding="utf-8")
    with shown(browser, file, 1400) as seen:
        assert hostile in seen.page.locator("body").inner_text()
        assert seen.console == [] and len([u for u in seen.requests if not u.startswith("data:")]) == 1
        assert seen.page.locator("script").count() == 1 and seen.page.locator("img").count() == 0


def test_even_what_got_in_can_do_nothing(browser, file):
    """The policy holds back a script, a style and a picture that are not the page's own."""
    injected = "<script>document.title='x'</script><img src='https://evil.example/x'><style>h1{display:none}</style>"
    file.write_text(page(recorded("lab-no-sni")).replace("</main>", injected + "</main>"), encoding="utf-8")
    with shown(browser, file, 1400) as seen:
        assert seen.page.title().startswith("FAILS")
        assert seen.page.locator("h1").is_visible()
        assert len(seen.console) == 3 and all("Content Security Policy" in text for text in seen.console)


def test_without_scripts_everything_is_there_but_the_buttons(browser, file):
    file.write_text(page(recorded("lab-no-sni")), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    try:
        tab = context.new_page()
        tab.goto(file.as_uri())
        assert "&options=endpoint%3Dep-cool-darkness-a1b2c3d4" in tab.locator("main").inner_text()
        assert tab.get_by_role("button").count() == 0
    finally:
        context.close()
