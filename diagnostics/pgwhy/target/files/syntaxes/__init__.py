"""A module for each syntax of settings files. Its `read(text)` gives the documents, each a list of `Entry`.

A file has one document, except YAML, where `---` separates several. `read` raises `NotThere` where the text is not of
this syntax. Nothing of a file is run.
"""

from __future__ import annotations

from importlib import import_module

from pgwhy.target.files.entry import Entry

OF_PROGRAMS = ("javascript", "python", "php", "source")
"""Those of programming languages."""


def read(syntax: str, text: str) -> list[list[Entry]]:
    """The documents of a text in this syntax. Raises `NotThere`."""
    # Imported when it is needed: a run reads one file at most, in one syntax.
    documents: list[list[Entry]] = import_module(f"pgwhy.target.files.syntaxes.{syntax}").read(text)
    return documents
