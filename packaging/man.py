"""`python packaging/man.py FOLDER`: the man pages of pgwhy and its commands, made from their help by click-man."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from click_man.core import write_man_pages

from pgwhy import __version__
from pgwhy.cli.group import PROGRAM, SHELLS, group, script

COMPLETIONS = {
    "bash": "bash-completion/completions/pgwhy",
    "zsh": "zsh/site-functions/_pgwhy",
    "fish": "fish/vendor_completions.d/pgwhy.fish",
}
"""Below `share`, where distributions have them."""


def main() -> None:
    """Write pages and completions below a folder `share`."""
    share = Path(sys.argv[1])
    pages = share / "man" / "man1"
    pages.mkdir(parents=True, exist_ok=True)
    # https://reproducible-builds.org/specs/source-date-epoch
    built = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or datetime.now(UTC).timestamp(), UTC)
    everything = group()
    context = click.Context(everything)
    for name in everything.list_commands(context):
        everything.add_command(everything.get_command(context, name), name)
    write_man_pages(PROGRAM, everything, version=__version__, target_dir=str(pages), date=f"{built:%Y-%m-%d}")
    for shell in SHELLS:
        file = share / COMPLETIONS[shell]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(script(shell), encoding="utf-8")


main()
