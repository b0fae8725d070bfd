"""Runs in the reader's browser: what `pgwhy explain` does with a text, a saved report or a ticket."""

import json
import sys

sys.path.insert(0, "/pgwhy")

from pgwhy.engine import reports
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor, for_machine
from pgwhy.report import document, saved, text

RULES = reports.all_rules()


def answered(content, pages):
    """The answer to the bytes of a JavaScript array, as JSON: `json`, and with `pages` also `html` and `text`."""
    given = saved.text_of(content.to_bytes())
    machine = Machine.here()
    if saved.is_report(given):
        from pgwhy.probes import VOCABULARY

        report = reports.of_saved(Redactor().clean_value(saved.read(given, VOCABULARY)), RULES)
    else:
        report = for_machine(machine).clean_value(reports.of_text(given, machine, rulebook=RULES))
    told = {"json": document.to_text(report)}
    if pages:
        from pgwhy.report import html

        told |= {"html": html.page(report), "text": text.page(report, 100)}
    return json.dumps(told)
