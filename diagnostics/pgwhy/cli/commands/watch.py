"""`pgwhy watch`: targets examined again and again, and what changes."""

from __future__ import annotations

from typing import Any

import click

from pgwhy.cli import options as shared


@click.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@shared.targets_file()
@click.option(
    "--every",
    type=shared.Seconds(min=1, unit=True),
    default="30s",
    show_default=True,
    metavar="TIME",
    help="How often each is examined: 30s, 5m.",
)
@click.option("--rounds", type=click.IntRange(min=1), metavar="N", help="End after so many rounds [default: Ctrl-C].")
@click.option("--webhook", metavar="URL", help="Post each event there; env:NAME or @FILE keeps its token secret.")
@click.option("--login", is_flag=True, help="Also log in; without it no password is sent, and no compute is woken.")
@shared.client("Client to check for [default: what each target implies].")
@shared.timeout()
@shared.rules()
@click.option("--place", default="", metavar="NAME", help="Name of this place [default: this machine's name].")
@shared.format(("text", "jsonl"))
def command(**chosen: Any) -> int:
    """Examine each TARGET again and again, and report when it fails, fails in another way, or works again.

    Each event is a line. Other events: one dead address of several, flapping, slow logins, cold starts. Ctrl-C, or the
    end of --rounds, prints the summary: outages, how it failed, and the time of each stage as a histogram.

    Exit status: that of `pgwhy check` for the target that is worst at the end, and 130 after Ctrl-C.
    """
    from pgwhy.cli.actions import watch as action

    return action.run(**chosen)
