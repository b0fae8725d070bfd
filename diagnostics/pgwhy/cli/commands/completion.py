"""`pgwhy completion SHELL`: what lets a shell complete the command line."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that lets SHELL complete commands, options and files.

    \b
      cd ~/.local/share/bash-completion/completions; pgwhy completion bash > pgwhy
      cd ~/.zfunc; pgwhy completion zsh > _pgwhy
      cd ~/.config/fish/completions; pgwhy completion fish > pgwhy.fish
    """
    from pgwhy.cli.group import script
    from pgwhy.cli.output import write
    from pgwhy.redaction import Redactor

    write(script(shell), Redactor())
