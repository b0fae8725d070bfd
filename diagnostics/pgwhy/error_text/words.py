"""The closed words of a text: who speaks, when, and of what sort of host. `says.py` has what is said."""

from __future__ import annotations

from enum import StrEnum


class Speaker(StrEnum):
    """Who says it, the innermost first: that is the order in which they are believed (`deciding`)."""

    SERVER = "server"
    """Postgres, or a server that speaks its protocol."""
    POOLER = "pooler"
    """PgBouncer, Supavisor, Pgpool, RDS Proxy: it holds sessions of its own with a server."""
    PROXY = "proxy"
    """What routes a connection to a server: Neon's proxy and its control plane, CockroachDB's, Cloud SQL's."""
    TLS = "tls"
    """A TLS library."""
    RESOLVER = "resolver"
    """What looks a name up: getaddrinfo, a runtime's own resolver, Windows' DNS client."""
    SYSTEM = "system"
    """The operating system: errno, Winsock."""
    DRIVER = "driver"
    """What speaks the protocol on the client's side: libpq, pgJDBC, Npgsql, node-postgres."""
    POOL = "pool"
    """A pool inside the client: HikariCP, SQLAlchemy's QueuePool, deadpool."""
    ORM = "orm"
    """What uses a driver: Django, Prisma, ActiveRecord."""
    RUNTIME = "runtime"
    """A language's runtime, a bundler, a package manager."""
    CARRIER = "carrier"
    """What only passes it on: Docker, Kubernetes, systemd, a log."""
    UNKNOWN = "unknown"
    """A part of a sentence: which program speaks is not known, so anybody else is believed before."""
    NOBODY = "nobody"
    """Nothing is known to be said."""


class Phase(StrEnum):
    """When it is said."""

    SETTINGS = "settings"
    """Before anything is sent: a connection string, an option, a driver that is not there."""
    CONNECTING = "connecting"
    """Name, address, TCP, TLS, the answer to the start-up message."""
    LOGIN = "login"
    """From the first authentication request to the end of authentication."""
    SESSION = "session"
    """After the login: a query, a session that was ended."""
    POOL = "pool"
    """While a program waits for a connection of its own pool."""
    SERVER_START = "server-start"
    """The server's own start; its clients are not meant."""
    NONE = "none"
    """Nothing is known to be said."""


class HostKind(StrEnum):
    """What sort of host it is, as far as its spelling tells."""

    SOCKET = "socket"
    """The path of a Unix socket, or of its folder."""
    LOCAL = "local"
    """This very machine: localhost, 127.*, ::1."""
    SHORT = "short"
    """A name of one part in small letters, or one of Docker's own: known inside one network only."""
    NAME = "name"
    """Any other name, and what cannot be one."""
    PRIVATE = "private"
    """An address that exists only inside its own network (RFC 1918, RFC 4193)."""
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    NONE = "none"
    """The text names no host."""
