"""Answers as metrics in Prometheus' text format.

Labels are bounded: stage, cause and owner are closed lists, and a target is one that the user's file names.
Source: prometheus.io/docs/practices/naming, prometheus.io/docs/instrumenting/writing_exporters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from pgwhy import __version__
from pgwhy.causes import Cause, Owner
from pgwhy.fleet.answer import Answer, is_well
from pgwhy.monitoring.visits import WITHHELD
from pgwhy.progress import Stage

__all__ = ["CONTENT_TYPE", "of_answer", "of_targets", "of_exporter"]

NOT_FOUND = "cause-not-found"
NONE = "none"
"""A stage or an owner that an answer does not have."""


def of_answer(found: Answer) -> bytes:
    """The page of `/probe`, about one target."""
    return _text(_families([({}, found)]))


def of_targets(answers: Mapping[str, Answer]) -> bytes:
    """A file for node_exporter's textfile collector: all targets, with their names as the label `target`."""
    return _text(_families([({"target": name}, found) for name, found in answers.items()]))


def of_exporter(targets: int, probes: int) -> bytes:
    """The page of `/metrics`, about the exporter itself."""
    build = GaugeMetricFamily("pgwhy_build_info", "The version that runs; always 1.", labels=["version"])
    build.add_metric([__version__], 1)
    known = GaugeMetricFamily("pgwhy_exporter_targets", "Targets that can be asked for.", value=targets)
    made = CounterMetricFamily("pgwhy_exporter_runs", "Runs made since the start.", value=probes)
    return _text([build, known, made])


def _families(answers: Sequence[tuple[Mapping[str, str], Answer]]) -> Iterator[GaugeMetricFamily]:
    own = list(answers[0][0]) if answers else []

    def family(name: str, says: str, *labels: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"pgwhy_{name}", says, labels=[*own, *labels])

    success = family("success", "1 if the target connects, or was reached as far as a run without a login goes.")
    failed = family("failed", "1 for what the target fails of; absent where it works.", "stage", "cause", "owner")
    stages = family("stage_duration_seconds", "How long a stage took.", "stage")
    whole = family("duration_seconds", "How long the run took.")
    days = family("certificate_expires_in_days", "Days until the server's certificate ends; negative: it has.")
    dead = family("dead_addresses", "Addresses of the target that accept no connection.")
    withheld = family("login_withheld", "1 if the password was refused before, and was not sent again.")
    for labels, found in answers:
        values = list(labels.values())
        success.add_metric(values, is_well(found))
        if not is_well(found):
            failed.add_metric([*values, *_why(found)], 1)
        for stage, ms in found["ms"].items():
            stages.add_metric([*values, stage], ms / 1000)
        if (took := found.get("duration_ms")) is not None:
            whole.add_metric(values, took / 1000)
        if (left := found["tls"].get("expires_in_days")) is not None:
            days.add_metric(values, left)
        dead.add_metric(values, len(found["dead_addresses"]))
        withheld.add_metric(values, found.get("login") == WITHHELD)
    return iter((success, failed, stages, whole, days, dead, withheld))


def _why(found: Answer) -> Iterator[str]:
    for words, name, otherwise in ((Stage, "stage", NONE), (Cause, "cause", NOT_FOUND), (Owner, "owner", NONE)):
        yield found[name] if found.get(name) in set(words) else otherwise


class _Given:
    """What `prometheus_client` collects from: families that are there already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _text(families: Iterable[Metric]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(families))
    return generate_latest(registry)
