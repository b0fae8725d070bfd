"""As `connections` without what is shown, which is most of the work: read, repaired, and written in every form."""

from __future__ import annotations

from contextlib import suppress

from pgwhy import target as targets
from pgwhy.anatomy.parts import parts
from pgwhy.target.editing.repair import REPAIRS
from pgwhy.target.forms import FORMS, CannotCarry, write
from pgwhy.target.model import CannotChange, Change, Target
from tests.fuzz.places import MACHINE
from tests.fuzz.targets import connections

seeds = connections.seeds
inputs = connections.inputs


def attempt(raw: bytes) -> None:
    target, _ = connections.read(raw)
    _used(target)
    for repair in REPAIRS:
        with suppress(CannotChange):
            _used(targets.apply(target, Change(repair=repair)))
        with suppress(CannotChange):
            targets.edit(target, Change(repair=repair))


def _used(target: Target) -> None:
    targets.facts_of(target, MACHINE)
    targets.masked(target)
    targets.libpq_parameters(target)
    parts(target)
    values = {name: setting.value for name, setting in target.settings.items()}
    if target.password is not None:
        values["password"] = target.password.reveal()
    for form in FORMS.values():
        with suppress(CannotCarry):
            write(form, values)
