"""What pgwhy prints of a report, in every format."""

from __future__ import annotations

import json

from pgwhy.finding import Report
from pgwhy.report import document, github, html, junit, markdown
from pgwhy.report.text import page


def pages(report: Report) -> str:
    """The report in every format, one after the other. Raises where one of them cannot be written as UTF-8."""
    texts = [
        page(report, 80, verbose=True),
        page(report, 40, unicode=False),
        document.to_text(report),
        markdown.page(report),
        html.page(report),
        junit.page(report),
        github.page(report),
    ]
    json.loads(document.to_line(report))
    whole = "\n".join(texts)
    whole.encode("utf-8")
    return whole
