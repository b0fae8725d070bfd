"""Inputs for hypothesis: seeds, whole and damaged, and bytes of any kind."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from tests.foreign.mutants import of_bytes


def damaged(seeds: Iterable[bytes]) -> st.SearchStrategy[bytes]:
    """One of the seeds with its bytes changed, cut or doubled."""
    whole = st.sampled_from(list(seeds))
    return st.builds(of_bytes, whole, st.randoms(use_true_random=False)) | whole


def joined(pieces: Iterable[str], most: int = 30) -> st.SearchStrategy[bytes]:
    """Pieces of texts and odd characters in any order."""
    text = st.lists(st.sampled_from(list(pieces)) | st.text(max_size=6), max_size=most).map("".join)
    return text.map(lambda one: one.encode("utf-8", "surrogatepass"))
