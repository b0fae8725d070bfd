"""What the client spoken for would verify, and against which root certificates (PostgreSQL, "SSL Support" of libpq)."""

from __future__ import annotations

from pathlib import Path

from pgwhy.client import ClientFacts
from pgwhy.network import trust_store
from pgwhy.network.trust_store import TrustStore
from pgwhy.probes.probe import Run
from pgwhy.target.facts import TargetFacts

NONE, CA, FULL = "none", "ca", "full"


def required(seen: Run) -> str:
    """`none`, `ca` (the chain) or `full` (the name as well)."""
    target = seen[TargetFacts]
    if seen.client.way.over_443:
        return FULL
    if target.sslmode in ("verify-full", "verify-ca"):
        return FULL if target.sslmode == "verify-full" or target.sslrootcert == "system" else CA
    if target.sslmode == "disable" or target.sslmode is None:
        return NONE
    if target.sslmode == "require" and seen[ClientFacts].require_verifies:
        return FULL
    # libpq verifies the chain under any sslmode as soon as there is a root file (docs/neon.md, G-8).
    root = _root_file(seen)
    return CA if root and root.exists() and _reads_root_file(seen) else NONE


def store(seen: Run, verifies: str) -> TrustStore:
    """The root certificates that the client verifies with; the machine's own where it does not verify at all.

    `verifies` is what `required` says.
    """
    if seen.client.way.over_443:
        return trust_store.of_node(seen.machine)
    named = seen[TargetFacts].sslrootcert
    if verifies == NONE or named == "system" or not (named or _reads_root_file(seen)):
        return trust_store.system(seen.machine)
    root = _root_file(seen)
    return trust_store.one_file(root) if root else TrustStore("~/.postgresql/root.crt (there is no home folder)")


def _root_file(seen: Run) -> Path | None:
    """`sslrootcert`, or libpq's default place; `None` for `system`, or where there is no home folder."""
    named = seen[TargetFacts].sslrootcert
    if named == "system":
        return None
    if named:
        return seen.machine.folder / Path(named)
    return seen.machine.postgres_file("root.crt")


def _reads_root_file(seen: Run) -> bool:
    """Whether the client looks at `~/.postgresql/root.crt`: libpq, and what imitates it (pgJDBC, Python's drivers)."""
    return seen[ClientFacts].family in (None, "libpq", "java", "python")
