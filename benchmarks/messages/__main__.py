"""Which of a program's messages the catalogue reads: `python -m benchmarks.messages [--unread] [PROGRAM...]`.

Each program of `programs/<program>.toml` is fetched from its registry, its connection code is searched for every
string that it can raise, and docs/messages.md is written again for the programs that were named (no name: for all).
`--unread` prints what the catalogue does not know; exit status 1 says that there is something.
"""

from __future__ import annotations

import sys

from benchmarks.messages import report
from benchmarks.messages.fetch import NotToBeHad, cache
from benchmarks.messages.programs import PROGRAMS, measured


def main(arguments: list[str]) -> int:
    """See the module's docstring."""
    shown = "--unread" in arguments
    named = [each for each in arguments if not each.startswith("-")] or PROGRAMS
    unread = False
    for program in named:
        figures = []
        for release in measured(program, cache()):
            if isinstance(release, NotToBeHad):
                print(f"{program} {release.version}: cannot be had here: {release}", file=sys.stderr)
            else:
                unread |= bool(release.unread)
                print(f"{program} {release.version}: {len(release.read)} of {release.counted} read", file=sys.stderr)
                if shown:
                    for text, path in sorted(release.unread.items(), key=lambda each: (each[1], each[0])):
                        print(f"{path}\t{text}")
            figures.append(release)
        report.write(program, figures)
    return int(unread)


sys.exit(main(sys.argv[1:]))
