"""The closed list of causes: what a person has to change or wait for. Slugs are public and never renamed.

Beside it the other closed words in which a rule and a finding speak: retry, severity, owner, kind of fix.
"""

from __future__ import annotations

from enum import StrEnum

from pgwhy.progress import Stage
from pgwhy.scales import Severity as Severity
from pgwhy.values import dataclass


class Retry(StrEnum):
    """Does waiting help?"""

    NO = "no"
    NOW = "now"
    """The next attempt may work already."""
    LATER = "later"
    """In minutes or hours, when something has passed."""


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
    ruled_out_by: str = ""
    """A fact that a stage's row names as `past`: where it shows that, this is not the cause. Empty: none does."""


class Cause(StrEnum):
    """Why a connection to Postgres fails: the slug, and what `About` holds of it (`Retry.NO` unless it says more)."""

    about: About
    """Stage, meaning, whether waiting helps, and what rules it out."""

    MALFORMED_CONNECTION_STRING = (
        "malformed-connection-string",
        Stage.CONFIG,
        "URL/DSN cannot be parsed or is parsed wrongly: unencoded special characters in the password, "
        "whole URL or host:port in the host field, wrong scheme, stray quotes",
    )
    ENV_VAR_NOT_LOADED = (
        "env-var-not-loaded",
        Stage.CONFIG,
        'connection settings never reached the driver (unset variable, .env not read, "undefined"/null '
        "host, fallback to localhost/default socket)",
    )
    INVALID_CONNECTION_OPTION = (
        "invalid-connection-option",
        Stage.CONFIG,
        "option or sslmode value the driver/libpq does not know (e.g. channel_binding, ssl= v. sslmode=)",
    )
    DNS_NOT_FOUND = (
        "dns-not-found",
        Stage.DNS,
        "host name does not exist for the resolver in use (NXDOMAIN, no records, wrong name, machine offline)",
        Retry.NO,
        "dns.outcome",
    )
    DNS_TEMPORARY_FAILURE = (
        "dns-temporary-failure",
        Stage.DNS,
        "right name, resolver fails now and then (EAI_AGAIN, SERVFAIL, time-out)",
        Retry.LATER,
        "dns.outcome",
    )
    RESOLVER_WITHHOLDS_NAME = (
        "resolver-withholds-name",
        Stage.DNS,
        "this resolver refuses or hides a name that other resolvers know (filtering, split horizon, private DNS)",
    )
    HOSTS_FILE_OVERRIDE = (
        "hosts-file-override",
        Stage.DNS,
        "a local override (hosts file, static entry) sends the name to an address that its zone does not give",
    )
    ANSWER_REWRITTEN = (
        "answer-rewritten",
        Stage.DNS,
        "the resolver answers a name that does not exist, or with an address that is not the provider's "
        "(captive portal, wildcard search domain, DNS hijack)",
    )
    DOCKER_NETWORKING = (
        "docker-networking",
        Stage.TCP,
        "container/compose/CI confusion: localhost inside a container, compose service name from outside"
        " (or not on that network), host-mapped port used inside the network",
    )
    LOCAL_SOCKET_MISSING = (
        "local-socket-missing",
        Stage.TCP,
        "client uses a Unix socket where no server listens (server not started, default socket, /cloudsql path wrong)",
    )
    SERVER_DID_NOT_START = (
        "server-did-not-start",
        Stage.TCP,
        "the server itself did not start (data directory of another major version, its lock file, port or key file)",
    )
    CONNECTION_REFUSED = (
        "connection-refused",
        Stage.TCP,
        "host reached, nothing accepts on that port (server down, wrong port)",
        Retry.NO,
        "tcp.outcome",
    )
    CONNECTION_TIMEOUT = (
        "connection-timeout",
        Stage.TCP,
        "TCP connect gets no answer (firewall, security group, VPC, not public)",
        Retry.NO,
        "tcp.outcome",
    )
    NETWORK_UNREACHABLE = (
        "network-unreachable",
        Stage.TCP,
        "no route to host / host unreachable / request cannot leave the network",
    )
    LOCAL_PORTS_EXHAUSTED = (
        "local-ports-exhausted",
        Stage.TCP,
        "client's machine has no free local port for one more connection (EADDRNOTAVAIL, WSAENOBUFS)",
        Retry.LATER,
    )
    HTTP_PROXY_ONLY = (
        "http-proxy-only",
        Stage.TCP,
        "only an HTTP proxy leads out of the network, and it does not pass the connection on",
    )
    CONNECTION_RESET = ("connection-reset", Stage.TCP, "TCP link reset by the peer or something between", Retry.NOW)
    COLD_START_TIMEOUT = (
        "cold-start-timeout",
        Stage.TCP,
        "compute was suspended and the client gave up before it was up",
        Retry.NOW,
    )
    PORT_BLOCKED = (
        "port-blocked",
        Stage.TCP,
        "this network lets 443 of the same service through and drops or refuses 5432",
        Retry.NO,
        "tcp.outcome",
    )
    IPV6_UNREACHABLE = (
        "ipv6-unreachable",
        Stage.TCP,
        "host has only IPv6 records (or IPv6 is tried) and the client has no working IPv6",
        Retry.NO,
        "tcp.outcome",
    )
    PATH_MTU = (
        "path-mtu",
        Stage.TCP,
        "small packets pass and full-sized ones vanish: the connection stalls in or after the handshake",
    )
    ADDRESS_UNHEALTHY = (
        "address-unhealthy",
        Stage.TCP,
        "some addresses of the name answer and others do not: the client works or hangs by chance",
        Retry.NOW,
    )
    SSL_REQUIRED = (
        "ssl-required",
        Stage.TLS,
        'server refuses an unencrypted connection ("no encryption"/"SSL off", "connection is insecure", '
        '"must use SSL")',
    )
    NOT_A_POSTGRES_SERVER = (
        "not-a-postgres-server",
        Stage.TLS,
        "something else answers on that port (MySQL, HTTP, TCP proxy)",
        Retry.NO,
        "tls.ssl_answer",
    )
    SSL_NOT_SUPPORTED_BY_SERVER = (
        "ssl-not-supported-by-server",
        Stage.TLS,
        "client demands TLS, server answers N",
        Retry.NO,
        "tls.ssl_answer",
    )
    TLS_VERSION_MISMATCH = (
        "tls-version-mismatch",
        Stage.TLS,
        "no common TLS version, cipher, signature algorithm or certificate version",
        Retry.NO,
        "tls.handshake",
    )
    SELF_SIGNED_CERTIFICATE = (
        "self-signed-certificate",
        Stage.TLS,
        "certificate or chain is self-signed (private CA of a provider, corporate interception)",
    )
    UNKNOWN_CA = ("unknown-ca", Stage.TLS, "issuer not in the trust store / chain incomplete")
    ROOT_CERT_FILE_MISSING = (
        "root-cert-file-missing",
        Stage.TLS,
        "sslrootcert / ~/.postgresql/root.crt file not there",
    )
    CERTIFICATE_HOSTNAME_MISMATCH = (
        "certificate-hostname-mismatch",
        Stage.TLS,
        "name checked is not in the certificate",
    )
    CERTIFICATE_EXPIRED = ("certificate-expired", Stage.TLS, "a certificate of the chain is expired or not yet valid")
    CERTIFICATE_MALFORMED = (
        "certificate-malformed",
        Stage.TLS,
        "a certificate lacks what strict checks require (RFC 5280; the default since Python 3.13), though its issuer "
        "may be known",
    )
    CLIENT_CERTIFICATE = (
        "client-certificate",
        Stage.TLS,
        "client certificate or key is missing, refused, unusable or has loose file rights",
    )
    DIRECT_TLS_NEGOTIATION = (
        "direct-tls-negotiation",
        Stage.TLS,
        'sslnegotiation=direct / ALPN "postgresql" problems (also TLS-ending proxies)',
    )
    TLS_INTERCEPTION = (
        "tls-interception",
        Stage.TLS,
        "a middlebox presents its own certificate in the server's place (corporate proxy, antivirus); it"
        " also breaks channel binding",
    )
    TLS_HANDSHAKE_FAILED = (
        "tls-handshake-failed",
        Stage.TLS,
        "the handshake ends with an alert, a reset or silence for another reason than the ones above",
        Retry.NO,
        "tls.handshake",
    )
    SNI_MISSING = (
        "sni-missing",
        Stage.STARTUP,
        "multi-tenant proxy cannot tell the endpoint/cluster: no SNI and no endpoint/cluster option "
        "(Neon, CockroachDB serverless, Supavisor)",
        Retry.NO,
        "startup.reached",
    )
    USERNAME_FORMAT = (
        "username-format",
        Stage.STARTUP,
        "service routes by user name, which lacks the tenant part (Azure Single Server user@server)",
    )
    ENDPOINT_NOT_FOUND = (
        "endpoint-not-found",
        Stage.STARTUP,
        "endpoint/project/tenant/branch unknown to the service (deleted, wrong host or region)",
    )
    ENDPOINT_DISABLED = (
        "endpoint-disabled",
        Stage.STARTUP,
        "endpoint/project disabled or suspended by owner or provider",
    )
    COMPUTE_START_FAILED = (
        "compute-start-failed",
        Stage.STARTUP,
        'service proxy could not start/reach the compute (Neon: "Couldn\'t connect to compute node", '
        '"Control plane request failed")',
        Retry.LATER,
    )
    QUOTA_EXCEEDED = (
        "quota-exceeded",
        Stage.STARTUP,
        "plan limit (compute time, transfer, storage, active endpoints) stops connections",
    )
    IP_NOT_ALLOWED = (
        "ip-not-allowed",
        Stage.STARTUP,
        'service allow list/firewall refuses the address (Neon, Supabase; Azure says "no pg_hba.conf '
        'entry ... SSL on")',
        Retry.NO,
        "startup.reached",
    )
    PROTOCOL_MISMATCH = (
        "protocol-mismatch",
        Stage.STARTUP,
        "wire protocol version/first packet not understood (1234.5679, 2.0, 3.2, grease)",
    )
    GSS_ENCRYPTION = (
        "gss-encryption",
        Stage.STARTUP,
        "GSSAPI encryption/authentication negotiation in the way (gssencmode)",
    )
    UNSUPPORTED_STARTUP_PARAMETER = (
        "unsupported-startup-parameter",
        Stage.STARTUP,
        "pooler refuses a startup parameter (options, search_path, extra_float_digits, replication)",
    )
    DATABASE_NOT_FOUND = ("database-not-found", Stage.STARTUP, "database does not exist")
    PERMISSION_DENIED_CONNECT = ("permission-denied-connect", Stage.STARTUP, "role lacks CONNECT on the database")
    TOO_MANY_CONNECTIONS = (
        "too-many-connections",
        Stage.STARTUP,
        "server/pooler connection limit reached",
        Retry.LATER,
    )
    SERVER_STARTING_UP = (
        "server-starting-up",
        Stage.STARTUP,
        "server starting, in recovery or crash recovery",
        Retry.NOW,
    )
    POOLER_BACKEND_UNAVAILABLE = (
        "pooler-backend-unavailable",
        Stage.STARTUP,
        'pooler is up, its own connection to Postgres fails (server_login_retry, "cannot connect to server")',
        Retry.LATER,
    )
    POOLER_AUTH_LOOKUP_FAILED = (
        "pooler-auth-lookup-failed",
        Stage.STARTUP,
        "pooler cannot look its client's password up (auth_query, auth_user, auth_file, pool_passwd, EAUTHQUERY)",
    )
    ENDPOINT_MISMATCH = (
        "endpoint-mismatch",
        Stage.STARTUP,
        'the endpoint option contradicts the host name that SNI carries (Neon: "Inconsistent project '
        'name inferred from SNI")',
    )
    NETWORK_BLOCKED = (
        "network-blocked",
        Stage.STARTUP,
        "the endpoint accepts no connections from this kind of network (public access off, VPC endpoint "
        "required or not allowed)",
    )
    RATE_LIMITED = (
        "rate-limited",
        Stage.STARTUP,
        "the proxy refuses for a while because of too many attempts",
        Retry.LATER,
    )
    SERVER_SILENT = (
        "server-silent",
        Stage.STARTUP,
        "the server accepts the connection and then sends nothing, or closes it",
        Retry.NO,
        "startup.reached",
    )
    PG_HBA_NO_ENTRY = (
        "pg-hba-no-entry",
        Stage.AUTH,
        "pg_hba.conf has no line (or a reject line) for host/user/database, and TLS is not the cause",
    )
    AUTH_METHOD_UNSUPPORTED = (
        "auth-method-unsupported",
        Stage.AUTH,
        'client does not know the method (SCRAM with old libpq/driver, "authentication method 10")',
    )
    CHANNEL_BINDING = (
        "channel-binding",
        Stage.AUTH,
        "channel binding required/offered but not possible or data differ",
    )
    PASSWORD_MISSING = ("password-missing", Stage.AUTH, "server asks for a password, client has none (or no string)")
    WRONG_PASSWORD = (
        "wrong-password",
        Stage.AUTH,
        "password refused (changed, rotated, volume initialised with another)",
        Retry.NO,
        "authentication.outcome",
    )
    ROLE_NOT_FOUND = ("role-not-found", Stage.AUTH, "role does not exist", Retry.NO, "authentication.outcome")
    ROLE_CANNOT_LOGIN = ("role-cannot-login", Stage.AUTH, "role exists without LOGIN, or without REPLICATION")
    PEER_AUTH_FAILED = ("peer-auth-failed", Stage.AUTH, "peer/ident method and OS user do not match")
    EXTERNAL_AUTH_FAILED = ("external-auth-failed", Stage.AUTH, "PAM/IAM/LDAP token refused (RDS IAM)")
    OAUTH_NOT_SET_UP = (
        "oauth-not-set-up",
        Stage.AUTH,
        "the server asks for an OAuth token (OAUTHBEARER), and the client has no settings or no module to get one",
    )
    TOKEN_EXPIRED = (
        "token-expired",
        Stage.AUTH,
        "the token given as the password (RDS or DSQL IAM, Entra, Databricks, JWT) has expired",
    )
    TOKEN_FOR_ANOTHER_LOGIN = (
        "token-for-another-login",
        Stage.AUTH,
        "the token given as the password was issued for another host, port, region, role or service",
    )
    CLOCK_SKEW = ("clock-skew", Stage.AUTH, "clocks differ so that a token/certificate is not yet valid")
    SERVER_MESSAGE_UNDECODABLE = (
        "server-message-undecodable",
        Stage.AUTH,
        "client cannot decode the server's refusal: its words are not UTF-8 (psycopg2's UnicodeDecodeError)",
    )
    PASSWORD_IN_CLEAR_REFUSED = (
        "password-in-clear-refused",
        Stage.AUTH,
        "the server asks for a clear-text password where it is not safe to send one",
    )
    PREPARED_STATEMENT_POOLER = (
        "prepared-statement-pooler",
        Stage.SESSION,
        "named prepared statements through a transaction pooler",
    )
    QUERY_WAIT_TIMEOUT = (
        "query-wait-timeout",
        Stage.SESSION,
        "PgBouncer query_wait_timeout: no server connection free in time",
        Retry.LATER,
    )
    ADMIN_SHUTDOWN = ("admin-shutdown", Stage.SESSION, "57P01, restart, pg_terminate_backend", Retry.NOW)
    IDLE_CONNECTION_CLOSED = (
        "idle-connection-closed",
        Stage.SESSION,
        "connection went stale or was ended while idle (NAT, pooler, idle_session_timeout, suspend, Lambda freeze)",
        Retry.NOW,
    )
    READ_ONLY_SERVER = ("read-only-server", Stage.SESSION, "replica or read-only mode (25006)")
    SESSION_STATE_LOST = (
        "session-state-lost",
        Stage.SESSION,
        "what was set in one transaction is gone in the next, because the pooler hands out another server connection",
    )
    STARTUP_PARAMETER_IGNORED = (
        "startup-parameter-ignored",
        Stage.SESSION,
        "connected, but a parameter the target asked for (statement_timeout, search_path ...) did not "
        "take effect: the proxy or pooler dropped it silently",
    )
    FAR_AWAY = (
        "far-away",
        Stage.SESSION,
        "connected, and each round trip takes so long that the application feels broken (client and "
        "region are far apart)",
    )
    CLIENT_POOL_TIMEOUT = (
        "client-pool-timeout",
        Stage.CLIENT,
        "no free member in the application pool in time",
        Retry.LATER,
    )
    CLIENT_MISUSE = (
        "client-misuse",
        Stage.CLIENT,
        "driver object used wrongly (connect twice, use after end, shared across Worker requests)",
    )
    RUNTIME_NO_TCP = (
        "runtime-no-tcp",
        Stage.CLIENT,
        "runtime without (usable) TCP sockets: browser, edge, old driver on Workers",
    )
    DRIVER_NOT_INSTALLED = ("driver-not-installed", Stage.CLIENT, "client has no Postgres driver (PDO pgsql, JDBC jar)")
    NOT_A_CONNECTION_PROBLEM = (
        "not-a-connection-problem",
        None,
        "connection works, SQL/permission/resource error in the session",
    )

    def __new__(
        cls, slug: str, stage: Stage | None = None, meaning: str = "", retry: Retry = Retry.NO, ruled_out_by: str = ""
    ) -> Cause:
        # What has a default serves `Cause(slug)` too, which mypy checks against this signature.
        cause = str.__new__(cls, slug)
        cause._value_ = slug
        cause.about = About(stage, meaning, retry, ruled_out_by)
        return cause
