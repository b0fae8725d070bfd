"""The report as one HTML file: nothing is loaded from anywhere, no script runs but the one in it.

A Content-Security-Policy names the style and the script by their digests, so that even a text that got through the
template's escaping could do nothing. Made by `report/browser/page.html`; what it says comes from `told`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import jinja2

from pgwhy.finding import Report, Verification
from pgwhy.report import told
from pgwhy.report.headline import first_finding
from pgwhy.report.ladder import rungs
from pgwhy.report.ladder.rung import milliseconds
from pgwhy.report.link import is_web_address
from pgwhy.report.waterfall import waterfall
from pgwhy.values import dataclass

LONG = 400
"""Characters of a fact that the page shows; the JSON has all of them."""


@dataclass(frozen=True)
class Certificate:
    """One link of the chain that the server presented."""

    subject: str
    issuer: str
    names: str
    valid: str
    fingerprint: str


def page(report: Report) -> str:
    """The whole document."""
    finding, fixes = first_finding(report), told.fixes(report)
    return rendered(
        "page.html",
        report=report,
        verdict=report.verdict,
        answer=told.answer(report),
        rungs=rungs(report.observations, report.verdict.cause),
        waterfall=waterfall(report),
        fixes=fixes,
        confirmed=sum(fix.verification is Verification.CONFIRMED for fix in fixes),
        alternatives=_alternatives(report),
        doubts=list(dict.fromkeys(doubt.title for doubt in report.fits)) if report.verdict.cause is None else (),
        finding=finding,
        notes=told.notes(report),
        ignored=told.ignored(report),
        project="\n".join(told.project(report)),
        chain=tuple(_chain(report)),
        judged=tuple(_judged(report)),
        settings=report.target,
        facts=_facts(report),
        duration=milliseconds(report.duration_ms),
    )


def style() -> str:
    """The style sheet of every page; the website has the same."""
    return _file("page.css")


def style_digest() -> str:
    """Its source expression for a Content-Security-Policy (https://www.w3.org/TR/CSP3/#grammardef-hash-source)."""
    return _digest(style())


def rendered(template: str, **values: Any) -> str:
    """One of the templates in `browser/`, with the style, the script and the policy that every page has."""
    sheet, script = style(), _file("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(sheet)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _templates().get_template(template).render(policy=policy, style=sheet, script=script, **values)


def _alternatives(report: Report) -> list[str]:
    titles = {finding.rule: finding.title for finding in report.findings}
    return [titles.get(rule, cause.about.meaning) for cause, rule in report.verdict.also]


def _chain(report: Report) -> Iterator[Certificate]:
    for one in report.observations.get("tls.chain") or ():
        digits = one.fingerprint.upper()
        yield Certificate(
            subject=one.subject,
            issuer=one.issuer,
            names=", ".join(one.names),
            valid=f"{one.not_before[:10]} to {one.not_after[:10]}",
            fingerprint=" ".join(digits[i : i + 4] for i in range(0, len(digits), 4)),
        )


def _judged(report: Report) -> Iterator[str]:
    """What was found about the chain, in sentences."""
    get = report.observations.get
    if (trust := get("tls.trust")) is not None:
        store = get("tls.trust_store") or "this machine's roots"
        yield f"Judged against {store}: {str(trust).replace('-', ' ')}."
    if get("tls.name_matches") is not None:
        yield "It is for this host name." if get("tls.name_matches") else "It is not for this host name."
    if (days := get("tls.expires_in_days")) is not None:
        yield f"It ends in {days:.0f} days." if days >= 0 else f"It ended {-days:.0f} days ago."


def _facts(report: Report) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every record with its facts, as JSON writes them; the certificates stand in the chain."""
    records = report.observations.plain().items()
    return [
        (name, [(fact, _shown(value)) for fact, value in facts.items() if (name, fact) != ("tls", "chain")])
        for name, facts in records
    ]


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONG else f"{text[:LONG]} ... ({len(text)} characters)"


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(_file),
    )
    environment.filters |= {"value": _shown, "ms": milliseconds}
    environment.tests |= {"web_address": is_web_address}
    return environment


@cache
def _file(name: str) -> str:
    return (resources.files("pgwhy.report") / "browser" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8', 'surrogatepass')).digest()).decode()}"
