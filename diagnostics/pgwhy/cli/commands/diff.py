"""`pgwhy diff A B`: it works here and not there; where two runs part, and why."""

from __future__ import annotations

from pathlib import Path

import click

from pgwhy.cli import options


@click.command()
@options.format(["text", "json"])
@options.output()
@options.verbose("Show every difference, including those that do not count.")
@click.argument("a", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("b", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(a: Path, b: Path, format_: str, output: Path | None, verbose: bool) -> int:
    """Compare two runs and show where they diverge: it works on my laptop, but not in CI.

    A and B are reports (`pgwhy --format json --output FILE`) or tickets (`pgwhy ticket`). Exit status 1 if the runs end
    differently, 0 if they do not.
    """
    from pgwhy.cli.actions import diff as action

    return action.run(a, b, format_, output, verbose)
