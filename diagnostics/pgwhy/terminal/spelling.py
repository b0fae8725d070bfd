"""The known word that a mistyped one is nearest to: every "did you mean" comes from here."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 60
"""Characters of a word that is still compared: a comparison costs the product of the lengths (`difflib`)."""
NEAR = 0.6
"""The ratio of `difflib.SequenceMatcher` from which two words are near."""
SURE = 0.7
"""The same where the word may not be meant as one of these names at all: a TARGET, an error text."""


def nearest(word: str, known: Iterable[str], ratio: float = NEAR) -> str:
    """The most similar of the known words, whatever their case; empty if none is similar."""
    if len(word) > LONGEST:
        return ""
    import difflib  # 3 ms, and only a typing error needs it

    folded = {name.casefold(): name for name in sorted(known)}
    found = difflib.get_close_matches(word.casefold().strip(), folded, n=1, cutoff=ratio)
    return folded[found[0]] if found else ""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """`; did you mean "tls.trust"?`, or nothing if no known word is near."""
    near = nearest(str(word), known)
    return f'; did you mean "{near}"?' if near else ""
