"""The shell that guards a server of ours, so that whatever ends us ends the server, and its folder goes too.

Its standard input is our end of a pipe: `read` ends when that is closed, by us or by the kernel. Only then is the
folder removed, so that the log of a server that ended by itself can be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

# $1 is the folder to remove, the rest is the command.
_SCRIPT = """
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & server=$!
(while read -r _; do :; done; : >"$folder/ended"; {end}) <&3 2>/dev/null &
watcher=$!
wait $server; status=$?
if [ -e "$folder/ended" ]; then rm -rf "$folder"; else kill $watcher; fi
exit $status
"""


def guarded(command: Iterable[str], folder: Path, end: str = "kill $server") -> list[str]:
    """The command under its guard, to be started with a pipe as its standard input. `end` is what ends `$server`."""
    return ["/bin/sh", "-c", _SCRIPT.replace("{end}", end), "guard", str(folder), *command]
