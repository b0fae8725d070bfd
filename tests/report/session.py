"""The session at the top of the README: recorded from a real run, and drawn as an SVG that moves.

`python -m tests.report.session` records it again: a broken `.env` on the lab's Postgres, psql, and pgwhy. What each
command printed and how long it took is kept in `fixtures/session.json`; `make pages` draws that.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path
from typing import NamedTuple

from pgwhy.lab.world import World
from tests.report.pictures import BAR, CELL, LINE, MARGIN, SIZE, row, window

RECORDING = Path(__file__).parents[2] / "fixtures" / "session.json"
COMMANDS = ('psql "$DATABASE_URL"', "pgwhy", "pgwhy fix --write --yes", "pgwhy && npm start")
READING_S = (2.0, 6.0, 4.5, 3.5)
"""How long each output stays: a person has to read it."""
TYPED_PER_S = 22
STILL = 1
"""The scene for readers who want nothing to move."""


class Scene(NamedTuple):
    """One command: what was typed, what it printed, with escapes, and how long it took."""

    typed: str
    printed: str
    seconds: float


def record() -> list[Scene]:
    """Run the commands as a person would, in a folder with a `.env` that asks for no TLS."""
    with World.running() as world, tempfile.TemporaryDirectory() as place:
        uri = world.uri(sslmode="disable", channel_binding=None)
        folder = Path(place) / "shop"
        folder.mkdir()
        (folder / ".env").write_text(f"DATABASE_URL='{uri}'\n", encoding="utf-8")
        tools = folder.parent / "bin"
        tools.mkdir()
        (tools / "npm").write_text("#!/bin/sh\necho; echo '> shop@1.0.0 start'; echo 'listening on :3000'\n")
        (tools / "npm").chmod(0o755)
        path = os.pathsep.join((str(tools), str(Path(sys.executable).parent), os.environ["PATH"]))
        here = {"PATH": path, "HOME": str(folder.parent), "LANG": "C.UTF-8", "FORCE_COLOR": "1", "COLUMNS": "80"}
        return [_run(command, folder, here) for command in COMMANDS]


def _run(command: str, folder: Path, environment: dict[str, str]) -> Scene:
    begin = time.monotonic()
    shell = f"set -a; . ./.env; set +a; {command}" if command.startswith("psql") else command
    done = subprocess.run(
        ["sh", "-c", shell], cwd=folder, env=environment, stdout=-1, stderr=subprocess.STDOUT, stdin=-3, timeout=60
    )
    return Scene(command, done.stdout.decode().rstrip("\n"), round(time.monotonic() - begin, 2))


def recorded() -> list[Scene]:
    """The session that is kept."""
    return [Scene(**each) for each in json.loads(RECORDING.read_text(encoding="utf-8"))]


def drawn(scenes: list[Scene]) -> str:
    """The session as SVG: each command is typed, runs as long as it ran, and its output stays to be read."""
    starts, now = [], 0.5
    for scene, stays in zip(scenes, READING_S, strict=True):
        starts.append(now)
        now += len(scene.typed) / TYPED_PER_S + scene.seconds + stays
    rows = max(len(_rows(scene)) for scene in scenes) + 1
    width, height = round(80 * CELL + 2 * MARGIN), BAR + LINE * rows + MARGIN
    style, groups = [], []
    for number, scene in enumerate(scenes):
        begin, end = starts[number], starts[number + 1] if number + 1 < len(scenes) else now
        typed = begin + len(scene.typed) / TYPED_PER_S
        style += [
            _shown(f"s{number}", begin, end, now),
            _shown(f"o{number}", typed + scene.seconds, end, now),
            f"@keyframes t{number} {{ 0%, {_at(begin, now)} {{ transform: scaleX(1) }}"
            f" {_at(typed, now)}, 100% {{ transform: scaleX(0) }} }}",
            *(f".{kind}{number} {{ animation-name: {kind}{number} }}" for kind in "sot"),
        ]
        lines = "\n".join(row(text, BAR + LINE * (place + 1.75)) for place, text in enumerate(_rows(scene)))
        cover = (
            f'<rect class="t t{number}" x="{MARGIN + 2 * CELL - 2:.1f}" y="{BAR}" height="{LINE}" fill="#1d1c1b"'
            f' width="{len(scene.typed) * CELL + 4:.1f}"/>'
        )
        prompt = row(f"\x1b[2m$\x1b[0m {scene.typed}", BAR + LINE * 0.75)
        groups.append(f'<g class="s s{number}">\n{prompt}\n{cover}\n<g class="s o{number}">\n{lines}\n</g>\n</g>')
    words = "; then ".join(scene.typed for scene in scenes)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">
<title id="t">A session: {escape(words)}</title>
<desc id="d">psql fails, pgwhy names the cause and confirms a fix, writes it, and the connection works.</desc>
<style>
.s {{ visibility: hidden; animation: {now:.2f}s step-end infinite }}
.t {{ transform: scaleX(0); transform-box: fill-box; transform-origin: right; animation: {now:.2f}s linear infinite }}
{chr(10).join(style)}
@media (prefers-reduced-motion: reduce) {{
  .s, .t {{ animation: none }}
  .s{STILL}, .o{STILL} {{ visibility: visible }}
}}
</style>
{window(width, height)}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="{SIZE}" \
fill="#e6e4df" xml:space="preserve">
{chr(10).join(groups)}
</g>
</svg>
"""


def _rows(scene: Scene) -> list[str]:
    """The lines as a terminal of 80 columns shows them; only a line without escapes is longer than that."""
    lines = scene.printed.expandtabs(8).split("\n")
    return [part for each in lines for part in ([each] if "\x1b" in each else re.findall(".{1,80}", each) or [""])]


def _shown(name: str, begin: float, end: float, whole: float) -> str:
    steps = f"0% {{ visibility: hidden }} {_at(begin, whole)} {{ visibility: visible }}"
    return f"@keyframes {name} {{ {steps} {_at(end, whole)}, 100% {{ visibility: hidden }} }}"


def _at(moment: float, whole: float) -> str:
    return f"{min(100.0, 100 * moment / whole):.2f}%"


if __name__ == "__main__":
    told = [scene._asdict() for scene in record()]
    RECORDING.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
