"""The pictures of the README, drawn from recorded runs of fixtures/scenarios.

`docs/pictures/*.svg` is the page in a terminal, character by character as it is printed: `make pages` draws it.
`docs/pictures/*.png` is the HTML page in Chromium: `make pictures` takes it, and `test_screenshots.py` takes it again,
into `build/pictures`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from pgwhy.report import html
from pgwhy.report import text as terminal
from pgwhy.terminal.width import columns
from tests.browser import chromium, shown
from tests.report.scenarios import recorded

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
TERMINALS = {
    "terminal-fails": ("lab-no-sni", "pgwhy env:PGWHY_TARGET --client libpq@13"),
    "terminal-connects": ("healthy-neon", "pgwhy"),
}
"""Picture → the scenario, and what was typed."""
BROWSERS = {
    "browser-fails": ("lab-no-sni", 1000, 1180, "light"),
    "browser-dark": ("lab-wrong-password", 1000, 1180, "dark"),
    "browser-narrow": ("lab-healthy-sni", 400, 1180, "light"),
}
"""Picture → the scenario, width and height in pixels, and the scheme."""

CELL, LINE, SIZE, MARGIN, BAR = 8.4, 20, 14, 20, 36
"""Pixels: of a column, a row, the letters, the space around, and the window's top."""
COLOURS = {"32": "#7fd69b", "1;31": "#ff8f85", "33": "#f0c46c", "1": "#ffffff", "2": "#9a958c", "36": "#8ab8ff"}
"""SGR code of `report.style` → colour."""
_PAINTED = re.compile(r"\x1b\[([\d;]*)m(.*?)\x1b\[0m|([^\x1b]+)")


def drawn(scenario: str, typed: str) -> str:
    """The page of a scenario in a terminal of 80 columns, as SVG; nothing is loaded from anywhere."""
    page = terminal.page(recorded(scenario), 80, colour=True)
    rows = [f"\x1b[2m$\x1b[0m {typed}", *page.rstrip("\n").split("\n")]
    width = round(80 * CELL + 2 * MARGIN)
    height = BAR + LINE * len(rows) + MARGIN
    texts = "\n".join(row(each, BAR + LINE * (number + 0.75)) for number, each in enumerate(rows))
    plain = "\n".join(re.sub(r"\x1b\[[\d;]*m", "", row) for row in rows)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">
<title id="t">{escape(plain.splitlines()[1])}</title>
<desc id="d">{escape(plain)}</desc>
{window(width, height)}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="{SIZE}" \
fill="#e6e4df" xml:space="preserve">
{texts}
</g>
</svg>
"""


def window(width: int, height: int) -> str:
    """The ground of a terminal's window, and its three buttons."""
    dots = "".join(f'<circle cx="{MARGIN + 18 * n}" cy="18" r="5.5" fill="#4a4743"/>' for n in range(3))
    return f'<rect width="{width}" height="{height}" rx="8" fill="#1d1c1b"/>\n{dots}'


def row(painted: str, y: float) -> str:
    """One line of text; each piece is held to its columns, whatever font the reader has."""
    return "".join(
        f'<text x="{MARGIN + column * CELL:.1f}" y="{y:.1f}" textLength="{columns(text) * CELL:.1f}"'
        f' lengthAdjust="spacingAndGlyphs"{style}>{escape(text)}</text>'
        for column, text, style in _pieces(painted)
    )


def _pieces(row: str) -> Iterator[tuple[int, str, str]]:
    column = 0
    for match in _PAINTED.finditer(row):
        text = match[2] if match[3] is None else match[3]
        code = match[1] or ""
        style = f' fill="{COLOURS[code]}"' if code else ""
        style += ' font-weight="700"' if code.startswith("1") else ""
        # Pieces at a gap of several spaces are placed on their own: a stretched space moves what follows it.
        for part in re.finditer(r"\S+(?: \S+)*", text):
            yield column + columns(text[: part.start()]), part[0], style
        column += columns(text)


def taken(browser: Any, scenario: str, width: int, height: int, scheme: str, to: Path) -> None:
    """The upper part of the HTML page of a scenario, as PNG."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(html.page(recorded(scenario)), encoding="utf-8")
        with shown(browser, file, width, scheme) as seen:
            seen.page.set_viewport_size({"width": width, "height": height})
            seen.page.screenshot(path=str(to))


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, (scenario, width, height, scheme) in BROWSERS.items():
            taken(browser, scenario, width, height, scheme, FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
