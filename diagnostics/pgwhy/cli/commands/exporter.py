"""`pgwhy exporter`: numbers for Prometheus."""

from __future__ import annotations

from typing import Any

import click

from pgwhy.cli import options as shared


@click.command()
@shared.targets_file("The targets by name, in a list as `pgwhy fleet` reads it.", required=True)
@click.option(
    "--listen",
    default="127.0.0.1:9784",
    show_default=True,
    metavar="HOST:PORT",
    help="Where to answer; [::1]:PORT for IPv6.",
)
@click.option("--textfile", type=shared.FILE, metavar="FILE", help="Write a .prom file for node_exporter, and end.")
@click.option("--login", is_flag=True, help="Also log in; without it no password is sent, and no compute is woken.")
@shared.client("Client to check for [default: what each target implies].")
@shared.timeout()
@shared.rules()
def command(**chosen: Any) -> int:
    """Answer Prometheus: does a target work, and if not, at which stage and by which cause.

    Prometheus asks for /probe?target=NAME, as it asks blackbox_exporter. A name stands for a line of --targets, so no
    secret is in a URL. The file is read again when it changes. Needs: pip install 'pgwhy[metrics]'.
    """
    from pgwhy.cli.actions import exporter as action

    return action.run(**chosen)
