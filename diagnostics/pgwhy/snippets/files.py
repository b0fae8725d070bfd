"""Snippets that are files of settings: variables, libpq's files, Rails, Laravel, manifests, and forms of tools."""

from __future__ import annotations

from pgwhy.snippets.choices import Choice
from pgwhy.snippets.hole import HOLE, VARIABLE, in_form
from pgwhy.snippets.stacks import Stack
from pgwhy.target.forms import jdbc_fields, service

_REFERENCE = "${" + VARIABLE + "}"
_ENCODED = f"in a URL, {VARIABLE} has to be percent-encoded if it has other characters than A-Z a-z 0-9 - . _ ~"


def write(stack: Stack, choice: Choice) -> tuple[str, list[str]]:
    """The file and what to know of it."""
    if stack.form in ("environment", "service"):
        return _without_password(stack, choice), [f"the password stays in {VARIABLE} of the environment, or in .pgpass"]
    if stack.form == "pgpass":
        note = "a variable cannot be named here: write the password in place of PASSWORD_HERE, with \\ before : and \\"
        return in_form("pgpass", choice, "PASSWORD_HERE"), [note, "libpq ignores the file unless its mode is 600"]
    if stack.form == "rails":
        return in_form("rails", choice, lambda text: text.replace(f'"{HOLE}"', _ERB)), []
    if stack.form == "jdbc-fields":
        return _fields(choice), [choice.client.advice] if choice.client.advice else []
    text = in_form(stack.form, choice, _REFERENCE)
    if not choice.has_password:
        return text, []
    if stack.form in ("dotenv", "vercel", "laravel"):
        text = _expanded(text).replace(f'{VARIABLE}="{_REFERENCE}"\n', "")
    notes = [_ENCODED]
    if stack.form == "kubernetes":
        notes.append("fill it in while it is applied: envsubst < secret.yaml | kubectl apply -f -")
    return text, notes


_ERB = f'<%= ENV.fetch("{VARIABLE}").to_json %>'


def _without_password(stack: Stack, choice: Choice) -> str:
    values = Choice(choice.values, choice.client, choice.host, choice.notes, False)
    return service.render(values.values) if stack.form == "service" else in_form("environment", values, "")


def _fields(choice: Choice) -> str:
    values = dict(choice.values)
    if choice.has_password:
        values["password"] = f"the value of {VARIABLE}"
    return jdbc_fields.render(values)


def _expanded(text: str) -> str:
    """In double quotes, in which readers of `.env`, and shells, put variables in."""
    lines = []
    for line in text.splitlines():
        name, _, value = line.partition("=")
        lines.append(f'{name}="{value.strip(chr(39))}"' if _REFERENCE in value else line)
    return "\n".join(lines) + "\n"
