"""A real headless Chromium, which tells what a page did: messages of its console, and requests that it made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import parts

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass
class Shown:
    """A page in the browser."""

    page: Any
    """Playwright's."""
    console: list[str] = field(default_factory=list)
    """Warnings, errors and exceptions."""
    requests: list[str] = field(default_factory=list)
    """Addresses of everything that was asked for, the page itself included."""


@contextmanager
def chromium() -> Iterator[Any]:
    """The machine's Chromium, with a profile of its own; a skip where there is none (in CI: a failure)."""
    program = shutil.which("chromium")
    parts.permitted("" if program else "no Chromium on this machine (make parts installs one)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))  # a new --user-data-dir
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def shown(browser: Any, file: Path, width: int, scheme: str = "light") -> Iterator[Shown]:
    """The file from the disk in a window so many pixels wide, in the `light` or the `dark` scheme."""
    # A tab starts a process: all share one, as far as they leave nothing behind in it.
    context = browser.contexts[0] if browser.contexts else browser.new_context()
    page = context.pages[0] if context.pages else context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media="screen", color_scheme=scheme)
    seen = Shown(page)
    listeners = {
        "console": lambda said: seen.console.append(said.text) if said.type in ("warning", "error") else None,
        "pageerror": lambda error: seen.console.append(str(error)),
        "request": lambda request: seen.requests.append(request.url),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        page.goto(file.as_uri())
        yield seen
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        page.goto("about:blank")
        context.clear_permissions()
