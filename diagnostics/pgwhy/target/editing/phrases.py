"""What to do for one parameter, where it is set and in the syntax it is written in; never with a secret."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.target.dialects import Dialect, Syntax, query, syntax, traits, uri
from pgwhy.target.editing.steps import Append, DeleteLine, Remove, Replace, Run, Say, Step, Write
from pgwhy.target.model import CannotChange, Setting, Source, SourceKind, Target
from pgwhy.target.parameters import ENVIRONMENT, KEYWORD_ARGUMENTS
from pgwhy.target.token import TokenDamage


def of_setting(target: Target, name: str, value: str) -> Step:
    """How to set a parameter: where it is set now, else where the target is written."""
    current = target.settings.get(name)
    written = target.written
    source = current.source if current else None
    if source and (written is None or source != written.source):
        return _elsewhere(target, name, value, current)
    module = syntax(written.dialect) if written else None
    if written and written.dialect is Dialect.FIELDS:
        return _in_fields(written.source, name, value, current)
    if written is None or module is None:
        return _elsewhere(target, name, value, None)
    if argument := _argument(target, name, value):
        return Write("pass", argument, " to create_engine")
    old, new = written.masked, module.put(written.masked, name, value)
    if current:
        before, after = _difference(old, new, module.spell(name, current.value), module.spell(name, value))
        return Replace(f"{_part(name, before)}in {source}", before, after)
    if new.startswith(old):
        return Append(new[len(old) :], str(written.source))
    before, after = _difference(old, new, "", module.spell(name, value))
    return Replace(f"{_part(name, before)}in {written.source}", before, after)


def _part(name: str, spelled: str) -> str:
    """What a piece of a URL is that does not say so itself."""
    return f"{_PARTS[name]} " if name in _PARTS and "=" not in spelled else ""


_PARTS = {"host": "the host", "port": "the port", "dbname": "the database", "user": "the role"}


def in_the_string(target: Target, name: str) -> bool:
    """A connection string can say it: a driver behind SQLAlchemy may have no argument for it."""
    written, driver = target.written, target.driver
    if not written or not traits(written.dialect).arguments or driver not in KEYWORD_ARGUMENTS:
        return True
    spelled = syntax_of(target).put(f"postgresql+{driver}://h", name, "x").partition("?")[2].partition("=")[0]
    return spelled in KEYWORD_ARGUMENTS[driver] or name in ("host", "port", "dbname")


def of_removal(target: Target, name: str) -> Iterator[Step]:
    """Every place that sets the parameter, strongest first: removing one alone would bring the next one out."""
    setting = target.settings.get(name) or target.foreign.get(name)
    for place in (setting, *setting.overrode) if setting else ():
        yield _removal(target, name, place)


def of_endpoint(target: Target, plain: str) -> Step:
    """How to put the endpoint into the password (neon.com/docs/connect/connection-errors, workaround D)."""
    source, written = target.password_source, target.written
    if source and written and source == written.source:
        if traits(written.dialect).in_quotes:
            return Write(f"in {source} put double quotes around the password, and at the beginning inside them", plain)
        return Write(f"in {source}, directly before the password, put", syntax_of(target).password(plain))
    return Write(f"in {source}, directly before the password, put", plain)


def of_plain_password(target: Target) -> Step:
    """How to take the endpoint out of the password again."""
    return Say(f"in {target.password_source}, delete the password up to and including its first ; or $")


def of_brackets(target: Target) -> Step:
    """How to take the brackets of a template from around the password."""
    return Say(f"in {target.password_source}, delete the first and the last character of the password, its brackets")


def of_damaged_token(target: Target, damage: TokenDamage) -> Step:
    """How to write a token as it was issued."""
    return Say(f"in {target.password_source}, {_DAMAGES[damage]}")


_DAMAGES = {
    TokenDamage.WHITE_SPACE: "remove the line breaks and spaces from the token",
    TokenDamage.ENCODED_TWICE: "percent-encode the token once, not twice",
    TokenDamage.BEARER: "remove the word Bearer in front of the token",
}


def syntax_of(target: Target) -> Syntax:
    """How the corrected string is written: in the user's syntax, as a URI where there is no string."""
    found = syntax(target.written.dialect) if target.written else None
    return found or uri


def _difference(old: str, new: str, before: str, after: str) -> tuple[str, str]:
    """The two spellings where they stand in the texts so; else what differs, with the rest of its word."""
    if before and before in old and after in new:
        return before, after
    start = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    while start > 0 and old[start - 1] not in "/?&@,; ":
        start -= 1
    end = 0
    while end < min(len(old), len(new)) - start and old[len(old) - 1 - end] == new[len(new) - 1 - end]:
        end += 1
    while end > 0 and old[len(old) - end] not in "/?&,; ":
        end -= 1
    return old[start : len(old) - end], new[start : len(new) - end]


def _argument(target: Target, name: str, value: str) -> str:
    """What SQLAlchemy needs where the driver accepts no such argument in the URL; empty if it does."""
    if in_the_string(target, name):
        return ""
    driver = target.driver
    if name != "options":
        raise CannotChange(f"{driver} does not accept {name} in SQLAlchemy's URL")
    holder = "server_settings" if driver == "asyncpg" else "startup_params"
    return f"connect_args={{'{holder}': {{'options': '{value}'}}}}"


def _in_fields(source: Source, name: str, value: str, current: Setting | None) -> Step:
    """A framework has names of its own; what they mean has libpq's."""
    if current is None:
        return Write(f"in {source}, set {name} to", value)
    return Replace(f"in {source}, {name}", current.value, value)


def _elsewhere(target: Target, name: str, value: str, current: Setting | None) -> Step:
    """How to set a parameter that no connection string has: in a variable or in a file."""
    variable = ENVIRONMENT.get(name)
    source = current.source if current else target.written.source if target.written else None
    if source and current and source.kind is SourceKind.FILE:
        return Replace(str(source), current.value, value)
    if source and source.kind is SourceKind.SERVICE_FILE:
        return Replace(f"in {source}", f"{name}={current.value if current else ''}", f"{name}={value}")
    if source and target.written and target.written.dialect is Dialect.SERVICE and not current:
        return Write(f"in the service file, section [{target.value('service')}], add the line", f"{name}={value}")
    if variable is None:
        raise CannotChange(f"{name} has no environment variable: it needs a connection string")
    if source and source.kind is SourceKind.DOTENV:
        quoted = f'"{value}"' if " " in value else value
        if current:
            return Replace(
                f"in {source.name} line {source.line}", f"{variable}={current.value}", f"{variable}={quoted}"
            )
        return Write(f"add to {source.name}:", f"{variable}={quoted}")
    now = f" ({variable}={current.value} now)" if current else ""
    return Run(f"in the environment{now}", _export(target, variable, value))


def _export(target: Target, variable: str, value: str) -> str:
    if target.machine and target.machine.platform == "win32":
        return f"$env:{variable} = '{value}'"
    import shlex  # only for an edit of the environment

    return f"export {variable}={shlex.quote(value)}"


def _removal(target: Target, name: str, place: Setting) -> Step:
    source, written = place.source, target.written
    if written and source == written.source:
        module = syntax(written.dialect)
        spelled = module.spell(name, place.value) if module else name
        if module and traits(written.dialect).query:
            spelled = _piece(written.masked, module.drop(written.masked, name)) or spelled
        return Remove(spelled, str(source))
    if source.kind in (SourceKind.STRING, SourceKind.FILE):
        return Say(f"remove {name} from {source}")
    variable = _variable(source, name)
    if source.kind is SourceKind.ENVIRONMENT:
        windows = target.machine is not None and target.machine.platform == "win32"
        return Run("in the environment", f"{'Remove-Item Env:' if windows else 'unset '}{variable}")
    own = variable if source.kind is SourceKind.DOTENV else name
    return DeleteLine(str(source.line), source.name, f"{own}={place.value}")


def _variable(source: Source, name: str) -> str:
    return source.variable or (source.name if source.kind is SourceKind.ENVIRONMENT else ENVIRONMENT.get(name, name))


def _piece(before: str, after: str) -> str:
    """The one `&name=value` that went; empty if more than one did."""
    gone = [before[start:end] for start, end in query.pieces(before)]
    kept = [after[start:end] for start, end in query.pieces(after)]
    lost = [piece for piece in gone if piece and piece not in kept]
    if len(lost) != 1:
        return ""
    place = before.index(lost[0], before.index("?"))
    if not any(kept):
        return "?" + lost[0]
    return before[place - 1] + lost[0] if before[place - 1] == "&" else lost[0] + "&"
