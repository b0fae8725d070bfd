"""What is wrong with a target: the closed list, and one problem with the repair that there is."""

from __future__ import annotations

from enum import StrEnum

from pgwhy.values import dataclass


class ProblemCode(StrEnum):
    """How a connection string can be broken, as far as its reader can tell. Rules and repairs are keyed by these."""

    EMPTY = "empty"
    """An empty string, or white space: libpq then silently tries its defaults."""
    VARIABLE_UNSET = "variable-unset"
    """`env:NAME` or the variable that was asked for is not set."""
    DOLLAR_UNESCAPED = "dollar-unescaped"
    """A `$` in a settings file whose reader takes what follows it for a variable, and no such variable is set."""
    VALUE_COMPUTED = "value-computed"
    """An expression, or another object, has the connection that a settings file is about; the file itself does not."""
    FILE_UNREADABLE = "file-unreadable"
    NO_CONNECTION_IN_FILE = "no-connection-in-file"
    """The file was read, and nothing in it names a Postgres server."""
    SEVERAL_TARGETS = "several-targets"
    """A settings file names several connections that differ, and nothing chooses among them."""
    LITERAL_PLACEHOLDER = "literal-placeholder"
    """`undefined`, `null`, `${DATABASE_URL}`, `$DATABASE_URL`: the text of an unresolved variable."""
    WRAPPED_IN_COMMAND = "wrapped-in-command"
    """`psql 'postgresql://...'`, `export DATABASE_URL=...`, `DATABASE_URL=...`."""
    QUOTED = "quoted"
    """Quotes around the whole string (straight or typographic)."""
    SURROUNDING_SPACE = "surrounding-space"
    """White space or a line break before or after."""
    BYTE_ORDER_MARK = "byte-order-mark"
    WRONG_SCHEME = "wrong-scheme"
    """`https://`, `mysql://`, `postgresq://` ..."""
    CONSOLE_URL = "console-url"
    """The address of a provider's web console, not of a database."""
    SCHEME_MISSING = "scheme-missing"
    """`user:password@host/db` with no scheme."""
    PASSWORD_AT_SIGN = "password-at-sign"
    """A raw `@` in the password: libpq ends the password there."""
    PASSWORD_PERCENT = "password-percent"
    """A raw `%` that begins no percent-encoded byte."""
    PASSWORD_SLASH = "password-slash"
    """A raw `/`, `?`, `#` or `[` that ends the password early, or that the client spoken for refuses there."""
    PORT_INVALID = "port-invalid"
    """The port is no number from 1 to 65535."""
    HOST_WITH_PORT = "host-with-port"
    """`host:port` in a host field (keyword DSN, `PGHOST`, Npgsql)."""
    COMPOSE_SERVICE = "compose-service"
    """The host is no service of the Compose file that the string is in."""
    COMPOSE_LOCALHOST = "compose-localhost"
    """localhost in a service of a Compose file: its own container, and Postgres is another service."""
    COMPOSE_PORT = "compose-port"
    """The port that a Compose file publishes for the host, between two of its services."""
    HOST_IS_URL = "host-is-url"
    """A whole URL in a host field."""
    QUESTION_MARK_MISSING = "question-mark-missing"
    """`/neondb&sslmode=require`: without a `?` it is all the name of the database."""
    DOUBLE_QUESTION_MARK = "double-question-mark"
    """`?a=b?c=d`: the second `?` makes the rest part of the value."""
    AMPERSAND_IN_KEYWORDS = "ampersand-in-keywords"
    """`sslmode=require&channel_binding=require` in a keyword DSN."""
    RAW_EQUALS_IN_OPTION = "raw-equals-in-option"
    """`options=endpoint=...` in a URI: the second `=` must be `%3D`."""
    ENCODED_EQUALS_IN_KEYWORDS = "encoded-equals-in-keywords"
    """`options=endpoint%3D...` in a keyword DSN or `PGOPTIONS`: sent as it is."""
    UNQUOTED_SPACE = "unquoted-space"
    """`options=-c a=b -c d=e` in a keyword DSN without quotes."""
    JDBC_USERINFO = "jdbc-userinfo"
    """`jdbc:postgresql://role:password@host/db`: pgJDBC accepts no role and password there."""
    JDBC_PREFIX_FOR_LIBPQ = "jdbc-prefix-for-libpq"
    """A `jdbc:` URL in a command that is not Java's: `psql "jdbc:postgresql://..."`."""
    AMPERSAND_LOST = "ampersand-lost"
    """A command with an unquoted URL: the shell ends the command at `&` and loses the parameters behind it."""
    SERVICE_MISSING = "service-missing"
    """The service that was asked for is in no service file, or its file cannot be read."""
    URL_NOT_READ = "url-not-read"
    """A `postgresql://` URL in a settings file of a client that has another syntax (pgJDBC, Npgsql)."""
    HOST_NOT_READ = "host-not-read"
    """The client spoken for cannot connect with a host of this form, or with none: `Client.refused_hosts`."""
    UNREADABLE = "unreadable"
    """The reader of this dialect cannot read it, and none of the above explains it."""


NOTHING = frozenset(
    (
        ProblemCode.EMPTY,
        ProblemCode.VARIABLE_UNSET,
        ProblemCode.DOLLAR_UNESCAPED,
        ProblemCode.VALUE_COMPUTED,
        ProblemCode.FILE_UNREADABLE,
        ProblemCode.NO_CONNECTION_IN_FILE,
        ProblemCode.SEVERAL_TARGETS,
        ProblemCode.SERVICE_MISSING,
    )
)
"""With one of these there is no text at all, and nobody to connect to."""
NO_SERVER = NOTHING | {ProblemCode.LITERAL_PLACEHOLDER, ProblemCode.UNREADABLE}
"""With one of these and without a host, no server was named."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the text, and the named repair that fixes it."""

    code: ProblemCode
    detail: str
    """What was seen, without any secret: `the second "?" after sslmode=require`."""
    repair: str | None = None
    """A name in `pgwhy.target.editing.repair.REPAIRS`; `None` where only the user can know."""
    refused: bool = False
    """The client spoken for stops here, where libpq reads the text."""
