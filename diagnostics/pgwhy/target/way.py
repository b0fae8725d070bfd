"""Where the client spoken for connects: to the hosts of the target, or to port 443 in their place.

Source: the serverless driver's defaults, `fetchEndpoint` and `wsProxy` (docs/neon.md, 3.7 and 3.8). It ignores the port
and `hostaddr`.
"""

from __future__ import annotations

from pgwhy.client import Way
from pgwhy.target.model import Host, Setting, Target
from pgwhy.values import replace

PORT = 443


def reached(target: Target, way: Way) -> Target:
    """The target with the host and port to which the client connects."""
    if hosts(target, way) == target.hosts:
        return target
    (host,) = hosts(target, way)
    own = target.settings["host"]
    port = Setting(str(host.port), own.source)
    return target.with_settings(host=replace(own, value=host.name), port=port, hostaddr=None)


def hosts(target: Target, way: Way) -> tuple[Host, ...]:
    """The hosts in the order in which the client tries them. Where the target names none there is nothing to replace.

    For `Way.HTTP` the first label gives way to `api`, whatever it is.
    """
    given = target.hosts
    if not way.over_443 or not given or not given[0].name or given[0].is_socket("linux"):
        return given
    name = given[0].name
    if way is Way.HTTP:
        first, dot, rest = name.partition(".")
        name = f"api.{rest}" if first and dot else name
    return (Host(name, PORT),)
