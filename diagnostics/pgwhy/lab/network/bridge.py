"""A wire with delay and loss: it carries frames between two network interfaces, as a process of its own.

`tc netem` does the same and is not in every kernel. The interfaces are the far ends of two veth pairs, so the process
sits between client and server (`namespace.Namespace(link=Link(40))` sets it up):

    python -m pgwhy.lab.network.bridge ONE OTHER --round-trip-ms 40 --loss-percent 30 --seed 7

It prints `ready` once frames pass, and ends when its standard input is closed. Needs CAP_NET_RAW, so a network
namespace of our own.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

# From <linux/if_packet.h> and <linux/if_ether.h>; Python has no names for these.
_SOL_PACKET, _PACKET_VNET_HDR = 263, 15
_ETH_P_ALL, _PACKET_OUTGOING = 3, 4
# A frame may be a whole TCP burst that the kernel has not cut up yet: 64 KiB, its Ethernet and its virtio header.
_MAX_FRAME = 65_536 + 14 + 10


@dataclass(frozen=True)
class Link:
    """How far apart client and server are."""

    round_trip_ms: float = 0.0
    loss_percent: float = 0.0
    """The share of frames that vanish, below 50, each way for itself; the `seed` decides which. Never two in a row:
    which connection a long gap meets depends on how busy the machine is, and a fault has one answer."""
    seed: int = 1

    def arguments(self) -> tuple[str, ...]:
        """These as the options of the command."""
        return (
            f"--round-trip-ms={self.round_trip_ms}",
            f"--loss-percent={self.loss_percent}",
            f"--seed={self.seed}",
        )


def carry(one: str, other: str, link: Link) -> None:
    """Pass frames both ways between the interfaces of these names, until standard input is closed."""
    ends = (_open(one), _open(other))
    far = dict(zip(ends, ends[::-1], strict=True))
    # One for each way, so that what gets lost does not depend on who speaks first.
    lost = {end: _losses(link, way) for way, end in enumerate(ends)}
    under_way: deque[tuple[float, socket.socket, bytes]] = deque()
    print("ready", flush=True)
    while True:
        wait_s = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
        ready, _, _ = select.select([sys.stdin, *ends], [], [], wait_s)
        if sys.stdin in ready and not os.read(sys.stdin.fileno(), 4096):
            return
        for end in ends:
            if end in ready and (frame := _receive(end)) and not next(lost[end]):
                under_way.append((time.monotonic() + link.round_trip_ms / 2000, far[end], frame))
        while under_way and under_way[0][0] <= time.monotonic():
            _, goal, frame = under_way.popleft()
            _send(goal, frame)


def _losses(link: Link, way: int) -> Iterator[bool]:
    """Of each frame of one way, whether it vanishes."""
    chance, share = random.Random(f"{link.seed} {way}"), link.loss_percent / 100
    after_one_that_arrived = share / (1 - share)
    vanishes = False
    while True:
        vanishes = not vanishes and chance.random() < after_one_that_arrived
        yield vanishes


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m pgwhy.lab.network.bridge", description=__doc__.splitlines()[0])
    parser.add_argument("one")
    parser.add_argument("other")
    parser.add_argument("--round-trip-ms", type=float, default=0.0)
    parser.add_argument("--loss-percent", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    link = Link(given.round_trip_ms, given.loss_percent, given.seed)
    carry(given.one, given.other, link)


def _open(interface: str) -> socket.socket:
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    # With the virtio header the kernel tells us which checksums and segment sizes are still owed, and we tell it back:
    # otherwise the receiver would drop every frame whose checksum a network card should have filled in.
    end.setsockopt(_SOL_PACKET, _PACKET_VNET_HDR, 1)
    end.bind((interface, 0))
    return end


def _receive(end: socket.socket) -> bytes:
    """The next frame; empty for one that we sent ourselves."""
    frame, (_, _, kind, *_) = end.recvfrom(_MAX_FRAME)
    return b"" if kind == _PACKET_OUTGOING else frame


def _send(end: socket.socket, frame: bytes) -> None:
    try:
        end.send(frame)
    except OSError:
        # An interface that goes down, or a full queue: frames get lost on wires.
        return


if __name__ == "__main__":
    main(sys.argv[1:])
