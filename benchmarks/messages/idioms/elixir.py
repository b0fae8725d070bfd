"""Elixir and Erlang: every string of a file that has a space, but for documentation; in Erlang also what `error` is.

Strings joined by `<>` or `++` are one; `#{x}`, `~p` and `~s` are values. In Erlang, `{error, Reason}` is
said with an atom, or a tuple that begins with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_DOCUMENTED = re.compile(r"@(?:module|type)?doc\s+(?:~S)?(?:\"\"\".*?\"\"\"|\"(?:[^\"\\]|\\.)*\")", re.DOTALL)
_TOKEN = re.compile(
    r'"""(?P<block>.*?)"""|"(?P<said>(?:#\{(?:[^{}]|\{[^{}]*\})*\}|[^"\\]|\\.)*)"|(?P<comment>(?<![\w"$])[#%][^\n]*)|\$.',
    re.DOTALL,
)
_JOINED = re.compile(r"\s*(?:<>|\+\+)\s*|\s*")
_VALUE = re.compile(r"#\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|~[psw]")
_REASON = re.compile(r"\{error,\s*\{?\s*([a-z]\w{7,})")


def strings(source: str, path: str) -> Iterator[str]:
    """Every message of an Elixir or Erlang file."""
    erlang = path.endswith(".erl")
    source = _DOCUMENTED.sub("", source)
    if erlang:
        source = re.sub(r"%[^\n]*", "", source)
        yield from (each[1] for each in _REASON.finditer(source))
    run = ""
    behind = 0
    for found in _TOKEN.finditer(source):
        text = found["said"] if found["said"] is not None else found["block"]
        if text is None or (erlang and found["comment"]):
            continue
        between = source[behind : found.start()]
        text = re.sub(r"\\\n\s*", "", text)
        text = _VALUE.sub("{}", text)
        text = re.sub(r"\\(.)", lambda each: {"n": "\n", "t": "\t"}.get(each[1], each[1]), text)
        if run and (("<>" in between or "++" in between) and len(between) < 120 and "," not in between):
            run += ("" if _JOINED.fullmatch(between) else "{}") + text
        else:
            if " " in run.strip():
                yield run.strip()
            run = text
        behind = found.end()
    if " " in run.strip():
        yield run.strip()
