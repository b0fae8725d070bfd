"""An HTTP server for a WSGI application (PEP 3333) that other programs of the user ask."""

from __future__ import annotations

import socket
import socketserver
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """A thread for each request. Port 0: an ephemeral one, which `server_port` tells. Raises `OSError`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, app: Any) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self.set_app(app)

    def server_bind(self) -> None:
        """Without looking up the name of this machine, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is nobody's trouble."""


class _Handler(WSGIRequestHandler):
    timeout = 10
    """Seconds for a client to say what it wants."""

    def log_message(self, *_: Any) -> None:
        """What is asked may hold a secret by mistake."""

    def address_string(self) -> str:
        return str(self.client_address[0])
