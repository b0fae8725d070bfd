"""Five faults and a healthy run in a real browser: a picture of each, and nothing wrong with any.

The pictures are in build/pictures, so that whoever looks after CI can look at them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.report import html
from tests import sampling
from tests.browser import shown
from tests.report.scenarios import recorded

BUILD = Path(__file__).parents[2] / "build" / "pictures"
RUNS = {
    "lab-no-sni": "FAILS in libpq 13",
    "lab-wrong-password": "FAILS at the login",
    "lab-plaintext": "FAILS",
    "lab-option-contradicts-host": "FAILS",
    "certificate-not-trusted": "FAILS at TLS",
    "lab-healthy-sni": "CONNECTS in",
}
CONTRAST = (Path(__file__).parents[1] / "contrast.js").read_text(encoding="utf-8")


@pytest.mark.sampled(by=sampling.each("width", "scheme"))
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("slug", RUNS)
def test_the_page_of_a_real_run(browser, slug, width, scheme, tmp_path):
    BUILD.mkdir(parents=True, exist_ok=True)
    file = tmp_path / "report.html"
    file.write_text(html.page(recorded(slug)), encoding="utf-8")
    with shown(browser, file, width, scheme) as seen:
        picture = seen.page.screenshot(path=str(BUILD / f"{slug}-{width}-{scheme}.png"), full_page=True)
        assert picture.startswith(b"\x89PNG") and len(picture) > 20_000
        assert seen.page.locator("h1").inner_text().startswith(RUNS[slug])
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert [one for one in seen.page.evaluate(CONTRAST) if one["ratio"] < one["least"]] == []
        assert seen.console == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [file.as_uri()]
