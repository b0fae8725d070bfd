"""Judging a presented certificate chain as libpq's OpenSSL would: against a trust store, at a given time.

Works on DER alone, so that the chain of a saved run can be judged again. `cryptography.x509.verification` is not used:
it refuses much that OpenSSL, and so libpq, accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from pgwhy.network.certificate import is_for_servers, of_openssl, organisation, parse
from pgwhy.network.trust_store import TrustStore, Unreadable
from pgwhy.values import dataclass


class Trust(StrEnum):
    """What the presented chain is worth to the trust store that the user's client would use."""

    TRUSTED = "trusted"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    SELF_SIGNED = "self-signed"
    """The server's own certificate is signed by itself."""
    SELF_SIGNED_ROOT = "self-signed-root"
    """The chain ends in a root that the store does not have."""
    UNKNOWN_ISSUER = "unknown-issuer"
    """The chain ends below a root, and the store does not know the issuer."""
    MISSING_INTERMEDIATE = "missing-intermediate"
    """Only the server's own certificate came, and the store has a root of the same organisation but not its issuer."""
    INVALID = "invalid"
    """Another reason; `verify_detail` has OpenSSL's words."""
    NO_STORE = "no-store"
    """The trust store that the settings name does not exist or cannot be read."""


@dataclass(frozen=True)
class ChainTrust:
    """What a chain is worth to one trust store."""

    trust: Trust
    detail: str
    """OpenSSL's words; empty for a trusted chain."""


def judge(chain: Sequence[bytes], store: TrustStore, now: datetime) -> ChainTrust:
    """Verify a chain (DER, the server's own certificate first, not empty) against a store at the time `now`."""
    from OpenSSL import crypto

    try:
        store.verify([of_openssl(der) for der in chain], now)
    except Unreadable as error:
        return ChainTrust(Trust.NO_STORE, str(error))
    except crypto.X509StoreContextError as error:
        code, detail = int(error.errors[0]), str(error.errors[2])
        return ChainTrust(_trust(code, chain, store), detail)
    leaf = parse(chain[0])
    if leaf is not None and not is_for_servers(leaf):
        # A store has no purpose by default, and a client's connection has: OpenSSL's own words for it.
        return ChainTrust(Trust.INVALID, "unsuitable certificate purpose")
    return ChainTrust(Trust.TRUSTED, "")


def issuer(der: bytes) -> str:
    """The organisation of a certificate's issuer, its common name where it has none; empty where it has neither."""
    parsed = parse(der)
    return organisation(parsed.issuer) if parsed else ""


def expires_in_days(chain: Sequence[bytes], now: datetime) -> float | None:
    """Days until the first certificate of a chain expires, negative if it has; `None` where no date can be read."""
    ends = [parsed.not_valid_after_utc for parsed in map(parse, chain) if parsed]
    return (min(ends) - now.astimezone(UTC)).total_seconds() / 86_400 if ends else None


def _trust(code: int, chain: Sequence[bytes], store: TrustStore) -> Trust:
    if code in _UNKNOWN_ISSUER:
        return Trust.MISSING_INTERMEDIATE if _lacks_intermediate(chain, store) else Trust.UNKNOWN_ISSUER
    return _BY_CODE.get(code, Trust.INVALID)


def _lacks_intermediate(chain: Sequence[bytes], store: TrustStore) -> bool:
    leaf = parse(chain[0])
    if leaf is None or len(chain) > 1:
        return False
    wanted = organisation(leaf.issuer)
    roots = [root.subject for root in store.certificates()]
    return leaf.issuer not in roots and any(organisation(root) in _SIGNED_BY.get(wanted, (wanted,)) for root in roots)


_UNKNOWN_ISSUER = (2, 20, 21)
_BY_CODE = {
    9: Trust.NOT_YET_VALID,
    10: Trust.EXPIRED,
    18: Trust.SELF_SIGNED,
    19: Trust.SELF_SIGNED_ROOT,
}
"""OpenSSL's X509_V_ERR_* (x509_vfy.h)."""

_SIGNED_BY = {"Let's Encrypt": ("Let's Encrypt", "Internet Security Research Group", "ISRG")}
"""Organisations whose intermediates are signed by a root of another name."""
