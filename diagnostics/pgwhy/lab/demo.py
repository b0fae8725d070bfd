"""The demonstration: a world on this machine, broken in four ways, each diagnosed as any connection would be."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pgwhy.finding import Report
from pgwhy.lab.faults import faults, trial
from pgwhy.lab.postgres.installation import PostgresError, find_installation
from pgwhy.lab.world import World
from pgwhy.report.text import page
from pgwhy.terminal.style import in_ascii

FAULTS = ("no-sni", "plaintext", "wrong-password", "option-contradicts-host")
_RULE = "-" * 72 + "\n"


def main(
    write: Callable[[str], object] = sys.stdout.write, width: int = 80, unicode: bool = True, colour: bool = False
) -> int:
    """Show it. Returns 0 if every diagnosis found what was broken, 1 if one did not, 130 after Ctrl-C."""

    def say(text: str) -> None:
        write(text if unicode else in_ascii(text))

    try:
        installation = find_installation()
        say(f"Starting Postgres {installation.version} on this machine, behind a gateway like Neon's ...\n")
        with World.running(installation) as world:
            return _show(world, say, lambda report: page(report, width, unicode, colour))
    except PostgresError as error:
        say(f"The demo cannot run: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _show(world: World, say: Callable[[str], None], paged: Callable[[Report], str]) -> int:
    found = confirmed = 0
    for number, slug in enumerate(FAULTS, start=1):
        fault = faults.load(slug)
        say(f"\n{_RULE}{number} of {len(FAULTS)}: {fault.title}\n")
        tried = trial.run(fault, world)
        say(f"$ {tried.command}\n\n{paged(tried.report)}")
        if tried.report.extra.get("interrupted"):
            return 130
        found += not tried.mistakes
        confirmed += len(tried.confirmed)
    say(f"\n{_RULE}{found} of {len(FAULTS)} causes found, {confirmed} fixes confirmed on a real Postgres.\n")
    say("Your own connection:  pgwhy env:DATABASE_URL\nThis lab, with your own client:  pgwhy lab up no-sni\n")
    return 0 if found == len(FAULTS) else 1
