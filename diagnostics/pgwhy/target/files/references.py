"""Values that a program fills in from elsewhere: `${DB_HOST:localhost}`, `<%= ENV["DB_HOST"] %>`, `env("DB_URL")`.

Each style says how a value names a variable, and what its default is. The sources are cited there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from pgwhy.shipped.regex import lazy
from pgwhy.target.files.entry import Expression, Variable
from pgwhy.values import dataclass


@dataclass(frozen=True, repr=False)
class Filled:
    """A value with its variables put in."""

    value: str | None
    """`None` where a variable that it needs is not known."""
    missing: tuple[str, ...] = field(default=())
    """The variables that are neither set nor have a default here. An empty name: what follows a bare `$` may as well be
    the rest of a password, so it is not told."""
    computed: bool = field(default=False)
    """The program computes it, and only running it would tell."""
    defaulted: tuple[str, ...] = field(default=())
    """The variables that are not set, so that their default is in the value."""
    variable: str = field(default="")
    """The one variable that the whole value is; empty otherwise."""
    escape: str = field(default="")
    """How a `$` that is meant is written here; empty where there is no way."""


def filled(value: str, style: str, known: Mapping[str, str]) -> Filled:
    """The value as its program would see it. `style` is a name of `STYLES`, or empty for text as it is."""
    if style not in _OWN_BRACES and is_template(value):
        return Filled(None, computed=True)
    pattern = STYLES.get(style)
    if pattern is None:
        return Filled(value)
    missing: list[str] = []
    defaulted: list[str] = []
    whole = pattern.fullmatch(value.strip())
    computed = False

    def put(found: re.Match[str]) -> str:
        nonlocal computed
        groups = found.groupdict()
        if groups.get("plain") is not None:
            return groups["plain"]
        if groups.get("code") is not None:
            computed = True
            return found[0]
        name = groups.get("name") or groups.get("name2") or ""
        given = known.get(name)
        default = next((each for each in (groups.get("default"), groups.get("block")) if each is not None), None)
        if style == "erb" and default is not None and default.strip() == "nil":
            default = None
        # A `:-` default also stands for a variable that is set and empty.
        if given is not None and (given or default is None or not (groups.get("empty") or "").startswith(":")):
            return given
        if default is not None:
            defaulted.append(name)
            return default
        missing.append(name if groups.get("name") or _CONSTANT.fullmatch(name) else "")
        return found[0]

    text = pattern.sub(put, value)
    names = whole.groupdict() if whole else {}
    variable = (
        (names.get("name") or names.get("name2") or "")
        if whole and names.get("default") is names.get("block") is None
        else ""
    )
    if missing or computed:
        plain, instead = _ESCAPES.get(style, ("", ""))
        escape = instead if plain == "$" else ""
        return Filled(None, tuple(dict.fromkeys(missing)), computed, variable=variable, escape=escape)
    return Filled(text, defaulted=tuple(defaulted), variable=variable)


def is_template(value: str) -> bool:
    """Something else puts it in before any program reads the file."""
    return bool(_TEMPLATE.search(value))


def computed(expression: Expression, known: Mapping[str, str]) -> Filled:
    """The value of a program's expression with the variables that are known."""
    parts = expression.parts
    if parts is None:
        return Filled(None, computed=True)
    told: list[str] = []
    missing: list[str] = []
    defaulted: list[str] = []
    for part in parts:
        filled = Filled(part) if isinstance(part, str) else _of_variable(part, known)
        missing += filled.missing
        defaulted += filled.defaulted
        told += [] if filled.value is None else [filled.value]
    alone = parts[0] if len(parts) == 1 else ""
    variable = alone.names[0] if isinstance(alone, Variable) and alone.names and alone.default is None else ""
    if len(told) < len(parts):
        return Filled(None, tuple(dict.fromkeys(missing)), variable=variable)
    return Filled("".join(told), defaulted=tuple(defaulted), variable=variable)


def _of_variable(part: Variable, known: Mapping[str, str]) -> Filled:
    if given := next((known[name] for name in part.names if known.get(name)), None):
        return Filled(given)
    if part.default:
        return Filled(part.default, defaulted=part.names[:1])
    if part.otherwise:
        return computed(Expression(part.otherwise), known)
    if part.default is None:
        return Filled(None, part.names[:1])
    return Filled("", defaulted=part.names[:1])


def escaped(value: str, style: str) -> str | None:
    """A value as it is written so that its program fills nothing in; `None` where this style has no way to say so."""
    text = value.replace(*_ESCAPES[style]) if style in _ESCAPES else value
    return text if filled(text, style, {}).value == value else None


_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
"""What Helm, Ansible or a template of a project's files puts in before any program reads the file."""
_OWN_BRACES = ("jinja", "actions")
BY_KEY = ("shell", "actions", "kubernetes")
"""Styles in which a file's own variables are named without the mapping that they are in."""
_ESCAPES = {"compose": ("$", "$$"), "configparser": ("%", "%%"), "erb": ("<%", "<%%")}
_CONSTANT = lazy(r"[A-Z][A-Z0-9_]{2,}")


def _style(pattern: str) -> re.Pattern[str]:
    return lazy(pattern, re.VERBOSE | re.DOTALL)


STYLES: dict[str, re.Pattern[str]] = {
    # Compose, "Interpolation" (docs.docker.com/reference/compose-file/interpolation); `$$` is a dollar.
    "compose": _style(
        r"""\$(?P<plain>\$)|\$\{(?P<name>\w+)(?:(?P<empty>:?)(?:-(?P<default>[^}]*)|[?+][^}]*))?\}|\$(?P<name2>[A-Za-z_]\w*)"""
    ),
    # Spring, "Using Placeholders"; Micronaut and Quarkus write it alike.
    "placeholder": _style(r"\$\{(?P<name>[\w.\-]+)(?::(?P<default>[^}]*))?\}"),
    # A shell's, as Symfony, GitLab and Laravel read it in values.
    "shell": _style(r"\$\{(?P<name>\w+)(?:(?P<empty>:?)-(?P<default>[^}]*))?\}|\$(?P<name2>[A-Z_][A-Z0-9_]*)\b"),
    # ERB in database.yml (guides.rubyonrails.org, "Configuring a Database"): ENV["X"], ENV.fetch("X"), with a default.
    "erb": _style(
        r"""(?P<plain><%)%
        |<%=\s*ENV(?:\.fetch\(|\[)\s*["'](?P<name>\w+)["']\s*(?:,\s*["']?(?P<default>[^"')]*)["']?\s*)?[\])]
        (?:\s*\{\s*["']?(?P<block>[^"'}]*?)["']?\s*\})?(?:\.to_[a-z]+)?\s*-?%>
        |<%(?P<code>.*?)%>"""
    ),
    # Kubernetes, "Define dependent environment variables": `$(NAME)`, and `$$(NAME)` for the text itself.
    "kubernetes": _style(r"\$(?P<plain>\$)(?=\()|\$\((?P<name>[A-Za-z_][\w.\-]*)\)"),
    # dbt, "env_var" (docs.getdbt.com/reference/dbt-jinja-functions/env_var).
    "jinja": _style(
        r"""\{\{\s*env_var\(\s*["'](?P<name>\w+)["']\s*(?:,\s*["'](?P<default>[^"']*)["']\s*)?\)(?:\s*\|[^}]*)?\s*\}\}
        |\{\{(?P<code>.*?)\}\}"""
    ),
    # GitHub Actions, "Contexts": what a secret holds is not in the file.
    "actions": _style(r"\$\{\{\s*(?:secrets|vars|env)\.(?P<name>\w+)\s*\}\}|\$\{\{(?P<code>.*?)\}\}"),
    # Expressions in the place of a literal: Prisma's env("X"), Elixir's System.get_env("X"), Terraform's var.x.
    "call": _style(
        r"""(?:env|System\.(?:get_env|fetch_env!?)|getenv)\(\s*["'](?P<name>\w+)["']\s*(?:,\s*["'](?P<default>[^"']*)["']\s*)?\)
        |^(?P<code>(?:var|local|data|module|System|Application)\.[\w.\[\]"]+.*|[a-z_]\w*\(.*\))$"""
    ),
    # Grafana, "$__env{X}" and "${X}" (grafana.com/docs, "Configure Grafana").
    "grafana": _style(
        r"\$__env\{(?P<name>\w+)\}|\$\{?(?P<name2>[A-Z_][A-Z0-9_]*)\}?|(?P<code>\$__(?:file|vault)\{.*?\})"
    ),
    # Alembic and configparser: %(NAME)s, and %% for a percent sign.
    "configparser": _style(r"%(?P<plain>%)|%\((?P<name>\w+)\)s"),
    # Symfony: %env(DATABASE_URL)% (symfony.com/doc, "Configuration Based on Environment Variables").
    "symfony": _style(r"%env\((?:\w+:)*(?P<name>\w+)\)%"),
}
