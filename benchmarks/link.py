"""A slow link on this machine: what runs at its far end reaches a port of ours with a round trip of 40 ms.

    with link(port) as far:
        subprocess.run([*far.prefix, "psql", f"host={far.address} port={far.port} ..."])

The far end is a network namespace of its own, so that every packet is late, those of TCP's handshake included. A pair
of veth interfaces joins it to a second namespace, and a program between the two (AF_PACKET, because `tc netem` is not
in every kernel) holds each frame back for half a round trip. The listening socket of the second namespace is handed to
this process, which passes connections on to the port on loopback. Needs Linux, and root or unprivileged user
namespaces. Elsewhere a relay delays the bytes alone (`handshake_delayed` is then false): a figure from it is some 40 ms
too good for every client alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADDRESS = "10.77.0.2"
_FAR_ADDRESS = "10.77.0.1"
_SOL_PACKET, _PACKET_VNET_HDR = 263, 15
_MAX_FRAME = 1 << 17
_BRIDGE_ENDS_S = 5.0


@dataclass(frozen=True)
class Link:
    """Where the far end finds the port, and how to run a command there."""

    address: str
    port: int
    prefix: tuple[str, ...]
    """What to put before a command, so that it runs at the far end. Costs about 1 ms."""
    handshake_delayed: bool


@contextlib.contextmanager
def link(target_port: int, rtt_ms: float = 40.0) -> Iterator[Link]:
    """Lead to 127.0.0.1:`target_port` over a round trip of `rtt_ms`, as long as the context lasts."""
    if _namespaces_permitted():
        with _between_namespaces(target_port, rtt_ms) as far:
            yield far
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        with _relay(listener, target_port, delay_s=rtt_ms / 2000):
            yield Link("127.0.0.1", listener.getsockname()[1], (), handshake_delayed=False)


def _namespaces_permitted() -> bool:
    if sys.platform != "linux" or not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        return False
    return subprocess.run(["unshare", "-Urn", "true"], capture_output=True).returncode == 0


@contextlib.contextmanager
def _between_namespaces(target_port: int, rtt_ms: float) -> Iterator[Link]:
    ours, theirs = socket.socketpair()
    with ours:
        command = ["unshare", "-Urn", sys.executable, __file__, str(theirs.fileno()), str(rtt_ms)]
        bridge = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        theirs.close()
        try:
            message, descriptors, _, _ = socket.recv_fds(ours, 64, 1)
            if not descriptors:
                raise RuntimeError("the bridge between the namespaces did not start")
            listener = socket.socket(fileno=descriptors[0])
            prefix = ("nsenter", "--preserve-credentials", "-U", "-n", "-t", message.decode())
            with _relay(listener, target_port):
                yield Link(ADDRESS, listener.getsockname()[1], prefix, handshake_delayed=True)
        finally:
            _end_bridge(bridge, ours)


def _end_bridge(bridge: subprocess.Popen[bytes], ours: socket.socket) -> None:
    """The bridge ends with its end of the pair, or is ended: what it started ends with it."""
    with contextlib.suppress(OSError):  # It may have gone before.
        ours.shutdown(socket.SHUT_RDWR)
    try:
        bridge.wait(timeout=_BRIDGE_ENDS_S)
    except subprocess.TimeoutExpired:
        bridge.kill()
        bridge.wait()


@contextlib.contextmanager
def _relay(listener: socket.socket, target_port: int, delay_s: float = 0.0) -> Iterator[None]:
    """Pass connections on, every chunk `delay_s` after it came, in a thread of its own."""
    loop = asyncio.new_event_loop()
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", target_port)
        writers.extend((writer, to_writer))
        with contextlib.suppress(OSError):
            await asyncio.gather(_pass(reader, to_writer, delay_s), _pass(to_reader, writer, delay_s))

    server = loop.run_until_complete(asyncio.start_server(serve, sock=listener))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(_end(writers))
        loop.close()


async def _end(writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        writer.transport.abort()
    if passing := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(passing, timeout=5)
    await asyncio.sleep(0)  # A transport closes its socket in the next round of the loop.


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    """Chunks do not wait for each other: the next one is read while the last one is on its way."""
    loop = asyncio.get_running_loop()
    while data := await reader.read(65_536):
        if delay_s:
            loop.call_later(delay_s, writer.write, data)
        else:
            writer.write(data)
    await asyncio.sleep(delay_s)
    writer.close()


# What follows runs in the second namespace, as a process of its own: `python link.py DESCRIPTOR RTT_MS`.


def _bridge(parent: socket.socket, rtt_ms: float) -> None:
    """Join the far namespace to this one, hand the listener over, and move frames until the parent is gone."""
    far = subprocess.Popen(["unshare", "-n", "cat"], stdin=subprocess.PIPE)  # `cat` ends with its standard input.
    own = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{far.pid}/ns/net").readlink() == own:
        time.sleep(0.001)
    macs = ("02:00:00:00:00:01", "02:00:00:00:00:02")
    for end, mac, address in zip(("far", "near"), macs, (_FAR_ADDRESS, ADDRESS), strict=True):
        _ip("link", "add", end, "address", mac, "type", "veth", "peer", "name", f"{end}-port")
        _ip("link", "set", f"{end}-port", "up")
        if end == "far":
            _ip("link", "set", end, "netns", str(far.pid))
        inside = ["nsenter", "-n", "-t", str(far.pid)] if end == "far" else []
        other = int(end == "far")
        _ip("link", "set", "lo", "up", inside=inside)
        _ip("address", "add", f"{address}/24", "dev", end, inside=inside)
        _ip("link", "set", end, "up", inside=inside)
        # No ARP: it would cost the first connection a round trip more than all others.
        neighbour = (_FAR_ADDRESS, ADDRESS)[other]
        _ip("neighbour", "add", neighbour, "lladdr", macs[other], "dev", end, "nud", "permanent", inside=inside)
    ports = [_frames(f"{end}-port") for end in ("far", "near")]
    listener = socket.create_server((ADDRESS, 0), backlog=128)
    socket.send_fds(parent, [str(far.pid).encode()], [listener.fileno()])
    listener.close()
    try:
        _move(ports[0], ports[1], parent, rtt_ms / 2000)
    finally:
        far.communicate()


def _frames(interface: str) -> socket.socket:
    """Everything that leaves at an interface. With the header that says what checksums the kernel left open."""
    every_protocol = 3
    frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every_protocol))
    frames.setsockopt(_SOL_PACKET, _PACKET_VNET_HDR, 1)
    frames.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    frames.bind((interface, every_protocol))
    return frames


def _move(one: socket.socket, other: socket.socket, parent: socket.socket, delay_s: float) -> None:
    waiting: deque[tuple[float, socket.socket, bytes]] = deque()
    with selectors.DefaultSelector() as selector:
        for readable in (one, other, parent):
            selector.register(readable, selectors.EVENT_READ)
        while True:
            due = waiting[0][0] - time.monotonic() if waiting else None
            for key, _ in selector.select(None if due is None else max(0.0, due)):
                if key.fileobj is parent:
                    return
                source = one if key.fileobj is one else other
                frame, address = source.recvfrom(_MAX_FRAME)
                if address[2] != socket.PACKET_OUTGOING:
                    waiting.append((time.monotonic() + delay_s, other if source is one else one, frame))
            while waiting and waiting[0][0] <= time.monotonic():
                _, goal, frame = waiting.popleft()
                with contextlib.suppress(OSError):  # A frame that the interface does not take is lost, as on a link.
                    goal.send(frame)


def _ip(*arguments: str, inside: list[str] | None = None) -> None:
    subprocess.run([*(inside or []), "ip", *arguments], check=True)


if __name__ == "__main__":
    _bridge(socket.socket(fileno=int(sys.argv[1])), float(sys.argv[2]))
