"""Connection parameters: libpq's own, with their environment variables and closed lists, and those of other drivers.

Source of libpq's: PostgreSQL, "Parameter Key Words" and "Environment Variables" (libpq 18), and for what a value may be
`fe-connect.c`, as libpq checks many of them only when it connects.
"""

from __future__ import annotations

from pgwhy.target import require_auth
from pgwhy.target.model import port_number


def words(text: str) -> frozenset[str]:
    """Names written as a paragraph."""
    return frozenset(text.split())


ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "channel_binding": "PGCHANNELBINDING",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "client_encoding": "PGCLIENTENCODING",
    "options": "PGOPTIONS",
    "application_name": "PGAPPNAME",
    "sslmode": "PGSSLMODE",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "sslcompression": "PGSSLCOMPRESSION",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcertmode": "PGSSLCERTMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcrl": "PGSSLCRL",
    "sslcrldir": "PGSSLCRLDIR",
    "sslsni": "PGSSLSNI",
    "requirepeer": "PGREQUIREPEER",
    "require_auth": "PGREQUIREAUTH",
    "min_protocol_version": "PGMINPROTOCOLVERSION",
    "max_protocol_version": "PGMAXPROTOCOLVERSION",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
    "gssencmode": "PGGSSENCMODE",
    "krbsrvname": "PGKRBSRVNAME",
    "gsslib": "PGGSSLIB",
    "gssdelegation": "PGGSSDELEGATION",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "load_balance_hosts": "PGLOADBALANCEHOSTS",
}
"""libpq's parameters that have an environment variable."""

LIBPQ = frozenset(ENVIRONMENT) | {
    "fallback_application_name",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "sslpassword",
    "replication",
    "scram_client_key",
    "scram_server_key",
    "oauth_issuer",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_scope",
    "sslkeylogfile",
}
"""Every parameter that libpq 18 reads in a URI or a keyword DSN."""

SECRET = frozenset({"password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret"})
"""libpq's parameters that hold a secret."""

_TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
VALUES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
    "sslnegotiation": ("postgres", "direct"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "gssencmode": ("disable", "prefer", "require"),
    "load_balance_hosts": ("disable", "random"),
    "sslcertmode": ("disable", "allow", "require"),
    "ssl_min_protocol_version": _TLS_VERSIONS,
    "ssl_max_protocol_version": _TLS_VERSIONS,
    "min_protocol_version": ("3.0", "3.2", "latest"),
    "max_protocol_version": ("3.0", "3.2", "latest"),
}
"""Closed lists that libpq checks when it connects."""

_INTEGERS = ("connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")
# libpq ignores case, and accepts an empty value, for these only (sslVerifyProtocolVersion).
_RELAXED = ("ssl_min_protocol_version", "ssl_max_protocol_version")


def refuses(name: str, value: str) -> bool:
    """libpq refuses this value of this parameter before or while it connects."""
    if name in _RELAXED:
        return bool(value) and value.lower() not in (v.lower() for v in VALUES[name])
    if name in VALUES:
        return value not in VALUES[name]
    if name in _INTEGERS:
        digits = value.strip(" \t\n\v\f\r").lstrip("+-")
        return not (digits.isascii() and digits.isdigit())
    if name == "require_auth":
        return require_auth.is_refused(value)
    if name == "port":
        return any(port_number(port) is None for port in value.split(","))
    return False


SERVER = words(
    """search_path statement_timeout lock_timeout idle_in_transaction_session_timeout idle_session_timeout
    transaction_timeout timezone datestyle intervalstyle work_mem maintenance_work_mem
    default_transaction_isolation default_transaction_read_only extra_float_digits standard_conforming_strings
    bytea_output jit role session_role row_security application_name client_min_messages geqo plan_cache_mode
    lc_messages"""
)
"""Parameters of the server that some drivers pass on from the URL. Written in lower case."""

_FORWARDING = ("pgx", "lib-pq", "postgres-js", "asyncpg")

_PGXPOOL = """pool_max_conns pool_min_conns pool_max_conn_lifetime pool_max_conn_idle_time pool_min_idle_conns
    pool_health_check_period pool_max_conn_lifetime_jitter"""
_OF_DRIVERS = {
    "node-postgres": """ssl uselibpqcompat statement_timeout query_timeout lock_timeout encoding
        idle_in_transaction_session_timeout connectionTimeoutMillis keepAlive keepAliveInitialDelayMillis binary
        enableChannelBinding max min idleTimeoutMillis allowExitOnIdle maxUses""",
    "postgres-js": """ssl max idle_timeout max_lifetime prepare fetch_types backoff keep_alive max_pipeline
        publications""",
    "prisma": """schema connection_limit pool_timeout socket_timeout pgbouncer statement_cache_size sslidentity
        sslaccept single_use_connections max_connection_lifetime max_idle_connection_lifetime""",
    "pgx": f"""{_PGXPOOL} default_query_exec_mode statement_cache_capacity description_cache_capacity servicefile
        sslinline""",
    "lib-pq": "binary_parameters disable_prepared_binary_result sslinline",
    "sqlx": "statement-cache-capacity ssl-mode ssl-root-cert ssl-ca ssl-cert ssl-key",
    "tokio-postgres": "keepalives_retries",
    "asyncpg": """ssl statement_cache_size max_cached_statement_lifetime max_cacheable_statement_size command_timeout
        timeout direct_tls server_settings prepared_statement_cache_size prepared_statement_name_func
        async_fallback""",
    "pg8000": "ssl_context timeout tcp_keepalive unix_sock source_address startup_params",
    "ecto": "ssl pool_size timeout queue_target queue_interval socket_options",
    "django": "conn_max_age conn_health_checks disable_server_side_cursors ssl_require",
    "tortoise": "ssl minsize maxsize max_queries max_inactive_connection_lifetime schema",
    "rails": """pool encoding prepared_statements schema_search_path checkout_timeout reaping_frequency idle_timeout
        statement_limit advisory_locks min_messages variables""",
    "doctrine": "serverVersion charset",
    "supabase": "workaround supa",
    "cockroach": "cluster",
    "pgjdbc": """adaptiveFetch adaptiveFetchMaximum adaptiveFetchMinimum allowEncodingChanges ApplicationName
        assumeMinServerVersion authenticationPluginClassName autosave binaryTransfer binaryTransferDisable
        binaryTransferEnable cancelSignalTimeout channelBinding cleanupSavepoints connectTimeout
        convertBooleanToNumeric currentSchema databaseMetadataCacheFields databaseMetadataCacheFieldsMiB
        defaultRowFetchSize disableColumnSanitiser escapeSyntaxCallMode groupStartupParameters gssEncMode
        gssResponseTimeout gssUseDefaultCreds hideUnprivilegedObjects hostRecheckSeconds jaasApplicationName jaasLogin
        kerberosServerName loadBalanceHosts localSocketAddress loggerFile loggerLevel loginTimeout logServerErrorDetail
        logUnclosedConnections maxResultBuffer maxSendBufferSize preferQueryMode preparedStatementCacheQueries
        preparedStatementCacheSizeMiB prepareThreshold protocolVersion queryTimeout quoteReturningIdentifiers readOnly
        readOnlyMode receiveBufferSize requireAuth reWriteBatchedInserts reWriteBatchedInsertsSize scramMaxIterations
        sendBufferSize socketFactory socketFactoryArg socketTimeout ssl sslfactory sslfactoryarg sslhostnameverifier
        sslNegotiation sslpasswordcallback sslResponseTimeout sspiServiceClass stringtype targetServerType tcpKeepAlive
        tcpNoDelay unknownLength useSpnego xmlFactoryFactory""",
    # Npgsql ignores case and spaces: its names are compared through `plain`.
    "npgsql": """server db username userid uid psw pwd applicationname enlist searchpath clientencoding encoding
        sslcertificate rootcertificate checkcertificaterevocation kerberosservicename includerealm
        persistsecurityinfo logparameters includeerrordetail includefailedbatchedcommand channelbinding requireauth
        pooling minimumpoolsize maximumpoolsize minpoolsize maxpoolsize connectionidlelifetime
        connectionpruninginterval connectionlifetime loadbalancetimeout commandtimeout cancellationtimeout
        targetsessionattributes loadbalancehosts hostrecheckseconds keepalive tcpkeepalive tcpkeepalivetime
        tcpkeepaliveinterval readbuffersize writebuffersize socketreceivebuffersize socketsendbuffersize maxautoprepare
        autoprepareminusages noresetonclose replicationmode arraynullabilitymode loadtablecomposites
        servercompatibilitymode trustservercertificate internalcommandtimeout gssencryptionmode integratedsecurity
        multiplexing usesslstream""",
}

POOL_ONLY = {"pgx": words(_PGXPOOL)}
"""What a driver's pool reads and its plain connection sends to the server (pgx: `pgxpool.ParseConfig`)."""

KEYWORD_ARGUMENTS = {
    "asyncpg": words(
        """host port user password passfile service servicefile database timeout statement_cache_size
    max_cached_statement_lifetime max_cacheable_statement_size command_timeout ssl direct_tls connection_class
    record_class server_settings target_session_attrs krbsrvname gsslib prepared_statement_cache_size
    prepared_statement_name_func async_fallback"""
    ),
    "pg8000": words(
        """user host database port password source_address unix_sock ssl_context timeout tcp_keepalive application_name
    replication startup_params"""
    ),
}
"""Drivers that SQLAlchemy hands the query of its URL as keyword arguments: another name is a `TypeError`."""


def plain(name: str) -> str:
    """A name as Npgsql compares it: `SSL Mode` and `SslMode` are one."""
    return name.replace(" ", "").lower()


def drivers(name: str) -> frozenset[str]:
    """The drivers other than libpq that read this parameter; empty if none is known to."""
    readers = {driver for driver, names in _OF_DRIVERS.items() if name in names.split()}
    if plain(name) in _OF_DRIVERS["npgsql"].split():
        readers.add("npgsql")
    if name.lower() in SERVER:
        readers.update(_FORWARDING)
    return frozenset(readers)


def is_known(name: str) -> bool:
    """A parameter of libpq's or of some driver's, in any of its spellings."""
    return name in LIBPQ or plain(name) in _EVERY


_OF_OTHERS = "database username endpoint project"
"""What is written as a parameter and is one of another place: fields of forms, and Neon's names inside `options`."""
_EVERY = (
    frozenset(plain(name) for names in (*LIBPQ, _OF_OTHERS, *_OF_DRIVERS.values()) for name in names.split()) | SERVER
)
