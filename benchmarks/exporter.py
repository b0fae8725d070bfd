"""How often `pgwhy exporter` answers `/probe`: `python -m benchmarks.exporter`.

    probe       answers a second, the full ladder with TLS, eight that ask at a time           at least 50
    refused     the same of ports on which nobody listens                                      told

Rates are told by the clock, and in brackets by the processor time of the exporter and the server together: what one
core would do if nothing else ran on it. The promise is about the latter. Ends with status 1 if it is broken.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.fleet import HOST, _cpu_s, kept, pooler, refusing

ASKING = 8
TARGETS = 16
"""More than those who ask, so that nobody shares a run."""


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 400
    with pooler() as (port, server_s):
        text = f"postgresql://alex:benchmark-password@{HOST}:{port}/app?sslmode=require"
        rate = _rate("probe", [text] * TARGETS, count, server_s)
    _rate("refused", refusing(TARGETS), count, lambda: 0.0)
    return 0 if kept("probe", rate, 50, "answers a second", least=True) else 1


def _rate(name: str, texts: list[str], count: int, server_s: Callable[[], float]) -> float:
    """Answers a second of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "targets.csv")
        file.write_text("name,target\n" + "".join(f't{n},"{text}"\n' for n, text in enumerate(texts)))
        command = [sys.executable, "-m", "pgwhy", "exporter", "--targets", str(file), "--listen", "127.0.0.1:0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            address = process.stderr.readline().partition("http://")[2].partition("/")[0]

            def ask(number: int) -> str:
                url = f"http://{address}/probe?target=t{number % TARGETS}"
                with urllib.request.urlopen(url, timeout=60) as reply:
                    lines = reply.read().decode().splitlines()
                return " ".join(line for line in lines if line.startswith(("pgwhy_success", "pgwhy_failed")))

            try:
                with ThreadPoolExecutor(ASKING) as threads:
                    list(threads.map(ask, range(TARGETS)))  # what is loaded once does not count
                    begin, cpu, server = time.perf_counter(), _cpu_s(process.pid), server_s()
                    said = Counter(threads.map(ask, range(count)))
                wall, used = time.perf_counter() - begin, _cpu_s(process.pid) - cpu + server_s() - server
            finally:
                process.terminate()
    rate = count / used
    print(f"{name:10} {count / wall:.0f} answers a second ({rate:.0f} on a core of its own): {dict(said)}")
    return rate


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
