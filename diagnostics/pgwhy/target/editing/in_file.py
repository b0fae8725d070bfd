"""A change made in the settings file that a target was read from: the file with it, or why that cannot be."""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import Dialect, syntax
from pgwhy.target.editing.edits import apply_change
from pgwhy.target.files import rewriting
from pgwhy.target.files.rewriting import Rewritten
from pgwhy.target.files.roles import URL
from pgwhy.target.model import CannotChange, Change, Target
from pgwhy.target.parameters import SECRET


def file_with(target: Target, change: Change) -> Rewritten:
    """The target's file with the change made. Raises `CannotChange`, whose sentence has no secret."""
    if target.file is None:
        raise CannotChange("the target is in no settings file that pgwhy can edit")
    values = _new_values(target, apply_change(target, change), change)
    if not values:
        raise CannotChange("nothing in the file changes")
    return rewriting.rewritten(target.file, values)


def _new_values(target: Target, changed: Target, change: Change) -> Mapping[str, str]:
    """What is to be written: `URL` or libpq's names → the new value, secrets included."""
    written = target.written
    module = syntax(written.dialect) if written else None
    if written is None or module is None or written.dialect is Dialect.FIELDS:
        return {
            name: setting.value
            for name, setting in changed.settings.items()
            if (old := target.settings.get(name)) is None or old.value != setting.value
        }
    if change.password and change.password != "percent-encode":
        raise CannotChange("the password itself changes, which pgwhy leaves to you")
    text = changed.written.text.reveal() if changed.written else written.text.reveal()
    for name in change.remove:
        text = module.drop(text, name)
    for name in {*dict(change.set), *(("options",) if change.add_option or change.drop_option else ())} - SECRET:
        value = changed.value(name)
        text = module.put(text, name, value) if value else module.drop(text, name)
    return {URL: text} if text != written.text.reveal() else {}
