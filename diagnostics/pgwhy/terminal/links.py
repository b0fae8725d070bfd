"""Links that a terminal opens: OSC 8, https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda.

A terminal that does not know them shows the text alone, or rubbish. So they are written only where a variable of the
environment says which terminal it is, or where the user asks for them (`FORCE_HYPERLINK`, https://force-hyperlink.org).
"""

from __future__ import annotations

from collections.abc import Mapping

_OPEN, _CLOSE = "\x1b]8;;", "\x1b\\"
_PROGRAMS = frozenset(("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal"))
"""Values of TERM_PROGRAM."""
_TERMS = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty", "wezterm", "contour")
"""Beginnings of TERM."""
_OWN_VARIABLES = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM")
_VTE = 5001
"""VERSION 0.50.1: 0.50.0 crashes on a link."""


def linked(text: str, address: str) -> str:
    """The text as a link. The address is one that `report.link` accepts: it holds no control character."""
    return f"{_OPEN}{address}{_CLOSE}{text}{_OPEN}{_CLOSE}"


def understood(environment: Mapping[str, str], is_terminal: bool) -> bool:
    """Standard output is a terminal that shows links, or the user says so."""
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0")
    if not is_terminal or environment.get("TMUX") or environment.get("STY") or environment.get("CI"):
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM") in _PROGRAMS
        or environment.get("TERM", "").startswith(_TERMS)
        or any(environment.get(name) for name in _OWN_VARIABLES)
        or (vte.isdecimal() and int(vte) >= _VTE)
    )
