"""What the rules cost: loading them from the compiled form and from TOML, and asking all of them.

    python -m benchmarks.rules

The rules are the built-in ones. Each figure is the best of many in this process; loading is also measured in a fresh
interpreter, imports included.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pgwhy import shipped
from pgwhy.engine.explanation import explain
from pgwhy.probes import VOCABULARY
from pgwhy.rulebook import compiled as rules_compiled
from pgwhy.rulebook.book import from_folders

PROMISED_MS = {"load, compiled": 30.0, "ask": 1.0}
FRESH = """
import sys, time
from pgwhy.facts import Vocabulary
begin = time.perf_counter()
from pathlib import Path
from pgwhy.rulebook import book as rulebook, compiled as rules_compiled
book = rulebook.from_folders(Vocabulary(()), Path(sys.argv[1]), known=rules_compiled.compiled(Path(sys.argv[2])))
print((time.perf_counter() - begin) * 1000)
"""
FAILED_LOGIN = VOCABULARY.observations(
    {
        "target": {
            "host": "ep-cool-darkness-123456.us-east-2.aws.neon.tech", "port": 5432, "problems": [], "options": "",
            "password_endpoint": "", "sslmode": "require", "channel_binding": "", "password": "given",
        },
        "client": {"id": "libpq", "sends_sni": True},
        "settings": {"client_refusal": "", "unknown_parameters": [], "refused_parameters": [], "invalid_parameter": ""},
        "dns": {"outcome": "found"},
        "tls": {"ssl_answer": "S", "handshake": True, "sni_sent": True},
        "startup": {"answer": "scram-plus", "reached": "auth", "message": ""},
        "authentication": {"outcome": "refused"},
        "error": {
            "message": 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '
            "ERROR:  password authentication failed for user 'alex'",
            "origin": "observed",
        },
    }
)  # fmt: skip


def best_ms(work: Callable[[], object], times: int) -> float:
    """The quickest of some runs, in milliseconds: the others were disturbed."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return min(taken) * 1000


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder, compiled = shipped.built_in(), Path(name) / "compiled.json"
        rules_compiled.compile_folder(folder, compiled)
        known = rules_compiled.compiled(compiled)
        rulebook = from_folders(VOCABULARY, folder, known=known)
        fresh = [sys.executable, "-c", FRESH, str(folder), str(compiled)]
        # With byte code, as an installed package has it, whatever this shell thinks of writing some.
        keeps = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{name}/bytecode"}
        figures = {
            "load, TOML": best_ms(lambda: from_folders(VOCABULARY, folder), 3),
            "load, compiled": best_ms(
                lambda: from_folders(VOCABULARY, folder, known=rules_compiled.compiled(compiled)), 30
            ),
            "load, compiled, fresh interpreter": min(
                float(subprocess.check_output(fresh, env=keeps)) for _ in range(10)
            ),
            "ask": best_ms(lambda: rulebook.ask(FAILED_LOGIN), 300),
            "ask and explain": best_ms(lambda: explain(FAILED_LOGIN, rulebook), 100),
        }
    print(f"{len(rulebook)} rules")
    for what, ms in figures.items():
        promised = PROMISED_MS.get(what)
        print(f"{what:36}{ms:8.2f} ms" + (f"   at most {promised:g}" if promised else ""))
    return int(any(figures[what] > promised for what, promised in PROMISED_MS.items()))


if __name__ == "__main__":
    sys.exit(main())
