"""Words that trip a reader who is no native speaker, and what to write instead.

They hold for every text that a person reads: rules, pages, help, docstrings. `lint` asks for them in the rules, and
tests/authoring/test_plain_words.py in the pages, in the Python sources and in --help. A pattern names the words as
narrowly as it takes to leave proper English alone: "takes effect", "stands for", "at the point where".
"""

from __future__ import annotations

import re

_WORDS = (
    (r"anew", "again, or new"),
    (r"mend(?:s|ed|ing)?", "fix"),
    (r"mostly", "usually"),
    (
        r"(?:takes?|taking|taken) (?:no|only|neither|any|fewer|(?:the |a )?connections?|writes?|clients?|tls|urls?)",
        "accepts",
    ),
    (
        r"(?:not|never) (?:take|taken) (?!effect|place|the place|part|over|long|longer|more|into|care|up)\w+",
        "does not accept",
    ),
    (r"(?:takes?|taken) for (?:the|a|an|its|one)", "reads as"),
    (r"(?:stands|stood)(?! for| out)", "is"),
    (r"says? no(?! more| longer| such)", "rejects"),
    (r"the point(?! of| at| in| where| when| from)", "the cause, or what matters"),
    (r"without a word", "silently, or without an error message"),
    (r"whoever", "the person who, or a role such as the administrator"),
    (r"(?:somebody|someone) between", "a proxy or an attacker on the path"),
    (r"(?:is|are) a matter of", "depends on"),
    (r"as (?:it|they) (?:is|are) meant", "as intended"),
    (r"the (?:told|held|said|heard|seen|raised|waited)(?= (?:is|are|was|were|of|in)\b| ?[.,;:)])", "a noun"),
)
"""What to avoid, as a pattern of whole words in any case, and what to write instead."""

_PATTERN = re.compile(
    "|".join(rf"(?P<w{number}>\b{pattern}\b)" for number, (pattern, _) in enumerate(_WORDS)), re.IGNORECASE
)
# What is not our own English: blocks and spans of code, and addresses.
_CODE = re.compile(r"^ *```.*?^ *```|``[^`]*``|`[^`\n]*`|https?://\S+|^ {4,}\S[^\n]*", re.DOTALL | re.MULTILINE)


def remarks(text: str) -> list[str]:
    """What to write instead, one sentence for each place, in the order of the text; code and addresses do not count."""
    prose = " ".join(_CODE.sub(" ", text).split())
    found = ((match[0], match.lastgroup) for match in _PATTERN.finditer(prose))
    return [f'"{word}": write {_WORDS[int((group or "w0")[1:])][1]}' for word, group in found]
