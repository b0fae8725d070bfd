"""The closed list of causes: what a person has to change or wait for. Slugs are public and never renamed.

Beside it the other closed words in which a rule and a finding speak: stage, retry, severity, owner, kind of fix.
"""

from __future__ import annotations

from enum import StrEnum

from pgwhy.values import dataclass


class Stage(StrEnum):
    """Where a client can be stopped, in the order in which it passes them."""

    CONFIG = "config"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    STARTUP = "startup"
    AUTH = "auth"
    SESSION = "session"
    CLIENT = "client"


class Retry(StrEnum):
    """Does waiting help?"""

    NO = "no"
    NOW = "now"
    """The next attempt may work already."""
    LATER = "later"
    """In minutes or hours, when something has passed."""


class Severity(StrEnum):
    """How much a finding matters, worst first."""

    ERROR = "error"
    """The connection fails because of it."""
    WARNING = "warning"
    """It connects, and this will hurt."""
    NOTE = "note"


class Owner(StrEnum):
    """Who has to act."""

    CLIENT = "client"
    NETWORK = "network"
    RESOLVER = "resolver"
    CREDENTIALS = "credentials"
    PROVIDER = "provider"
    SERVER = "server"


class Needs(StrEnum):
    """What a fix needs that pgwhy cannot do."""

    UPGRADE = "upgrade"
    """Another version of the user's client."""


class FixKind(StrEnum):
    """What a fix is, in the order in which fixes are offered."""

    REPAIR = "repair"
    """Fixes the cause."""
    WORKAROUND = "workaround"
    """Gets the connection up and has a price."""
    TEST_ONLY = "test-only"
    """Shows something; is not to be kept."""


@dataclass(frozen=True)
class About:
    """What is known about a cause without any run."""

    stage: Stage | None
    """Where the cause lies; `None` for `not-a-connection-problem`."""
    meaning: str
    retry: Retry
    """What waiting usually does; a rule may know better."""


class Cause(StrEnum):
    """Why a connection to Postgres fails."""

    MALFORMED_CONNECTION_STRING = "malformed-connection-string"
    ENV_VAR_NOT_LOADED = "env-var-not-loaded"
    INVALID_CONNECTION_OPTION = "invalid-connection-option"
    DNS_NOT_FOUND = "dns-not-found"
    DNS_TEMPORARY_FAILURE = "dns-temporary-failure"
    RESOLVER_WITHHOLDS_NAME = "resolver-withholds-name"
    HOSTS_FILE_OVERRIDE = "hosts-file-override"
    ANSWER_REWRITTEN = "answer-rewritten"
    IPV6_UNREACHABLE = "ipv6-unreachable"
    DOCKER_NETWORKING = "docker-networking"
    LOCAL_SOCKET_MISSING = "local-socket-missing"
    CONNECTION_REFUSED = "connection-refused"
    CONNECTION_TIMEOUT = "connection-timeout"
    NETWORK_UNREACHABLE = "network-unreachable"
    CONNECTION_RESET = "connection-reset"
    COLD_START_TIMEOUT = "cold-start-timeout"
    PORT_BLOCKED = "port-blocked"
    PATH_MTU = "path-mtu"
    ADDRESS_UNHEALTHY = "address-unhealthy"
    SSL_REQUIRED = "ssl-required"
    SSL_NOT_SUPPORTED_BY_SERVER = "ssl-not-supported-by-server"
    TLS_VERSION_MISMATCH = "tls-version-mismatch"
    SELF_SIGNED_CERTIFICATE = "self-signed-certificate"
    UNKNOWN_CA = "unknown-ca"
    ROOT_CERT_FILE_MISSING = "root-cert-file-missing"
    CERTIFICATE_HOSTNAME_MISMATCH = "certificate-hostname-mismatch"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CLIENT_CERTIFICATE = "client-certificate"
    DIRECT_TLS_NEGOTIATION = "direct-tls-negotiation"
    NOT_A_POSTGRES_SERVER = "not-a-postgres-server"
    TLS_INTERCEPTION = "tls-interception"
    TLS_HANDSHAKE_FAILED = "tls-handshake-failed"
    SNI_MISSING = "sni-missing"
    USERNAME_FORMAT = "username-format"
    ENDPOINT_NOT_FOUND = "endpoint-not-found"
    ENDPOINT_DISABLED = "endpoint-disabled"
    COMPUTE_START_FAILED = "compute-start-failed"
    QUOTA_EXCEEDED = "quota-exceeded"
    IP_NOT_ALLOWED = "ip-not-allowed"
    PROTOCOL_MISMATCH = "protocol-mismatch"
    GSS_ENCRYPTION = "gss-encryption"
    UNSUPPORTED_STARTUP_PARAMETER = "unsupported-startup-parameter"
    DATABASE_NOT_FOUND = "database-not-found"
    PERMISSION_DENIED_CONNECT = "permission-denied-connect"
    TOO_MANY_CONNECTIONS = "too-many-connections"
    SERVER_STARTING_UP = "server-starting-up"
    POOLER_BACKEND_UNAVAILABLE = "pooler-backend-unavailable"
    ENDPOINT_MISMATCH = "endpoint-mismatch"
    NETWORK_BLOCKED = "network-blocked"
    RATE_LIMITED = "rate-limited"
    SERVER_SILENT = "server-silent"
    PG_HBA_NO_ENTRY = "pg-hba-no-entry"
    AUTH_METHOD_UNSUPPORTED = "auth-method-unsupported"
    CHANNEL_BINDING = "channel-binding"
    PASSWORD_MISSING = "password-missing"
    WRONG_PASSWORD = "wrong-password"
    ROLE_NOT_FOUND = "role-not-found"
    ROLE_CANNOT_LOGIN = "role-cannot-login"
    PEER_AUTH_FAILED = "peer-auth-failed"
    EXTERNAL_AUTH_FAILED = "external-auth-failed"
    CLOCK_SKEW = "clock-skew"
    PASSWORD_IN_CLEAR_REFUSED = "password-in-clear-refused"
    PREPARED_STATEMENT_POOLER = "prepared-statement-pooler"
    QUERY_WAIT_TIMEOUT = "query-wait-timeout"
    ADMIN_SHUTDOWN = "admin-shutdown"
    IDLE_CONNECTION_CLOSED = "idle-connection-closed"
    READ_ONLY_SERVER = "read-only-server"
    SESSION_STATE_LOST = "session-state-lost"
    STARTUP_PARAMETER_IGNORED = "startup-parameter-ignored"
    FAR_AWAY = "far-away"
    CLIENT_POOL_TIMEOUT = "client-pool-timeout"
    CLIENT_MISUSE = "client-misuse"
    RUNTIME_NO_TCP = "runtime-no-tcp"
    DRIVER_NOT_INSTALLED = "driver-not-installed"
    NOT_A_CONNECTION_PROBLEM = "not-a-connection-problem"

    @property
    def about(self) -> About:
        """Stage, meaning and whether waiting helps."""
        return _ABOUT[self]


_ABOUT = {
    Cause.MALFORMED_CONNECTION_STRING: About(
        Stage.CONFIG,
        "URL/DSN cannot be parsed or is parsed wrongly: unencoded special characters in the password, "
        "whole URL or host:port in the host field, wrong scheme, stray quotes",
        Retry.NO,
    ),
    Cause.ENV_VAR_NOT_LOADED: About(
        Stage.CONFIG,
        'connection settings never reached the driver (unset variable, .env not read, "undefined"/null '
        "host, fallback to localhost/default socket)",
        Retry.NO,
    ),
    Cause.INVALID_CONNECTION_OPTION: About(
        Stage.CONFIG,
        "option or sslmode value the driver/libpq does not know (e.g. channel_binding, ssl= v. sslmode=)",
        Retry.NO,
    ),
    Cause.DNS_NOT_FOUND: About(
        Stage.DNS,
        "host name does not exist for the resolver in use (NXDOMAIN, no records, wrong name, machine offline)",
        Retry.NO,
    ),
    Cause.DNS_TEMPORARY_FAILURE: About(
        Stage.DNS,
        "right name, resolver fails now and then (EAI_AGAIN, SERVFAIL, time-out)",
        Retry.LATER,
    ),
    Cause.RESOLVER_WITHHOLDS_NAME: About(
        Stage.DNS,
        "this resolver refuses or hides a name that other resolvers know (filtering, split horizon, private DNS)",
        Retry.NO,
    ),
    Cause.HOSTS_FILE_OVERRIDE: About(
        Stage.DNS,
        "a local override (hosts file, static entry) sends the name to an address that its zone does not give",
        Retry.NO,
    ),
    Cause.ANSWER_REWRITTEN: About(
        Stage.DNS,
        "the resolver answers a name that does not exist, or with an address that is not the provider's "
        "(captive portal, wildcard search domain, DNS hijack)",
        Retry.NO,
    ),
    Cause.IPV6_UNREACHABLE: About(
        Stage.TCP,
        "host has only IPv6 records (or IPv6 is tried) and the client has no working IPv6",
        Retry.NO,
    ),
    Cause.DOCKER_NETWORKING: About(
        Stage.TCP,
        "container/compose/CI confusion: localhost inside a container, compose service name from outside"
        " (or not on that network), host-mapped port used inside the network",
        Retry.NO,
    ),
    Cause.LOCAL_SOCKET_MISSING: About(
        Stage.TCP,
        "client uses a Unix socket where no server listens (server not started, default socket, /cloudsql path wrong)",
        Retry.NO,
    ),
    Cause.CONNECTION_REFUSED: About(
        Stage.TCP,
        "host reached, nothing accepts on that port (server down, wrong port)",
        Retry.NO,
    ),
    Cause.CONNECTION_TIMEOUT: About(
        Stage.TCP,
        "TCP connect gets no answer (firewall, security group, VPC, not public)",
        Retry.NO,
    ),
    Cause.NETWORK_UNREACHABLE: About(
        Stage.TCP,
        "no route to host / host unreachable / request cannot leave the network",
        Retry.NO,
    ),
    Cause.CONNECTION_RESET: About(Stage.TCP, "TCP link reset by the peer or something between", Retry.NOW),
    Cause.COLD_START_TIMEOUT: About(
        Stage.TCP,
        "compute was suspended and the client gave up before it was up",
        Retry.NOW,
    ),
    Cause.PORT_BLOCKED: About(
        Stage.TCP,
        "this network lets 443 of the same service through and drops or refuses 5432",
        Retry.NO,
    ),
    Cause.PATH_MTU: About(
        Stage.TCP,
        "small packets pass and full-sized ones vanish: the connection stalls in or after the handshake",
        Retry.NO,
    ),
    Cause.ADDRESS_UNHEALTHY: About(
        Stage.TCP,
        "some addresses of the name answer and others do not: the client works or hangs by chance",
        Retry.NOW,
    ),
    Cause.SSL_REQUIRED: About(
        Stage.TLS,
        'server refuses an unencrypted connection ("no encryption"/"SSL off", "connection is insecure", '
        '"must use SSL")',
        Retry.NO,
    ),
    Cause.SSL_NOT_SUPPORTED_BY_SERVER: About(Stage.TLS, "client demands TLS, server answers N", Retry.NO),
    Cause.TLS_VERSION_MISMATCH: About(
        Stage.TLS,
        "no common TLS version, cipher, signature algorithm or certificate version",
        Retry.NO,
    ),
    Cause.SELF_SIGNED_CERTIFICATE: About(
        Stage.TLS,
        "certificate or chain is self-signed (private CA of a provider, corporate interception)",
        Retry.NO,
    ),
    Cause.UNKNOWN_CA: About(Stage.TLS, "issuer not in the trust store / chain incomplete", Retry.NO),
    Cause.ROOT_CERT_FILE_MISSING: About(Stage.TLS, "sslrootcert / ~/.postgresql/root.crt file not there", Retry.NO),
    Cause.CERTIFICATE_HOSTNAME_MISMATCH: About(Stage.TLS, "name checked is not in the certificate", Retry.NO),
    Cause.CERTIFICATE_EXPIRED: About(Stage.TLS, "a certificate of the chain is expired or not yet valid", Retry.NO),
    Cause.CLIENT_CERTIFICATE: About(
        Stage.TLS,
        "client certificate or key is missing, refused, unusable or has loose file rights",
        Retry.NO,
    ),
    Cause.DIRECT_TLS_NEGOTIATION: About(
        Stage.TLS,
        'sslnegotiation=direct / ALPN "postgresql" problems (also TLS-ending proxies)',
        Retry.NO,
    ),
    Cause.NOT_A_POSTGRES_SERVER: About(
        Stage.TLS,
        "something else answers on that port (MySQL, HTTP, TCP proxy)",
        Retry.NO,
    ),
    Cause.TLS_INTERCEPTION: About(
        Stage.TLS,
        "a middlebox presents its own certificate in the server's place (corporate proxy, antivirus); it"
        " also breaks channel binding",
        Retry.NO,
    ),
    Cause.TLS_HANDSHAKE_FAILED: About(
        Stage.TLS,
        "the handshake ends with an alert, a reset or silence for another reason than the ones above",
        Retry.NO,
    ),
    Cause.SNI_MISSING: About(
        Stage.STARTUP,
        "multi-tenant proxy cannot tell the endpoint/cluster: no SNI and no endpoint/cluster option "
        "(Neon, CockroachDB serverless, Supavisor)",
        Retry.NO,
    ),
    Cause.USERNAME_FORMAT: About(
        Stage.STARTUP,
        "service routes by user name, which lacks the tenant part (Azure Single Server user@server)",
        Retry.NO,
    ),
    Cause.ENDPOINT_NOT_FOUND: About(
        Stage.STARTUP,
        "endpoint/project/tenant/branch unknown to the service (deleted, wrong host or region)",
        Retry.NO,
    ),
    Cause.ENDPOINT_DISABLED: About(
        Stage.STARTUP,
        "endpoint/project disabled or suspended by owner or provider",
        Retry.NO,
    ),
    Cause.COMPUTE_START_FAILED: About(
        Stage.STARTUP,
        'service proxy could not start/reach the compute (Neon: "Couldn\'t connect to compute node", '
        '"Control plane request failed")',
        Retry.LATER,
    ),
    Cause.QUOTA_EXCEEDED: About(
        Stage.STARTUP,
        "plan limit (compute time, transfer, storage, active endpoints) stops connections",
        Retry.NO,
    ),
    Cause.IP_NOT_ALLOWED: About(
        Stage.STARTUP,
        'service allow list/firewall refuses the address (Neon, Supabase; Azure says "no pg_hba.conf '
        'entry ... SSL on")',
        Retry.NO,
    ),
    Cause.PROTOCOL_MISMATCH: About(
        Stage.STARTUP,
        "wire protocol version/first packet not understood (1234.5679, 2.0, 3.2, grease)",
        Retry.NO,
    ),
    Cause.GSS_ENCRYPTION: About(
        Stage.STARTUP,
        "GSSAPI encryption/authentication negotiation in the way (gssencmode)",
        Retry.NO,
    ),
    Cause.UNSUPPORTED_STARTUP_PARAMETER: About(
        Stage.STARTUP,
        "pooler refuses a startup parameter (options, search_path, extra_float_digits, replication)",
        Retry.NO,
    ),
    Cause.DATABASE_NOT_FOUND: About(Stage.STARTUP, "database does not exist", Retry.NO),
    Cause.PERMISSION_DENIED_CONNECT: About(Stage.STARTUP, "role lacks CONNECT on the database", Retry.NO),
    Cause.TOO_MANY_CONNECTIONS: About(Stage.STARTUP, "server/pooler connection limit reached", Retry.LATER),
    Cause.SERVER_STARTING_UP: About(Stage.STARTUP, "server starting, in recovery or crash recovery", Retry.NOW),
    Cause.POOLER_BACKEND_UNAVAILABLE: About(
        Stage.STARTUP,
        'pooler is up, its own connection to Postgres fails (server_login_retry, "cannot connect to server")',
        Retry.LATER,
    ),
    Cause.ENDPOINT_MISMATCH: About(
        Stage.STARTUP,
        'the endpoint option contradicts the host name that SNI carries (Neon: "Inconsistent project '
        'name inferred from SNI")',
        Retry.NO,
    ),
    Cause.NETWORK_BLOCKED: About(
        Stage.STARTUP,
        "the endpoint accepts no connections from this kind of network (public access off, VPC endpoint "
        "required or not allowed)",
        Retry.NO,
    ),
    Cause.RATE_LIMITED: About(
        Stage.STARTUP,
        "the proxy refuses for a while because of too many attempts",
        Retry.LATER,
    ),
    Cause.SERVER_SILENT: About(
        Stage.STARTUP,
        "the server accepts the connection and then sends nothing, or closes it",
        Retry.NO,
    ),
    Cause.PG_HBA_NO_ENTRY: About(
        Stage.AUTH,
        "pg_hba.conf has no line (or a reject line) for host/user/database, and TLS is not the cause",
        Retry.NO,
    ),
    Cause.AUTH_METHOD_UNSUPPORTED: About(
        Stage.AUTH,
        'client does not know the method (SCRAM with old libpq/driver, "authentication method 10")',
        Retry.NO,
    ),
    Cause.CHANNEL_BINDING: About(
        Stage.AUTH,
        "channel binding required/offered but not possible or data differ",
        Retry.NO,
    ),
    Cause.PASSWORD_MISSING: About(Stage.AUTH, "server asks for a password, client has none (or no string)", Retry.NO),
    Cause.WRONG_PASSWORD: About(
        Stage.AUTH,
        "password refused (changed, rotated, volume initialised with another)",
        Retry.NO,
    ),
    Cause.ROLE_NOT_FOUND: About(Stage.AUTH, "role does not exist", Retry.NO),
    Cause.ROLE_CANNOT_LOGIN: About(Stage.AUTH, "role exists without LOGIN", Retry.NO),
    Cause.PEER_AUTH_FAILED: About(Stage.AUTH, "peer/ident method and OS user do not match", Retry.NO),
    Cause.EXTERNAL_AUTH_FAILED: About(Stage.AUTH, "PAM/IAM/LDAP token refused (RDS IAM)", Retry.NO),
    Cause.CLOCK_SKEW: About(Stage.AUTH, "clocks differ so that a token/certificate is not yet valid", Retry.NO),
    Cause.PASSWORD_IN_CLEAR_REFUSED: About(
        Stage.AUTH,
        "the server asks for a clear-text password where it is not safe to send one",
        Retry.NO,
    ),
    Cause.PREPARED_STATEMENT_POOLER: About(
        Stage.SESSION,
        "named prepared statements through a transaction pooler",
        Retry.NO,
    ),
    Cause.QUERY_WAIT_TIMEOUT: About(
        Stage.SESSION,
        "PgBouncer query_wait_timeout: no server connection free in time",
        Retry.LATER,
    ),
    Cause.ADMIN_SHUTDOWN: About(Stage.SESSION, "57P01, restart, pg_terminate_backend", Retry.NOW),
    Cause.IDLE_CONNECTION_CLOSED: About(
        Stage.SESSION,
        "connection went stale or was ended while idle (NAT, pooler, idle_session_timeout, suspend, Lambda freeze)",
        Retry.NOW,
    ),
    Cause.READ_ONLY_SERVER: About(Stage.SESSION, "replica or read-only mode (25006)", Retry.NO),
    Cause.SESSION_STATE_LOST: About(
        Stage.SESSION,
        "what was set in one transaction is gone in the next, because the pooler hands out another server connection",
        Retry.NO,
    ),
    Cause.STARTUP_PARAMETER_IGNORED: About(
        Stage.SESSION,
        "connected, but a parameter the target asked for (statement_timeout, search_path ...) did not "
        "take effect: the proxy or pooler dropped it silently",
        Retry.NO,
    ),
    Cause.FAR_AWAY: About(
        Stage.SESSION,
        "connected, and each round trip takes so long that the application feels broken (client and "
        "region are far apart)",
        Retry.NO,
    ),
    Cause.CLIENT_POOL_TIMEOUT: About(Stage.CLIENT, "no free member in the application pool in time", Retry.LATER),
    Cause.CLIENT_MISUSE: About(
        Stage.CLIENT,
        "driver object used wrongly (connect twice, use after end, shared across Worker requests)",
        Retry.NO,
    ),
    Cause.RUNTIME_NO_TCP: About(
        Stage.CLIENT,
        "runtime without (usable) TCP sockets: browser, edge, old driver on Workers",
        Retry.NO,
    ),
    Cause.DRIVER_NOT_INSTALLED: About(Stage.CLIENT, "client has no Postgres driver (PDO pgsql, JDBC jar)", Retry.NO),
    Cause.NOT_A_CONNECTION_PROBLEM: About(
        None,
        "connection works, SQL/permission/resource error in the session",
        Retry.NO,
    ),
}
