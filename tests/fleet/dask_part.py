"""A part of a Dask cluster as a process: `python dask_part.py scheduler HOST [tls]` or `worker ADDRESS NAME`.

Its first line of output is its address, and it ends with its standard input.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from typing import Any

import psutil
from distributed import Scheduler, Worker

# Dask counts the files of its own process in /proc, where a namespace of the lab has another one under that number. An
# ordinary user may not look at it.
psutil.Process.num_fds = lambda self: 0  # type: ignore[method-assign]


async def main(kind: str, where: str, name: str = "") -> None:
    made: dict[str, Any] = {"dashboard": False}
    part = (
        Scheduler(host=where, port=0, protocol=name or "tcp", dashboard_address=None, **made)
        if kind == "scheduler"
        else Worker(where, nthreads=1, name=name, **made)
    )
    async with part:
        print(part.address, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        with suppress(Exception):
            await asyncio.wait_for(part.close(), 2)


asyncio.run(main(*sys.argv[1:]))
os._exit(0)
