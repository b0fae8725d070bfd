"""Judging a presented certificate chain as libpq's OpenSSL would: against a trust store, at a given time.

Works on DER alone, so that the chain of a saved run can be judged again. `cryptography.x509.verification` is not used:
it refuses much that OpenSSL, and so libpq, accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from pgwhy.network.certificate import is_for_servers, of_openssl, organisation, parse, wrong_mark
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
    """Verify a chain (DER, the server's own certificate first, not empty) against a store at the time `now`.

    Once in a second, and while the store is the same: many targets have one certificate, and to verify it costs as much
    as to read a target.
    """
    state = store.state(now)
    if state is None:
        return _verified(chain, store, now)
    asked = tuple(chain), store, state
    if (known := _judged.get(asked)) is None:
        if len(_judged) >= MOST_JUDGED:
            _judged.clear()
        known = _judged[asked] = _verified(chain, store, now)
    return known


MOST_JUDGED = 256
_judged: dict[tuple[tuple[bytes, ...], TrustStore, tuple[int, ...]], ChainTrust] = {}


def _verified(chain: Sequence[bytes], store: TrustStore, now: datetime) -> ChainTrust:
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


def strict_refusal(chain: Sequence[bytes], store: TrustStore, now: datetime) -> str | None:
    """What OpenSSL says of a chain under X509_V_FLAG_X509_STRICT: its words; empty where it accepts the chain as well.

    These are the flags of `ssl.create_default_context` in Python 3.13 and later (docs.python.org, What's New in 3.13),
    with OpenSSL 3, which Python is built with: OpenSSL 4 no longer asks what is marked critical (its PR 30249).
    `None`: the chain does not pass without them either, or the store cannot be read. `chain` and `now` as for `judge`.
    """
    from OpenSSL import crypto

    try:
        leaf, *above = store.verify([of_openssl(der) for der in chain], now)
    except (Unreadable, crypto.X509StoreContextError):
        return None
    # A store of its own, for flags cannot be taken back. They concern the certificates of the chain and no others, so
    # its root is all that has to be in there.
    strict = crypto.X509Store()
    strict.add_cert(above.pop() if above else leaf)
    strict.set_flags(crypto.X509StoreFlags.X509_STRICT | crypto.X509StoreFlags.PARTIAL_CHAIN)
    strict.set_time(now.astimezone(UTC))
    try:
        whole = crypto.X509StoreContext(strict, leaf, above).get_verified_chain()
    except crypto.X509StoreContextError as error:
        return str(error.errors[2])
    if len(whole) == 1:
        return ""  # of a certificate that is trusted itself nothing is asked
    return next(filter(None, (wrong_mark(crypto.dump_certificate(crypto.FILETYPE_ASN1, each)) for each in whole)), "")


@lru_cache(maxsize=512)
def issuer(der: bytes) -> str:
    """The organisation of a certificate's issuer, its common name where it has none; empty where it has neither."""
    parsed = parse(der)
    return organisation(parsed.issuer) if parsed else ""


def expires_in_days(chain: Sequence[bytes], now: datetime) -> float | None:
    """Days until the first certificate of a chain expires, negative if it has; `None` where no date can be read."""
    ends = [end for end in map(_end, chain) if end]
    return (min(ends) - now.astimezone(UTC)).total_seconds() / 86_400 if ends else None


@lru_cache(maxsize=512)
def _end(der: bytes) -> datetime | None:
    parsed = parse(der)
    return parsed.not_valid_after_utc if parsed else None


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
