"""What Neon's proxy and control plane say, word for word, and where in a connection they say it.

Source: docs/neon.md, 3.4 and 3.5. On 5432 every one has severity ERROR, SQLSTATE XX000 and no other field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Refusal(Exception):
    """The proxy says this and closes the connection.

    `status` is the HTTP status on 443. `fields` are those of Postgres' own error by their letters; 443 keeps them.
    """

    def __init__(self, text: str, status: int = 400, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.fields = dict(fields or {})


INSECURE = "connection is insecure (try using `sslmode=require`)"
ENDPOINT_NOT_SPECIFIED = (
    "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support or pass "
    "the endpoint ID (first part of the domain name) as a parameter: '?options=endpoint%3D<endpoint-id>'. See more at "
    "https://neon.tech/sni"
)
INCONSISTENT = "Inconsistent project name inferred from SNI ('{sni}') and project option ('{option}')."
MALFORMED_NAME = "Project name ('{name}') must contain only alphanumeric characters and hyphen."
USER_MISSING = "Parameter 'user' is missing in startup packet."
PASSWORD_FAILED = "password authentication failed for user '{user}'"
UNTERMINATED_PASSWORD = "Malformed password message: missing terminator"
PROTOCOL_VIOLATION = "authentication protocol violation"
SCRAM_PLUS_NOT_USED = "SCRAM-PLUS not used"
CHANNEL_DATA_MISMATCH = "insecure connection: secure channel data mismatch"
UNSUPPORTED_CHANNEL_BINDING = "unsupported channel binding method {method}"
AUTHENTICATION_TIMED_OUT = "Authentication timed out"
INTERNAL_ERROR = "Internal error"
COMPUTE_UNREACHABLE = "Couldn't connect to compute node"
COMPUTE_RESET = "error communicating with the server: Connection reset by peer (os error 104)"
COMPUTE_CLOSED = "connection closed"
POOLER_REFUSAL = (
    "unsupported startup parameter{place}: {parameter}. Please use unpooled connection or remove this parameter from "
    "the startup package. More details: https://neon.tech/docs/connect/connection-errors#unsupported-startup-parameter"
)
HEADER_INVALID = "invalid header: neon-connection-string"
NOT_A_URL = "invalid connection string: relative URL without a base"
INCORRECT_SCHEME = "incorrect scheme"
USERNAME_MISSING = "missing username"
DATABASE_MISSING = "missing database name"
HOSTNAME_MISSING = "missing hostname"
PASSWORD_REQUIRED = "missing authentication credentials: required password"
BODY_CUT_OFF = "could not parse the HTTP request body: EOF while parsing an object at line {line} column {column}"


class Place(StrEnum):
    """Where a refusal on demand comes."""

    BEFORE_PASSWORD = "before-password"
    """As soon as the endpoint is known: no password is needed to see it."""
    AFTER_PASSWORD = "after-password"
    """When the compute should wake up."""


@dataclass(frozen=True)
class OnDemand:
    """A refusal that an endpoint can be told to give."""

    text: str
    place: Place
    status: int = 500
    """Of HTTP on 443: 400 where the client or the project's settings are the reason."""
    retried: bool = False
    """The proxy asks again for a while (`Retries.wake_s`) before it passes this on."""


def _quota(what: str) -> OnDemand:
    return OnDemand(f"{what}. Upgrade your plan to increase limits.", Place.AFTER_PASSWORD)


def _not_found(what: str) -> OnDemand:
    text = f"The requested {what} could not be found, or you don't have access to it. Please check the provided ID and"
    return OnDemand(f"{text} try again.", Place.AFTER_PASSWORD, status=400)


ON_DEMAND = {
    # Network policy and the limiter of connection attempts: before any password.
    "ip-not-allowed": OnDemand(
        "This IP address {address} is not allowed to connect to this endpoint. Please add it to the allowed list in "
        "the Neon console. Make sure to check for IPv4 or IPv6 addresses.",
        Place.BEFORE_PASSWORD,
        status=400,
    ),
    "blocked-network": OnDemand(
        "This connection is trying to access this endpoint from a blocked network.", Place.BEFORE_PASSWORD, status=400
    ),
    "vpc-endpoint-missing": OnDemand(
        "VPC endpoint ID is not specified. This endpoint requires a VPC endpoint ID to connect.",
        Place.BEFORE_PASSWORD,
        status=400,
    ),
    "vpc-endpoint-not-allowed": OnDemand(
        "This VPC endpoint id vpce-0a1b2c3d4e5f60718 is not allowed to connect to this endpoint. Please add it to the "
        "allowed list in the Neon console.",
        Place.BEFORE_PASSWORD,
        status=400,
    ),
    "too-many-connections": OnDemand(
        "Too many connections to this endpoint. Please try again later.", Place.BEFORE_PASSWORD
    ),
    # The control plane, and the way to the compute.
    "too-many-attempts": OnDemand("Too many connections attempts", Place.AFTER_PASSWORD),
    "no-permit": OnDemand(
        "Failed to acquire permit to connect to the database. Too many database connection attempts are currently "
        "ongoing.",
        Place.AFTER_PASSWORD,
    ),
    "control-plane-failed": OnDemand("Control plane request failed", Place.AFTER_PASSWORD),
    "control-plane-not-found": OnDemand("Control plane request failed: endpoint cannot be found", Place.AFTER_PASSWORD),
    "control-plane-disabled": OnDemand("Control plane request failed: endpoint is disabled", Place.AFTER_PASSWORD),
    "control-plane-unavailable": OnDemand(
        "Control plane request failed: endpoint is temporarily unavailable. Check your quotas and/or contact our "
        "support.",
        Place.AFTER_PASSWORD,
    ),
    "internal-error": OnDemand(INTERNAL_ERROR, Place.AFTER_PASSWORD),
    "endpoint-not-found": _not_found("endpoint"),
    "project-not-found": _not_found("project"),
    "branch-not-found": _not_found("branch"),
    "resource-not-found": _not_found("resource"),
    "endpoint-disabled": OnDemand(
        "The endpoint has been disabled. Enable it using Neon API and retry.", Place.AFTER_PASSWORD, status=400
    ),
    "endpoint-temporarily-disabled": OnDemand("Access to this endpoint is temporarily disabled", Place.AFTER_PASSWORD),
    "compute-time-quota": _quota("Your account or project has exceeded the compute time quota"),
    "data-transfer-quota": _quota("Your project has exceeded the data transfer quota"),
    "active-time-quota": _quota("Your project has exceeded the active time quota"),
    "written-data-quota": _quota("Your project has exceeded the written data quota"),
    "logical-size-quota": _quota("Your project has exceeded the logical size quota"),
    "branch-compute-time": OnDemand(
        "You've exceeded the compute time for this branch. Upgrade your plan to increase limits or connect to another "
        "branch.",
        Place.AFTER_PASSWORD,
    ),
    "active-endpoints-limit": OnDemand(
        "You have exceeded the limit of concurrently active endpoints. Please suspend some endpoints and try again.",
        Place.AFTER_PASSWORD,
    ),
    "running-operations": OnDemand(
        "Your project already has running operations. Please wait until they complete, and then try again.",
        Place.AFTER_PASSWORD,
        retried=True,
    ),
    "rate-limit": OnDemand("You've exceeded the rate limit. Please wait a moment and try again.", Place.AFTER_PASSWORD),
    "role-protected": OnDemand(
        "The role you're attempting to use is protected and cannot be used for password-based authentication. Please "
        "pick a different role and try again.",
        Place.BEFORE_PASSWORD,
    ),
}
"""Name → text and place. `{address}` is the client's address as the gateway sees it."""
