"""Which syntaxes the client of a settings file reads, by its id in `client/clients.toml`."""

from __future__ import annotations

from pgwhy.target.dialects import Dialect, traits


def reads_jdbc(client: str | None) -> bool:
    """A `jdbc:` URL may be right for this client, by its id; `None` is any program."""
    from pgwhy.client import SettingsStyle, resolve  # few texts are such a URL

    return client is None or SettingsStyle.JDBC in resolve(client, None, None).syntaxes


def other_syntax(client: str | None) -> Dialect | None:
    """The one syntax of strings that this client reads, by its id, where that is none of libpq's; else `None`."""
    from pgwhy.client import SettingsStyle, resolve  # for a file only

    styles = set(resolve(client, None, None).syntaxes) - {SettingsStyle.CODE, SettingsStyle.FORM} if client else ()
    dialects = [Dialect(style) for style in styles]
    return dialects[0] if len(dialects) == 1 and not traits(dialects[0]).of_libpq else None
