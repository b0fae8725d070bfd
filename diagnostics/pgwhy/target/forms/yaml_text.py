"""YAML as pgwhy writes it: texts in double quotes (YAML 1.2, 7.3.1)."""

from __future__ import annotations


def quoted(value: str) -> str:
    """A text in double quotes; what cannot be seen is escaped."""
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
