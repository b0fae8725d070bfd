"""The closed words for what is said.

A statement is a fact and not a cause: that a password was rejected is said; why it was, rules conclude.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pgwhy.progress import Stage


class Says(StrEnum):
    """What is said. `stage` is how far a connection has come that meets it."""

    stage: Stage

    def __new__(cls, word: str, stage: Stage) -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.stage = stage
        return member

    # What is given
    STRING_UNREADABLE = "string-unreadable", Stage.CONFIG
    """A connection string cannot be parsed."""
    OPTION_UNKNOWN = "option-unknown", Stage.CONFIG
    """An option of a connection string is not known to the client."""
    OPTION_INVALID = "option-invalid", Stage.CONFIG
    """The value of an option is not one that the client accepts."""
    SETTING_MISSING = "setting-missing", Stage.CONFIG
    """A setting that the client needs was not given."""
    DRIVER_MISSING = "driver-missing", Stage.CLIENT
    """A driver or library is not installed, or cannot be loaded."""
    RUNTIME_WITHOUT_TCP = "runtime-without-tcp", Stage.CLIENT
    """The runtime has no TCP sockets."""

    # Names and addresses
    NAME_NOT_FOUND = "name-not-found", Stage.DNS
    """The resolver says that the name does not exist, or has no address."""
    NAME_LOOKUP_FAILED = "name-lookup-failed", Stage.DNS
    """The resolver could not answer this time."""
    NAME_WITHHELD = "name-withheld", Stage.DNS
    """The resolver refuses to answer for the name."""
    REFUSED = "refused", Stage.TCP
    """Nothing accepts connections on that address and port."""
    CONNECT_TIMED_OUT = "connect-timed-out", Stage.TCP
    """No connection within the time that the client gives it."""
    UNREACHABLE = "unreachable", Stage.TCP
    """There is no way to the address."""
    SOCKET_MISSING = "socket-missing", Stage.TCP
    """There is no Unix socket at that path."""
    NOT_PERMITTED = "not-permitted", Stage.TCP
    """The operating system does not let the program connect, or read a file."""
    OUT_OF_PORTS = "out-of-ports", Stage.TCP
    """The client's machine has no free local port, or no local address to connect from."""
    SERVER_UNREACHABLE = "server-unreachable", Stage.TCP
    """The driver has no connection, and does not say why."""
    RESET = "reset", Stage.TCP
    """The connection was reset."""
    PEER_CLOSED = "peer-closed", Stage.STARTUP
    """The other side closed the connection, while connecting or later."""
    NO_ANSWER = "no-answer", Stage.STARTUP
    """The other side accepted the connection, and does not answer."""
    ONLY_HTTP_PROXY = "only-http-proxy", Stage.TCP
    """Only a proxy for HTTP leads out."""

    # TLS
    TLS_REQUIRED = "tls-required", Stage.TLS
    """The server or proxy accepts no connection without TLS."""
    TLS_NOT_OFFERED = "tls-not-offered", Stage.TLS
    """The client demands TLS, and the server answered that it has none."""
    TLS_VERSION = "tls-version", Stage.TLS
    """No TLS version, cipher or signature algorithm in common."""
    TLS_FAILED = "tls-failed", Stage.TLS
    """The handshake failed, and no nearer reason is told."""
    TLS_ALERT = "tls-alert", Stage.TLS
    """The other side ended the handshake with an alert."""
    TLS_NAME_UNKNOWN = "tls-name-unknown", Stage.TLS
    """The other side has no certificate for the name that the client asked for by SNI."""
    TLS_CUT = "tls-cut", Stage.TLS
    """The other side closed the connection within the handshake."""
    TLS_MAC = "tls-bad-record", Stage.SESSION
    """A TLS record cannot be decrypted: two processes share one connection, or the bytes were changed."""
    NOT_TLS = "not-tls", Stage.TLS
    """What came back was no TLS record, or no answer to an SSLRequest."""
    CERTIFICATE_UNTRUSTED = "certificate-untrusted", Stage.TLS
    """The issuer of the certificate is not known to the client."""
    CERTIFICATE_SELF_SIGNED = "certificate-self-signed", Stage.TLS
    """The certificate is self-signed and not known to the client."""
    CERTIFICATE_ROOT_UNKNOWN = "certificate-root-unknown", Stage.TLS
    """The chain ends in a self-signed root that is not known to the client."""
    CERTIFICATE_CHAIN_INCOMPLETE = "certificate-chain-incomplete", Stage.TLS
    """From the server's certificate there is no way to a root: an intermediate certificate may be missing."""
    CERTIFICATE_EXPIRED = "certificate-expired", Stage.TLS
    """A certificate is past its last day."""
    CERTIFICATE_NOT_YET_VALID = "certificate-not-yet-valid", Stage.TLS
    """A certificate's first day has not come, by the client's clock."""
    CERTIFICATE_NAME = "certificate-name", Stage.TLS
    """The certificate is for another name than the one that is checked."""
    CERTIFICATE_MALFORMED = "certificate-malformed", Stage.TLS
    """A certificate lacks an extension, or a mark, that strict checks require (RFC 5280)."""
    CERTIFICATE_REFUSED = "certificate-refused", Stage.TLS
    """Verification failed, and no nearer reason is told."""
    ROOT_FILE_MISSING = "root-file-missing", Stage.TLS
    """The file with the root certificates is not there, or cannot be read."""
    CLIENT_CERTIFICATE_NEEDED = "client-certificate-needed", Stage.TLS
    """The server demands a certificate of the client."""
    CLIENT_CERTIFICATE_UNUSABLE = "client-certificate-unusable", Stage.TLS
    """The client's own certificate cannot be read, does not fit its key, or was refused."""
    CLIENT_KEY_UNUSABLE = "client-key-unusable", Stage.TLS
    """The client's own private key cannot be read, has loose rights, or needs a passphrase."""
    DIRECT_TLS_REFUSED = "direct-tls-refused", Stage.TLS
    """TLS without an SSLRequest, or its ALPN, was not accepted or not agreed."""

    # The start-up message: which server, which database, which parameters
    NOT_POSTGRES = "not-postgres", Stage.TLS
    """The answer is not one of the Postgres protocol."""
    PROTOCOL_VERSION = "protocol-version", Stage.STARTUP
    """A version of the protocol, or a message, that the other side does not speak."""
    GSS_ENCRYPTION = "gss-encryption", Stage.STARTUP
    """Encryption by GSSAPI, or its Kerberos credentials, failed or is not there."""
    ENDPOINT_NOT_NAMED = "endpoint-not-named", Stage.STARTUP
    """The proxy cannot tell which endpoint, cluster or tenant is meant."""
    ENDPOINT_UNKNOWN = "endpoint-unknown", Stage.STARTUP
    """The endpoint, project, cluster or tenant is not known to the service."""
    ENDPOINT_MISMATCH = "endpoint-mismatch", Stage.STARTUP
    """Two endpoints are named: by SNI and by the option."""
    ENDPOINT_INVALID = "endpoint-invalid", Stage.STARTUP
    """The endpoint that is named cannot be the name of one."""
    ENDPOINT_DISABLED = "endpoint-disabled", Stage.STARTUP
    """The endpoint, project or database is disabled, suspended or paused."""
    ENDPOINT_RESUMING = "endpoint-resuming", Stage.STARTUP
    """A suspended database is being resumed."""
    COMPUTE_NOT_STARTED = "compute-not-started", Stage.STARTUP
    """The proxy has no compute: it did not start, or does not answer."""
    PROXY_FAILED = "proxy-failed", Stage.STARTUP
    """The proxy or control plane failed inside."""
    QUOTA_EXCEEDED = "quota-exceeded", Stage.STARTUP
    """A limit of the plan is used up."""
    TOO_MANY_ENDPOINTS = "too-many-endpoints", Stage.STARTUP
    """More endpoints are active than the plan allows."""
    RATE_LIMITED = "rate-limited", Stage.STARTUP
    """Too many attempts in a short time."""
    ADDRESS_NOT_ALLOWED = "address-not-allowed", Stage.STARTUP
    """The client's IP address is not in the list of those allowed."""
    NETWORK_NOT_ALLOWED = "network-not-allowed", Stage.STARTUP
    """Access from this network, or public access, is switched off."""
    USER_FORMAT = "user-format", Stage.STARTUP
    """The user name lacks the part by which the service routes."""
    PARAMETER_UNSUPPORTED = "parameter-unsupported", Stage.STARTUP
    """A pooler or proxy does not pass on a parameter of the start-up message."""
    PARAMETER_REFUSED = "parameter-refused", Stage.STARTUP
    """Postgres does not know a parameter of the start-up message, or not its value."""
    DATABASE_MISSING = "database-missing", Stage.STARTUP
    """There is no database of that name."""
    CONNECT_DENIED = "connect-denied", Stage.STARTUP
    """The role may not connect to the database."""
    DATABASE_CLOSED = "database-closed", Stage.STARTUP
    """Nobody may connect to the database: its ALLOW_CONNECTIONS is false."""
    TOO_MANY_CONNECTIONS = "too-many-connections", Stage.STARTUP
    """The server, role, database or pooler has all the connections that it may have."""
    STARTING_UP = "starting-up", Stage.STARTUP
    """The server runs and accepts no connections yet."""
    POOLER_CANNOT_CONNECT = "pooler-cannot-connect", Stage.STARTUP
    """The pooler has no connection to its server."""
    POOLER_CANNOT_LOOK_UP = "pooler-cannot-look-up", Stage.STARTUP
    """The pooler cannot look its client's password up: auth_query, auth_user, auth_file."""

    # Authentication
    NO_HBA_ENTRY = "no-hba-entry", Stage.AUTH
    """pg_hba.conf has no entry for the connection; `detail` says whether it was encrypted."""
    HBA_REJECTS = "hba-rejects", Stage.AUTH
    """An entry of pg_hba.conf rejects the connection."""
    ACCESS_DENIED = "access-denied", Stage.AUTH
    """The server rejects the role or its connection (SQLSTATE 28000), and its own sentence is not told."""
    PASSWORD_REJECTED = "password-rejected", Stage.AUTH
    """The password is not the role's."""
    PASSWORD_MISSING = "password-missing", Stage.AUTH
    """The server asks for a password, and the client has none."""
    PASSFILE_IGNORED = "passfile-ignored", Stage.AUTH
    """The password file has loose rights, and is not read."""
    ROLE_MISSING = "role-missing", Stage.AUTH
    """There is no role of that name."""
    ROLE_CANNOT_LOGIN = "role-cannot-login", Stage.AUTH
    """The role may not log in."""
    REPLICATION_DENIED = "replication-denied", Stage.AUTH
    """The role may not open a replication connection."""
    PEER_FAILED = "peer-failed", Stage.AUTH
    """The name of the operating system's user is not the one that the role needs: peer, ident, a user name map."""
    EXTERNAL_FAILED = "external-failed", Stage.AUTH
    """A service outside Postgres did not authenticate: LDAP, PAM, RADIUS, Kerberos, IAM, OAuth."""
    OAUTH_NOT_SET_UP = "oauth-not-set-up", Stage.AUTH
    """The server asks for an OAuth token, and the client has no settings or no module to get one."""
    METHOD_UNSUPPORTED = "method-unsupported", Stage.AUTH
    """The client cannot authenticate in the way that the server asks for."""
    METHOD_NOT_ALLOWED = "method-not-allowed", Stage.AUTH
    """`require_auth`, or the driver, forbids what the server asks for."""
    CLEAR_TEXT_REFUSED = "clear-text-refused", Stage.AUTH
    """The server asks for the password in clear text, and the client does not send it."""
    CHANNEL_BINDING_MISSING = "channel-binding-missing", Stage.AUTH
    """The client demands channel binding, and the server does not offer it."""
    CHANNEL_BINDING_HIDDEN = "channel-binding-hidden", Stage.AUTH
    """The client demands channel binding, and the server asks for another kind of authentication."""
    CHANNEL_BINDING_FAILED = "channel-binding-failed", Stage.AUTH
    """Both sides see another TLS channel."""
    CHANNEL_BINDING_NEEDS_TLS = "channel-binding-needs-tls", Stage.CONFIG
    """Channel binding is demanded on a connection without TLS."""
    SERVER_NOT_PROVED = "server-not-proved", Stage.AUTH
    """The server's signature in SCRAM is wrong or missing: it does not know the password."""
    TOO_MANY_ITERATIONS = "too-many-iterations", Stage.AUTH
    """The server demands more SCRAM iterations than the client computes."""
    LOGIN_TIMED_OUT = "login-timed-out", Stage.AUTH
    """The login took longer than the server or pooler allows."""
    CLOCK_WRONG = "clock-wrong", Stage.AUTH
    """A token is from the future: two clocks differ."""
    MESSAGE_UNDECODABLE = "message-undecodable", Stage.AUTH
    """The client could not decode what the server said: bytes of another encoding than UTF-8."""

    # A session
    ADMIN_SHUTDOWN = "admin-shutdown", Stage.SESSION
    """The server was stopped, restarted or crashed, or an administrator ended the session."""
    SESSION_ENDED = "session-ended", Stage.SESSION
    """A time limit of the server or pooler ended the session."""
    CONNECTION_CLOSED = "connection-closed", Stage.SESSION
    """A connection that a program held is closed."""
    CONNECTION_SHARED = "connection-shared", Stage.CLIENT
    """Two parts of a program use one connection at the same time."""
    STATEMENT_LOST = "statement-lost", Stage.SESSION
    """A prepared statement is not there, or there already."""
    STATE_LOST = "state-lost", Stage.SESSION
    """What a session had set, created or locked is not there."""
    LOCK_WAITED = "lock-waited", Stage.SESSION
    """A migration waited too long for its advisory lock."""
    READ_ONLY = "read-only", Stage.SESSION
    """The server, or the transaction, accepts no writes."""
    QUERY_WAIT = "query-wait", Stage.SESSION
    """A query waited too long for a connection of the pooler's."""
    QUERY_FAILED = "query-failed", Stage.SESSION
    """A statement failed in a session that works."""

    # The client's own
    POOL_TIMED_OUT = "pool-timed-out", Stage.CLIENT
    """A program waited too long for a connection of its own pool."""
    POOL_CLOSED = "pool-closed", Stage.CLIENT
    """A program uses a pool or connection that it has closed."""
    MISUSED = "misused", Stage.CLIENT
    """A program calls its driver in a way that cannot work."""
    ANOTHER_LOOP = "another-loop", Stage.CLIENT
    """A connection is used on another event loop than its own."""
    ANOTHER_REQUEST = "another-request", Stage.CLIENT
    """A connection is used in another request than its own, where the runtime forbids that."""
    FETCH_FAILED = "fetch-failed", Stage.CLIENT
    """A request over HTTP got no answer."""
    WEBSOCKET_FAILED = "websocket-failed", Stage.CLIENT
    """A WebSocket to the database could not be opened."""

    # The server's own start
    SERVER_DID_NOT_START = "server-did-not-start", Stage.TCP
    """Postgres itself did not start; `detail` says what it met."""

    # Without a cause
    CONNECTION_FAILED = "connection-failed", Stage.TCP
    """A wrapper's own sentence: something failed, and what it wraps says what."""
    ATTEMPT = "attempt", Stage.TCP
    """An attempt at an address begins: what follows is about it."""
    NOTHING = "nothing", Stage.CLIENT
    """No message of the text is known."""
    ANOTHER_SERVICE = "another-service", Stage.CLIENT
    """What failed is a service that is not Postgres."""


SAYS = {each.value: each for each in Says}
"""By its word."""
