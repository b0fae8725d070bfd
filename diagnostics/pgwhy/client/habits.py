"""What is known of a client: the closed lists of its habits, and `Client`, one row of `clients.toml`."""

from __future__ import annotations

from enum import StrEnum

from pgwhy.values import dataclass


class ClientKind(StrEnum):
    """Where a client runs, which decides what its user can change."""

    DRIVER = "driver"
    """A library in the user's own program, or a command: it takes a string and can be upgraded."""
    PROGRAM = "program"
    """Installed on the user's machine, settings in a form: DBeaver, TablePlus."""
    SERVICE = "service"
    """Runs elsewhere, settings in a form; nobody but its owner can upgrade it: Zapier, AWS DMS."""


class UnknownParameters(StrEnum):
    """What a client does with a URL parameter that it does not know."""

    REFUSED = "refused"
    """It fails before it connects, as libpq does."""
    IGNORED = "ignored"
    FORWARDED = "forwarded"
    """It sends it to the server as a start-up parameter, and Postgres refuses what it does not know."""


class ChannelBinding(StrEnum):
    """What a client makes of SCRAM-SHA-256-PLUS and of `channel_binding`."""

    SUPPORTED = "supported"
    """Does it by itself, and can be told to require it."""
    AUTOMATIC = "automatic"
    """Does it where it is offered; has no parameter for it."""
    NONE = "none"


class SettingsStyle(StrEnum):
    """How one writes this client's settings."""

    URI = "uri"
    KEYWORDS = "keywords"
    JDBC = "jdbc"
    NPGSQL = "npgsql"
    SQLALCHEMY = "sqlalchemy"
    ECTO = "ecto"
    PDO = "pdo"
    CODE = "code"
    FORM = "form"
    """One field for each setting."""


class Workaround(StrEnum):
    """Ways to tell Neon the endpoint (neon.com/docs/connect/connection-errors, in its order)."""

    UPGRADE = "upgrade"
    OPTION = "option"
    """A: `options=endpoint=ID`."""
    DATABASE_FIELD = "database-field"
    """B: `dbname=DATABASE options=endpoint=ID` in the field for the database."""
    VERIFY_FULL = "verify-full"
    """C: old Go drivers send SNI under sslmode=verify-full."""
    PASSWORD = "password"
    """D: the endpoint in front of the password."""


class Addresses(StrEnum):
    """What a client does with a name that has several addresses."""

    IN_TURN = "in-turn"
    """The next one when the one before has failed or had its time."""
    FAMILIES_RACE = "families-race"
    """In turn, and the other of IPv6 and IPv4 joins in when the first is late (RFC 8305): Go's net.Dialer."""
    FIRST = "first"
    """Only the first one."""
    FIRST_IPV4 = "first-ipv4"
    """Only the first one, and that of IPv4 where there is one: the JVM."""


class Roots(StrEnum):
    """Where a client finds the authorities for `verify-full` when the settings name none."""

    FILE = "file"
    """In `~/.postgresql/root.crt`, and it refuses to connect without that file."""
    SYSTEM = "system"
    BUNDLED = "bundled"
    """In a list that its runtime brings along: Node, the JVM."""
    CODE = "code"
    """In what the program hands it."""


class DefaultHost(StrEnum):
    """Where a client connects when nothing names a host."""

    SOCKET = "socket"
    """To the default Unix socket, and to localhost on a machine without one."""
    LOCALHOST = "localhost"
    """To localhost over TCP, never to a socket."""


class HostParameter(StrEnum):
    """What a client does with `host` and `port` among the parameters of a URL."""

    WINS = "wins"
    """They beat the host in front."""
    FALLBACK = "fallback"
    """They count where the URL has no host in front."""
    IGNORED = "ignored"
    FORWARDED = "forwarded"
    """It sends them to the server."""


class HostForm(StrEnum):
    """A form of the host in a URL that some client does not read."""

    MISSING = "missing"
    MISSING_BEHIND_LOGIN = "missing-behind-login"
    """`postgresql://role:password@/database`: no URL for WHATWG's parser."""
    IPV6 = "ipv6"
    """`[::1]`."""
    ENCODED = "encoded"
    """`%2Fvar%2Frun%2Fpostgresql`."""
    SOCKET = "socket"
    """The folder of a Unix socket, however it is written."""
    SEVERAL = "several"
    """`one.example,two.example`."""
    SEVERAL_WITH_PORTS = "several-with-ports"
    """`one.example:5432,two.example:5432`."""


class Way(StrEnum):
    """What carries a client's session to the server."""

    POSTGRES = "postgres"
    """PostgreSQL's own protocol, on the port that the target names."""
    HTTP = "http"
    """Neon's SQL over HTTP: each query is a request to port 443 of the provider's API host (docs/neon.md, 3.7)."""
    WEBSOCKET = "websocket"
    """PostgreSQL's protocol inside a WebSocket, to port 443 of the endpoint's own host (docs/neon.md, 3.8)."""

    @property
    def over_443(self) -> bool:
        """It is HTTPS: TLS comes first, with the server's certificate always checked."""
        return self is not Way.POSTGRES


@dataclass(frozen=True)
class Client:
    """A client, or what is known of one. `None` (and for texts, empty) in a habit: not known, so rules cannot tell.

    A field that is not explained here is the fact of the same name, and `ClientFacts` says what it means.
    """

    id: str
    """The key in `clients.toml`; `libpq` for libpq; `unknown` where only an error text speaks."""
    title: str
    """As people call it: `node-postgres`, `libpq 13`."""
    version: str | None = None
    named: bool = False
    guessed: bool = False
    kind: ClientKind | None = None
    family: str | None = None
    driver: str | None = None
    """The client that it is built on, whose habits it has where it says nothing else: `pgjdbc` for DBeaver."""
    way: Way = Way.POSTGRES
    syntaxes: tuple[SettingsStyle, ...] = ()
    """What it reads; the first one is what its documentation shows."""
    unknown_parameters: UnknownParameters | None = None
    refused_parameters: tuple[str, ...] = ()
    """libpq parameters that it does not know and refuses."""
    forwarded_parameters: tuple[str, ...] = ()
    """libpq parameters that it does not know and sends to the server."""
    ignored_parameters: tuple[str, ...] = ()
    """libpq parameters that it does not know and passes over."""
    raw_in_password: tuple[str, ...] | None = None
    """Which of `@ # ? / [ %` it reads unencoded in the password of a URL. With `@` the last one ends the password,
    without it the first one; any other that is missing here ends the password too early, or makes it refuse the URL."""
    default_host: DefaultHost | None = None
    host_parameter: HostParameter | None = None
    refused_hosts: tuple[HostForm, ...] = ()
    empty_sslmode_is_default: bool | None = None
    """`sslmode=` without a value is as good as none; no: it refuses that."""
    decodes_password: bool | None = None
    """The percent-encoding of a URL's password is undone; no: the password is sent as a URL spells it."""
    decodes_database: bool | None = None
    """`%2F` in the database of a URL is a slash; no: it stays as it is written."""
    sends_sni: bool | None = None
    sni_modes: tuple[str, ...] = ()
    """Values of sslmode under which it sends SNI although `sends_sni` is false: old Go drivers with verify-full."""
    sni_since: str | None = None
    workarounds: tuple[Workaround, ...] | None = None
    """What its documentation row names where no SNI is sent; `None`: no row, so whatever its kind and family allow."""
    password_separator: str = ";"
    channel_binding: ChannelBinding | None = None
    channel_binding_since: str | None = None
    knows_oauth: bool | None = None
    default_sslmode: str | None = None
    sslmodes: tuple[str, ...] = ()
    require_verifies: bool | None = None
    roots: Roots | None = None
    system_roots: bool | None = None
    strict_since: str | None = None
    addresses: Addresses | None = None
    connect_timeout_s: float | None = None
    timeout_per_address: bool | None = None
    reconnects_without_end: bool | None = None
    per_address_ms: float | None = None
    proxy_variables: tuple[str, ...] | None = None
    """The variables whose HTTP proxy it goes through, the first one first; empty: it reads none."""
    proxy_switch: str = ""
    """The variable that has to be 1 before it does so; empty: it always does."""
    tls_setting: str = ""
    roots_setting: str = ""
    timeout_setting: str = ""
    idle_setting: str = ""
    advice: str = ""
    check_version: str | None = None
    source: str | None = None
    """Where these habits are documented (URL) or how they were measured."""

    @property
    def ways(self) -> tuple[Workaround, ...]:
        """How it can name the endpoint: by its documentation row, else as far as its kind and its library tell."""
        if self.workarounds is not None:
            return self.workarounds
        upgrade = () if self.kind is ClientKind.SERVICE else (Workaround.UPGRADE,)
        field = (Workaround.DATABASE_FIELD,) if self.family == "libpq" or self.kind is None else ()
        verify_full = (Workaround.VERIFY_FULL,) if self.family == "go" else ()
        return (*upgrade, Workaround.OPTION, *field, *verify_full, Workaround.PASSWORD)

    @property
    def is_libpq_here(self) -> bool:
        """The run speaks for nobody else than the libpq of this machine."""
        return self.id == "libpq" and not self.named and not self.guessed


LIBPQ_HERE = Client(
    id="libpq",
    title="libpq",
    kind=ClientKind.DRIVER,
    family="libpq",
    sends_sni=True,
    channel_binding=ChannelBinding.SUPPORTED,
    channel_binding_since="libpq 13",
    default_sslmode="prefer",
    require_verifies=False,
    roots=Roots.FILE,
    system_roots=True,
    unknown_parameters=UnknownParameters.REFUSED,
    syntaxes=(SettingsStyle.URI, SettingsStyle.KEYWORDS),
    raw_in_password=("#", "?", "["),
    default_host=DefaultHost.SOCKET,
    host_parameter=HostParameter.WINS,
    empty_sslmode_is_default=False,
    decodes_database=True,
    addresses=Addresses.IN_TURN,
    connect_timeout_s=0,
    timeout_per_address=True,
    timeout_setting="connect_timeout=15 in the string (seconds)",
    sni_since="libpq 14",
    check_version="psql --version",
    source="https://www.postgresql.org/docs/current/libpq-connect.html",
)
"""The libpq that pgwhy brings along (its wheel has 17 or later): no table needs to be read for it."""
