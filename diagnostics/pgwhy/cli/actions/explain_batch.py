"""`pgwhy explain --batch`: JSON Lines or CSV in, JSON Lines out, in order, each answer as soon as its line was read."""

from __future__ import annotations

import json
import os
import sys
from typing import IO

from pgwhy.cli import trouble
from pgwhy.cli.given import unreadable
from pgwhy.engine.batch import Fields, answers, lines
from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.redaction import for_machine
from pgwhy.rulebook.book import Rulebook

ALL_ANSWERED = 0
NOT_ALL = 1


def answer(file: str, rules: Rulebook, fields: Fields) -> int:
    """Answer a file, or `-` for standard input; the exit status. A reader that has gone (`| head`) ends it."""
    if file == "-":
        return _answer(sys.stdin.buffer, rules, fields)
    try:
        with files.opened_given(file) as stream:
            return _answer(stream, rules, fields)
    except (OSError, ValueError) as problem:
        raise unreadable(file, problem) from None


def _answer(stream: IO[bytes], rules: Rulebook, fields: Fields) -> int:
    redactor, out = for_machine(Machine.here()), sys.stdout.buffer
    trouble.knows(redactor)
    ended = ALL_ANSWERED
    for found in answers(lines(stream), rules, redactor, fields):
        if "error" in found:
            ended = NOT_ALL
        found["id"] = redactor.clean_value(found["id"])  # all else is ours
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        try:
            out.write(text.encode("utf-8", "backslashreplace") + b"\n")
            out.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return NOT_ALL
    return ended
