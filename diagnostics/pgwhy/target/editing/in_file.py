"""A change made in the settings file that a target was read from: the new text of the file, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import Dialect, syntax
from pgwhy.target.editing.edits import apply_change
from pgwhy.target.files import rewriting
from pgwhy.target.model import CannotChange, Change, InFile, Target
from pgwhy.target.parameters import SECRET


def text_with(target: Target, change: Change) -> str:
    """The whole text of the target's file with the change made. Raises `CannotChange`; its sentence has no secret."""
    file = target.file
    if file is None:
        raise CannotChange("the target is in no settings file that pgwhy can edit")
    changed = apply_change(target, change)
    new = _new_values(target, changed, change)
    places: dict[tuple[int, int], str] = {}
    text = file.text.reveal()
    for role, value in new.items():
        at = file.values.get(role)
        if at is None:
            raise CannotChange(f"the file takes {role} from elsewhere, or has no place for it")
        written = rewriting.written(at.syntax, text[at.start : at.end], value)
        if written is None:
            raise CannotChange(f"{role} has characters that this file's syntax cannot hold here")
        places[at.start, at.end] = written
    if not places:
        raise CannotChange("nothing in the file changes")
    return rewriting.replaced(text, places)


def _new_values(target: Target, changed: Target, change: Change) -> Mapping[str, str]:
    """What is to be written: `url` or libpq's names → the new value, secrets included."""
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
    return {InFile.URL: text} if text != written.text.reveal() else {}
