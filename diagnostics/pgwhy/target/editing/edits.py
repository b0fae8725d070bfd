"""A change in a target, and the same change as something to do to the user's own text.

`apply_change` is for experiments; `edit_for` says it in the syntax and at the place where the user wrote it, with
everything that is needed and without a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgwhy.secret import Secret, without_brackets
from pgwhy.target import endpoint_naming, provider, token
from pgwhy.target.dialects import traits, uri
from pgwhy.target.editing.repair import BY_A_FIX, repaired
from pgwhy.target.facts import ENDPOINT_FORM
from pgwhy.target.model import PLACEHOLDER, CannotChange, Change, Setting, Target
from pgwhy.target.parameters import SECRET
from pgwhy.target.token import Token, TokenDamage
from pgwhy.values import replace

if TYPE_CHECKING:
    from pgwhy.target.editing.steps import Edit, Step

SEPARATORS = {"endpoint-form": ";", "endpoint-form-dollar": "$"}
"""What is between the endpoint and the password: `$` for clients whose password field does not accept `;`."""
_NOTHING = "there is nothing to change"


def apply_change(target: Target, change: Change) -> Target:
    """The target with the change made: repair, password, then parameters. Raises `CannotChange`."""
    if change.repair or change.password == "percent-encode":
        target = repaired(target, change.repair or "percent-encode-password")
    if change.password in SEPARATORS:
        target = _with_endpoint(target, SEPARATORS[change.password])
    if rewritten := _REWRITTEN.get(change.password):
        target = _with_password(target, rewritten(target))
    present = [name for name in change.remove if name in target.settings or name in target.foreign]
    if not _values(target, change) and not present and not (change.repair or change.password):
        raise CannotChange(f"{' and '.join(change.remove)} is not set anywhere" if change.remove else _NOTHING)
    if change.set and _holds_already(target, change) and not present:
        raise CannotChange("the string says so already")
    for name in present:
        target = _rewritten(target, name, "")
        target = replace(target, foreign={n: s for n, s in target.foreign.items() if n != name})
        target = target.with_settings(**{name: None})
    for name, value in _values(target, change).items():
        target = _rewritten(target, name, value)
        old = target.settings.get(name)
        beaten = (replace(old, overrode=()), *old.overrode) if old else ()
        target = target.with_settings(**{name: Setting(value, BY_A_FIX, beaten) if value else None})
    return target


def edit_for(target: Target, change: Change) -> Edit:
    """The same change as steps to follow and as a whole string. Raises `CannotChange` where `apply_change` does."""
    from pgwhy.target.editing import phrases, repair_phrases, steps  # an experiment needs no words

    changed = apply_change(target, change)
    told: list[Step] = []
    base = target
    if change.repair or change.password == "percent-encode":
        base = repaired(target, change.repair or "percent-encode-password")
        told += repair_phrases.of_repair(change.repair or "percent-encode-password", target, base)
    front = f"endpoint={_endpoint(base)}{SEPARATORS[change.password]}" if change.password in SEPARATORS else ""
    if front:
        told.append(phrases.of_endpoint(base, front))
    if change.password == "plain-form":
        told.append(phrases.of_plain_password(base))
    if change.password == "token-as-issued":
        told.append(phrases.of_damaged_token(base, _damaged(base).damage))
    if change.password == "without-brackets":
        told.append(phrases.of_brackets(base))
    text = _string(base)
    module = phrases.syntax_of(base)
    for name in change.remove:
        told += phrases.of_removal(base, name)
        text = module.drop(text, name)
        if _stands_in_the_string(base, name):
            base = _rewritten(base, name, "")
    for name, value in _values(base, change).items():
        told += [phrases.of_setting(base, name, value)] if value else phrases.of_removal(base, name)
        if phrases.in_the_string(base, name):
            text = module.put(text, name, value) if value else module.drop(text, name)
            if _stands_in_the_string(base, name):
                base = _rewritten(base, name, value)  # the next line goes on from here: `&` and no second `?`
    if front:
        text = _with_front(base, text, front)
    in_string = base.written is not None and text != base.written.masked
    return steps.Edit(steps.joined(told), text if in_string or changed.written != target.written else "")


def _stands_in_the_string(target: Target, name: str) -> bool:
    """The parameter is set there, or would be if it were."""
    current, written = target.settings.get(name), target.written
    return written is not None and (current is None or current.source == written.source)


def _holds_already(target: Target, change: Change) -> bool:
    only_sets = not (change.repair or change.password or change.add_option or change.drop_option)
    return only_sets and all(target.value(name) == value for name, value in change.set)


def _rewritten(target: Target, name: str, value: str) -> Target:
    """The target with a parameter changed in its (masked) text as well, which libpq is asked about; empty: removed."""
    from pgwhy.target.editing import phrases

    written = target.written
    if written is None or not written.masked or not phrases.in_the_string(target, name):
        return target
    module = phrases.syntax_of(target)
    text = module.put(written.masked, name, value) if value else module.drop(written.masked, name)
    return replace(target, written=replace(written, masked=text))


def _values(target: Target, change: Change) -> dict[str, str]:
    """Parameters and their new values, `options` put together of its tokens; an empty one is removed."""
    values = dict(change.set)
    if secret := next((name for name in values if name in SECRET), None):
        raise CannotChange(f"{secret} holds a secret, which no fix writes")
    if change.add_option or change.drop_option:
        values["options"] = _options(values.get("options", target.value("options") or ""), change)
    return values


def _options(options: str, change: Change) -> str:
    tokens = options.split()
    if change.drop_option:
        spellings = endpoint_naming.OPTIONS if change.drop_option in endpoint_naming.OPTIONS else (change.drop_option,)
        kept = [token for token in tokens if not token.startswith(spellings)]
        if kept == tokens:
            raise CannotChange(f"options has no {change.drop_option}")
        tokens = kept
    if change.add_option:
        if change.add_option in tokens:
            raise CannotChange(f"options has {change.add_option} already")
        tokens.append(change.add_option)
    return " ".join(tokens)


def _endpoint(target: Target) -> str:
    endpoint = provider.recognise(target.hosts[0].name).endpoint if target.hosts else ""
    if not endpoint:
        raise CannotChange("the host name names no endpoint")
    return endpoint


def _with_endpoint(target: Target, separator: str) -> Target:
    if target.password is None:
        raise CannotChange("there is no password to put the endpoint in")
    plain = endpoint_naming.behind_form(target.password.reveal())
    return _with_password(target, f"endpoint={_endpoint(target)}{separator}{plain}")


def _with_password(target: Target, text: str) -> Target:
    password = Secret(text)
    return replace(target, password=password, secrets=(*target.secrets, password))


def _without_endpoint(target: Target) -> str:
    form = ENDPOINT_FORM.match(target.password.reveal()) if target.password else None
    if target.password is None or form is None:
        raise CannotChange("the password names no endpoint")
    return target.password.reveal()[form.end() :]


def _damaged(target: Target) -> Token:
    found = token.read(target.password.reveal()) if target.password else None
    if found is None or found.damage in (TokenDamage.NONE, TokenDamage.CUT):
        raise CannotChange("the password is no token, or one that nothing can be taken from")
    return found


def _undamaged(target: Target) -> str:
    return _damaged(target).text


def _unbracketed(target: Target) -> str:
    inside = without_brackets(target.password.reveal()) if target.password else None
    if inside is None:
        raise CannotChange("the password has no brackets around it")
    return inside


_REWRITTEN = {
    "plain-form": _without_endpoint,
    "token-as-issued": _undamaged,
    "without-brackets": _unbracketed,
}
"""How each of these words writes the password."""


def _with_front(target: Target, text: str, front: str) -> str:
    from pgwhy.target.editing import phrases  # beside an edit only, as above

    module = phrases.syntax_of(target)
    if target.written and traits(target.written.dialect).in_quotes:
        return module.put(text, "password", front + PLACEHOLDER)
    return text.replace(PLACEHOLDER, module.password(front) + PLACEHOLDER, 1)


def _string(target: Target) -> str:
    if target.written and target.written.masked:
        return target.written.masked
    values = {name: s.value for name, s in target.settings.items() if name not in ("service", "passfile")}
    if target.password is not None:
        values["password"] = PLACEHOLDER
    return uri.render(values)
