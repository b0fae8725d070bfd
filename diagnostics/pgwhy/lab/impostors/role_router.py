"""A service that finds your server by the role's name, as Azure's Single Server did: `role@server`.

A role without the part behind the @ is refused, in that service's words; with it the connection goes on to the server
`behind`, which knows the role without it.
"""

from __future__ import annotations

import socket
import struct

from pgwhy.lab.authority import Leaf
from pgwhy.lab.impostors.middlebox import splice
from pgwhy.lab.sockets.door import Address, Behaviour, exactly
from pgwhy.lab.sockets.manners import agree_to_tls, encrypt, farewell
from pgwhy.network import wire

REFUSAL = {
    "S": "FATAL",
    "V": "FATAL",
    "C": "28000",
    "M": "Invalid Username specified. Please check the Username and retry connection. "
    "The Username should be in <username@hostname> format.",
}


def routes_by_role(leaf: Leaf, behind: Address) -> Behaviour:
    """What such a service, with this certificate, does with one connection, for a `Door`."""
    context = leaf.context()

    def behave(connection: socket.socket) -> None:
        agree_to_tls(connection)
        with encrypt(connection, context) as client:
            (length,) = struct.unpack("!i", exactly(client, 4))
            if not 8 <= length <= wire.MAX_STARTUP_BYTES:
                raise wire.WireError("no start-up packet")
            asked = wire.read_startup(exactly(client, length - 4))
            role, routed, _ = asked.parameters.get("user", "").rpartition("@")
            if not routed:
                return farewell(client, wire.error_response(REFUSAL))
            with socket.create_connection((behind.host, behind.port)) as server:
                server.sendall(wire.startup_message({**asked.parameters, "user": role}, asked.code))
                return splice(client, server)

    return behave
